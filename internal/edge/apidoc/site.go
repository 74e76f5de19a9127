package apidoc

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/asset"
	"kopilka/internal/platform/i18n"
)

//go:embed static
var static embed.FS

// What stands in the page where the address of the folder of its own assets
// belongs, and of those of all pages.
const (
	assetsMark = "{assets}"
	staticMark = "{static}"
)

// site is the page with its assets, all in memory.
type site struct {
	assets *asset.Set
	pages  map[i18n.Lang]*asset.File
}

// newSite reads what was built in; that can't fail, but for a broken build.
func newSite() *site {
	root, err := fs.Sub(static, "static/assets")
	if err != nil {
		panic(err)
	}
	s := &site{pages: map[i18n.Lang]*asset.File{}}
	if s.assets, err = asset.New(root, assetsPath); err != nil {
		panic(err)
	}
	page, err := static.ReadFile("static/index.html")
	if err != nil {
		panic(err)
	}
	page = bytes.ReplaceAll(page, []byte(assetsMark), []byte(strings.TrimSuffix(s.assets.Base(), "/")))
	page = bytes.ReplaceAll(page, []byte(staticMark), []byte(ui.Static().Base()))
	for _, lang := range i18n.Langs() {
		s.pages[lang] = asset.NewFile("text/html; charset=utf-8", inLang(page, lang))
	}
	return s
}

func (s *site) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	s.pages[httpx.Lang(r.Context())].ServeHTTP(w, r)
}

// inLang is the page as it is before its scripts run, for who reads no scripts:
// it is written in Russian, and its texts come from the scripts.
func inLang(page []byte, lang i18n.Lang) []byte {
	if lang != i18n.EN {
		return page
	}
	return []byte(strings.NewReplacer(`<html lang="ru">`, `<html lang="en">`, `<title>API Копилки</title>`, `<title>Kopilka API</title>`).Replace(string(page)))
}
