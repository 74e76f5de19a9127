// Package asset serves files that were built into the program: styles,
// scripts, fonts, pictures.
//
// Their addresses have a hash of all of them, so a browser may keep each for
// ever, and a page of another version of the program gets none that don't belong
// to it. They are packed once, at the start.
package asset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// kinds are the media types of the assets, so that none depends on what the
// machine has in its own table.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".wasm":  "application/wasm",
	".woff2": "font/woff2",
}

// File is one file as it is sent.
type File struct {
	kind   string
	etag   string // without quotes
	body   func() []byte
	packed []byte // by gzip; nil where that gains nothing
}

// NewFile is a file of a media type.
func NewFile(kind string, body []byte) *File {
	sum := sha256.Sum256(body)
	f := &File{kind: kind, body: func() []byte { return body }, etag: hex.EncodeToString(sum[:8])}
	if packed := pack(body); len(packed) < len(body)*9/10 {
		f.packed = packed
	}
	return f
}

// packedFile is a file that is built in as gzip has it. Who does not take it so is
// rare: it is unpacked when one comes.
func packedFile(kind string, packed []byte) *File {
	sum := sha256.Sum256(packed)
	return &File{kind: kind, packed: packed, etag: hex.EncodeToString(sum[:8]), body: sync.OnceValue(func() []byte {
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			panic(err) // a broken build
		}
		body, err := io.ReadAll(r)
		if err != nil {
			panic(err)
		}
		return body
	})}
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

// ServeHTTP sends the file, packed for who takes it, and nothing to who has it.
func (f *File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	etag := f.etag
	gzipped := f.packed != nil && takesGzip(r.Header.Get("Accept-Encoding"))
	body := f.packed
	if f.packed != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	if gzipped {
		h.Set("Content-Encoding", "gzip")
		etag += "-gz"
	} else {
		body = f.body()
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip tells whether an Accept-Encoding header allows it.
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

// Set is all files of one part of the program.
type Set struct {
	base  string // of their addresses, with the hash
	files map[string]*File
}

// Joined is a file that is made of others, one after the other: a browser asks
// for one where the source has many.
type Joined struct {
	Name  string
	Parts []string
}

// New takes in the files below root; prefix is where they are mounted, as
// "/static/". A file that is packed already (.gz) is served by the name of what is
// in it. What is built in can be read, so it errs for a broken build only.
func New(root fs.FS, prefix string, joined ...Joined) (*Set, error) {
	s := &Set{files: map[string]*File{}}
	sum := sha256.New()
	for _, j := range joined {
		if err := s.join(root, j); err != nil {
			return nil, err
		}
	}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name + "\x00"))
		sum.Write(body)
		if plain, packed := strings.CutSuffix(name, ".gz"); packed {
			s.files[plain] = packedFile(kinds[path.Ext(plain)], body)
			return nil
		}
		s.files[name] = NewFile(kinds[path.Ext(name)], body)
		return nil
	})
	s.base = prefix + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	return s, err
}

func (s *Set) join(root fs.FS, j Joined) error {
	var all bytes.Buffer
	for _, part := range j.Parts {
		body, err := fs.ReadFile(root, part)
		if err != nil {
			return err
		}
		all.Write(body)
		all.WriteByte('\n')
	}
	s.files[j.Name] = NewFile(kinds[path.Ext(j.Name)], all.Bytes())
	return nil
}

// Base is the address of the folder that the files are in, with its slash.
func (s *Set) Base() string { return s.base }

// URL is the address of a file, by its path below the root. A file that is not
// there is the program's own mistake.
func (s *Set) URL(name string) string {
	if s.files[name] == nil {
		panic("asset: there is no " + name)
	}
	return s.base + name
}

// ServeHTTP sends the file whose address was asked for, to be kept for ever.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ours := strings.CutPrefix(r.URL.Path, s.base)
	f := s.files[name]
	if !ours || f == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.ServeHTTP(w, r)
}
