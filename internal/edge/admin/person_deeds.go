package admin

import (
	"context"
	"net/http"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
)

// personDeed is what is done to a person by one press: the last part of its
// address, which also says what is told afterwards, and what it does.
type personDeed struct {
	name string
	do   func(s *staff.Staff, ctx context.Context, who *staff.Who, person id.ID) error
}

func personDeeds() []personDeed {
	return []personDeed{
		{"block", (*staff.Staff).Block},
		{"unblock", (*staff.Staff).Unblock},
		{"close", (*staff.Staff).Close},
		{"drop-proofs", (*staff.Staff).DropProofs},
		{"end-sessions", (*staff.Staff).EndSessions},
	}
}

func (d personDeed) serve(p *page) error {
	w, err := p.personOf()
	if err != nil {
		return err
	}
	if err := d.do(p.Staff, p.ctx(), p.who, w.ID); err != nil {
		return err
	}
	return p.to(personPath(&w), "person-"+d.name)
}

// personLink makes a link by which he sets his password. Where letters can be
// sent it goes to him alone; else it is shown, once, to who gives it to him.
func (p *page) personLink() error {
	w, err := p.personOf()
	if err != nil {
		return err
	}
	token, err := p.Staff.Reinvite(p.ctx(), p.who, w.ID)
	if err != nil {
		return err
	}
	return p.linked(&w, token)
}

func (p *page) linked(w *staff.Person, token string) error {
	if p.Staff.Mails() {
		return p.to(personPath(w), "link-sent")
	}
	return p.give(given{At: personPath(w), Secret: token})
}

func schemeOf(r *http.Request) string {
	if httpx.Secure(r) {
		return "https://"
	}
	return "http://"
}
