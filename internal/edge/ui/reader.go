package ui

import (
	"net/http"
	"net/url"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
)

// LangParam changes the language of the browser that comes with it.
const LangParam = "lang"

const (
	langCookie = "lang"
	year       = 365 * 24 * 60 * 60 // seconds
)

// Reader gives each page its reader's language, theme and zone.
type Reader struct {
	Texts *i18n.Catalog
	Clock clock.Clock
	Zone  func() *time.Location // that times are told in
}

// With gives them to the pages of next. A link with ?lang= changes the
// language for this browser and goes back to the page.
func (rd *Reader) With(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked := i18n.Lang(r.URL.Query().Get(LangParam)); known(asked) {
			ChooseLang(w, r, asked)
			http.Redirect(w, r, within(r.URL), http.StatusSeeOther)
			return
		}
		lang := httpx.Lang(r.Context())
		if c, ok := ChosenLang(r); ok {
			lang = c
		}
		look := &Look{Lang: lang, Theme: theme(r), Zone: rd.Zone(), Now: rd.Clock.Now(), Texts: rd.Texts}
		next.ServeHTTP(w, r.WithContext(httpx.WithLang(With(r.Context(), look), lang)))
	})
}

// ChooseLang gives the browser a language; "" takes back what it has chosen.
func ChooseLang(w http.ResponseWriter, r *http.Request, lang i18n.Lang) {
	c := &http.Cookie{Name: langCookie, Value: string(lang), Path: "/", MaxAge: year, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: httpx.Secure(r)}
	if lang == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// ChosenLang is the language that the browser's reader has chosen.
func ChosenLang(r *http.Request) (i18n.Lang, bool) {
	c, err := r.Cookie(langCookie)
	if err != nil {
		return "", false
	}
	l := i18n.Lang(c.Value)
	return l, known(l)
}

func known(l i18n.Lang) bool { return l == i18n.RU || l == i18n.EN }

func theme(r *http.Request) Theme {
	if c, err := r.Cookie("theme"); err == nil && (c.Value == string(Light) || c.Value == string(Dark)) {
		return Theme(c.Value)
	}
	return Auto
}

// within is the address without the language, and without a host: nobody is
// sent elsewhere by a link to us.
func within(u *url.URL) string {
	q := u.Query()
	q.Del(LangParam)
	to := url.URL{Path: "/" + trimSlashes(u.Path), RawQuery: q.Encode()}
	return to.String()
}

// trimSlashes keeps a path from looking like a host: //elsewhere.
func trimSlashes(path string) string {
	for len(path) > 0 && (path[0] == '/' || path[0] == '\\') {
		path = path[1:]
	}
	return path
}
