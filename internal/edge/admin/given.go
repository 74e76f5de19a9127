package admin

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/clock"
)

// given is a secret that was made for the reader: the page that shows it once,
// and what it is of.
type given struct {
	At     string // address of the page
	Secret string
	Of     string       `json:",omitempty"`
	Until  clock.Micros `json:",omitempty"` // of a code that serves so long
}

// A secret goes to the page that shows it by a cookie, which that takes away: the
// page is read by its own address, so that reading it anew makes no other one and
// shows none.
const (
	givenCookie = "-given"
	givenLasts  = time.Minute
)

// give sends the reader on to the page that shows what was made for him.
func (p *page) give(g given) error {
	content, err := json.Marshal(g)
	if err != nil {
		return err
	}
	p.setGiven(base64.RawURLEncoding.EncodeToString(content), givenLasts)
	return p.to(g.At, "")
}

// taken is what was made for this page just now; nothing, when it is read again.
func (p *page) taken() (g given) {
	c, err := p.r.Cookie(cookieOf(p.r) + givenCookie)
	if err != nil {
		return given{}
	}
	content, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(content, &g) != nil || g.At != p.r.URL.Path {
		return given{}
	}
	p.setGiven("", -time.Second)
	return g
}

func (p *page) setGiven(value string, lasts time.Duration) {
	http.SetCookie(p.w, &http.Cookie{
		Name: cookieOf(p.r) + givenCookie, Value: value, Path: "/", MaxAge: int(lasts.Seconds()), HttpOnly: true, Secure: httpx.Secure(p.r), SameSite: http.SameSiteStrictMode,
	})
}
