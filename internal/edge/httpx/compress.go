package httpx

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

const (
	compressedFrom = 1 << 10 // bytes: what is less fits a packet anyhow
	jitter         = 64      // bytes at most
)

// CompressPages sends pages that people read packed to whoever can unpack them.
// Some bytes are added by chance, so that from the length of an answer nobody
// learns what secret stands on the page beside a text of his own (BREACH,
// CVE-2013-3587).
func CompressPages(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressedFrom), gzhttp.ContentTypes([]string{"text/html"}), gzhttp.RandomJitter(jitter, 0, false), gzhttp.EnableZstd(false))
	if err != nil { // options that stand here: a mistake of ours
		panic("httpx: " + err.Error())
	}
	return wrap(next)
}
