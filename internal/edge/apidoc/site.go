package apidoc

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/i18n"
)

//go:embed static
var static embed.FS

// kinds are the media types of the assets, so that none depends on what the
// machine has in its own table.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// assetsMark stands in the page where the assets' folder belongs.
const assetsMark = "{assets}"

// file is one file as it is sent.
type file struct {
	kind   string
	etag   string // without quotes
	body   []byte
	packed []byte // by gzip; nil where that gains nothing
}

// site is the page with its assets, all in memory.
type site struct {
	version string // of all assets together
	pages   map[i18n.Lang]*file
	assets  map[string]*file // by path below the version
}

// newSite reads what was built in; that can't fail, but for a broken build.
func newSite() *site {
	s := &site{assets: map[string]*file{}}
	sum := sha256.New()
	root, err := fs.Sub(static, "static/assets")
	if err != nil {
		panic(err)
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name + "\x00"))
		sum.Write(body)
		s.assets[name] = newFile(kinds[path.Ext(name)], body)
		return nil
	})
	if err != nil {
		panic(err)
	}
	s.version = hex.EncodeToString(sum.Sum(nil)[:8])
	page, err := static.ReadFile("static/index.html")
	if err != nil {
		panic(err)
	}
	page = bytes.ReplaceAll(page, []byte(assetsMark), []byte(assetsPath+s.version))
	s.pages = map[i18n.Lang]*file{}
	for _, lang := range i18n.Langs() {
		s.pages[lang] = newFile("text/html; charset=utf-8", inLang(page, lang))
	}
	return s
}

func newFile(kind string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{kind: kind, body: body, etag: hex.EncodeToString(sum[:8])}
	if packed := pack(body); len(packed) < len(body)*9/10 {
		f.packed = packed
	}
	return f
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(body) // into memory
	_ = w.Close()
	return b.Bytes()
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	s.pages[httpx.Lang(r.Context())].serve(w, r)
}

// inLang is the page as it is before its scripts run, for who reads no scripts:
// it is written in Russian, and its texts come from the scripts.
func inLang(page []byte, lang i18n.Lang) []byte {
	if lang != i18n.EN {
		return page
	}
	return []byte(strings.NewReplacer(`<html lang="ru">`, `<html lang="en">`, `<title>API Копилки</title>`, `<title>Kopilka API</title>`).Replace(string(page)))
}

// serveAsset finds nothing under another version: a page of another program
// must not get files that don't belong to it, and keep them.
func (s *site) serveAsset(w http.ResponseWriter, r *http.Request) {
	f := s.assets[chi.URLParam(r, "*")]
	if f == nil || chi.URLParam(r, "version") != s.version {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	body, etag := f.body, f.etag
	if f.packed != nil {
		h.Add("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body, etag = f.packed, etag+"-gz"
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" {
			weight = strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}
