package admin

import (
	"net/http"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/text"
)

// The session's cookie. Over TLS its name binds it to this host and path; a
// browser takes no such name without TLS.
const (
	cookieName  = "kopilka"
	cookieBound = "__Host-kopilka"
	maxAgent    = 200 // characters
)

func cookieOf(r *http.Request) string {
	if httpx.Secure(r) {
		return cookieBound
	}
	return cookieName
}

// token is the session's, "" where there is none.
func (p *page) token() string {
	c, err := p.r.Cookie(cookieOf(p.r))
	if err != nil {
		return ""
	}
	return c.Value
}

// keep gives the browser its session; it lasts past the browser's closing where
// the person asked for it.
func (p *page) keep(token string, s *staff.Session) {
	c := &http.Cookie{Name: cookieOf(p.r), Value: token, Path: "/", HttpOnly: true, Secure: httpx.Secure(p.r), SameSite: http.SameSiteLaxMode}
	if s.Remember {
		c.Expires = s.Ends.Time()
	}
	http.SetCookie(p.w, c)
}

// drop takes the session from the browser.
func (p *page) drop() {
	http.SetCookie(p.w, &http.Cookie{Name: cookieOf(p.r), Path: "/", MaxAge: -1, HttpOnly: true, Secure: httpx.Secure(p.r), SameSite: http.SameSiteLaxMode})
}

// where the request comes from.
func (p *page) where() staff.Where {
	return staff.Where{Address: httpx.ClientIP(p.r).String(), Agent: text.Clip(p.r.UserAgent(), maxAgent)}
}
