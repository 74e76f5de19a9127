package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/platform/fault"
)

// A form that is sent when its session has ended is not lost: the door carries
// what was typed, and whoever comes in there gets the form back with it. Nothing
// is done until he sends it himself. It goes along in the door's own form, so
// that only what this site has sent is taken; passwords and PINs stay behind.
const (
	keptMark   = "kept"
	keptPrefix = "kept."
	mostKept   = 256 << 10 // bytes; a form with more is to be filled in again
)

// keptBack are fields whose values nobody else is to find on the door's page.
func keptBack(name string) bool {
	return slices.Contains([]string{"password", "old", "pin", "secret", surePassword, sureCode, sureAnswer}, name)
}

// atEnd answers what was sent without a whole session, which is a form of the
// console: by the door that keeps it.
func (p *page) atEnd(half bool) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	door := p.filled(url.Values{})
	size := 0
	for name, values := range f.values {
		if !keptBack(name) {
			door.values[keptPrefix+name] = values
			for _, v := range values {
				size += len(name) + len(v)
			}
		}
	}
	next := p.r.URL.RequestURI()
	if form := p.route.path != "/confirm" && p.pages[strings.TrimSuffix(p.route.path, "/")] != nil; !form || size == 0 || size > mostKept {
		next, door.values = addDone(p.cameFrom(), "signed-again"), url.Values{}
	} else {
		door.values.Set(keptMark, "yes")
	}
	door.values.Set("next", next)
	switch {
	case !door.on(keptMark) && half:
		return p.to(withNext("/prove", next), "")
	case !door.on(keptMark):
		return p.to(withNext("/sign-in", next), "")
	case half:
		return p.askProof(door)
	}
	return p.askSignIn(door)
}

// onlyNext is what the door takes from its address: where to go on. What a form
// has kept is never taken from a link.
func (p *page) onlyNext() *form {
	return p.filled(url.Values{"next": {p.r.URL.Query().Get("next")}})
}

// inside sends on whoever has signed in: back to the form that was kept, or to
// the page that he wanted.
func (p *page) inside(f *form) error {
	if f.on(keptMark) {
		http.Redirect(p.w, p.r, onward(f.get("next")), http.StatusTemporaryRedirect) // what was kept is sent there, and shown
		return nil
	}
	return p.to(local(f.get("next")), "")
}

// takeKept tells whether what was sent is a form that the door has kept, and
// takes it.
func (p *page) takeKept() bool {
	if p.r.Method != http.MethodPost || p.r.ParseForm() != nil || p.r.PostForm.Get(keptMark) == "" {
		return false
	}
	p.carried = url.Values{}
	for name, values := range p.r.PostForm {
		if name, ok := strings.CutPrefix(name, keptPrefix); ok {
			p.carried[name] = values
		}
	}
	return true
}

// showKept serves the page of the form that was kept, filled in with it.
func (p *page) showKept(o *route) error {
	form := p.pages[strings.TrimSuffix(o.path, "/")]
	if form == nil {
		return fault.New(fault.NotFound, "admin.no-page")
	}
	if err := p.allowed(form); err != nil {
		return err
	}
	return form.serve(p)
}
