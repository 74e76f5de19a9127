package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// told is a test that keeps what it is told instead of failing.
type told struct {
	testing.TB
	lines []string
	after []func()
}

func (r *told) Helper()          {}
func (r *told) Cleanup(f func()) { r.after = append(r.after, f) }
func (r *told) Errorf(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *told) end() string {
	for i := len(r.after) - 1; i >= 0; i-- {
		r.after[i]()
	}
	return strings.Join(r.lines, "\n")
}

const goodPage = `<!doctype html><html lang="en"><head><title>Good</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body><main><h1>Good</h1>
<label>Name <input></label> <button type="button" id="b">Greet</button><p role="status" id="o"></p>
<script>document.getElementById('b').onclick = () => { requestAnimationFrame(() => { o.textContent = 'Hello ' + document.querySelector('input').value; }); };</script></main></body></html>`

const badPage = `<!doctype html><html><head><title></title><link rel="icon" href="data:,"></head><body><img src="http://127.0.0.1:1/other.png">
<p style="color:#aaa;background:#fff;width:2000px">grey</p><script>console.error('wrong', 7); throw new Error('broken');</script></body></html>`

func TestPage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/bad" {
			_, _ = w.Write([]byte(badPage))
			return
		}
		_, _ = w.Write([]byte(goodPage))
	}))
	t.Cleanup(server.Close)
	b := Start(t)
	look := Look{Width: 390, Height: 844, Dark: true, Lang: "ru"}

	p := b.Open(t, server.URL+"/good", look)
	p.Type("textbox", "Name", "Анна")
	p.Click("button", "Greet")
	p.Wait(`document.getElementById("o").textContent === "Hello Анна"`)
	p.Focus("button", "Greet")
	p.On("Greet")
	p.Press(Enter)
	p.Accessible()
	p.Fits()
	var dark bool
	var language string
	p.Get(`matchMedia("(prefers-color-scheme: dark)").matches && innerWidth === 390`, &dark)
	p.Get(`navigator.language`, &language)
	if !dark || language != "ru-RU" {
		t.Errorf("the look is not as asked for: %v, %s", dark, language)
	}
	if names := p.Names("heading"); len(names) != 1 || names[0] != "Good" {
		t.Errorf("headings: %q", names)
	}

	// Whatever is wrong on a page is told.
	seen := &told{TB: t}
	bad := b.Open(seen, server.URL+"/bad", look)
	bad.Accessible()
	bad.Fits()
	all := seen.end()
	for _, part := range []string{"console: wrong 7", "Error: broken", "asks another host: http://127.0.0.1:1/", "color-contrast", "html-has-lang", "image-alt", "wider than the window"} {
		if !strings.Contains(all, part) {
			t.Errorf("not told of: %s", part)
		}
	}
	if t.Failed() {
		t.Log(all)
	}
}
