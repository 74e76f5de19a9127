package admin

import (
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Reach is where whoever asks for a page has to work.
type Reach string

// The reaches of pages. Who works at some outlets only is shown his own by pages
// that he reaches, and reaches nothing that acts elsewhere too.
const (
	Anywhere    Reach = ""           // the page itself keeps to what is its reader's
	Everywhere  Reach = "everywhere" // it is the whole organization's
	OfProgramme Reach = "programme"  // at all outlets that the programme of the address is bound to
)

// allowed refuses who may not do what a route needs, or does not work where it
// reaches.
func (p *page) allowed(o *route) error {
	if o.need != "" && !p.can(o.need) {
		return denied(p, o.need)
	}
	switch o.reach {
	case Everywhere:
		return p.everywhere()
	case OfProgramme:
		return p.reachesProgramme()
	}
	return nil
}

// denied says which permission the reader lacks.
func denied(p *page, need staff.Permission) error {
	return fault.New(fault.Denied, "admin.denied", "permission", p.text("staff.permission."+string(need)))
}

// everywhere refuses who works at some outlets only.
func (p *page) everywhere() error {
	if p.who.Narrowed() {
		return fault.New(fault.Denied, "admin.narrowed-all")
	}
	return nil
}

// goes tells whether the reader may go to a page, by its path in the table of
// routes: what is refused to him is not offered.
func (p *page) goes(path string) bool {
	o := p.pages[path]
	return o != nil && p.allowed(o) == nil
}

// reachesProgramme refuses who does not work at all outlets where the programme
// of the address is in force. One that is new yet is the whole organization's.
func (p *page) reachesProgramme() error {
	i, err := p.param("programme")
	if err != nil {
		return err
	}
	if !p.reaches(i) {
		return narrowedProgramme()
	}
	return nil
}

// reaches tells whether the reader works at all outlets where a programme is in
// force.
func (p *page) reaches(programme id.ID) bool {
	pr := p.Programmes.Current().Get(programme)
	return !p.who.Narrowed() || pr != nil && p.covers(pr) == nil
}

// covers refuses who does not work at all outlets that a programme is bound to.
func (p *page) covers(pr *rule.Programme) error {
	if !p.who.Covers(pr.Outlets, pr.Partners) {
		return narrowedProgramme()
	}
	return nil
}

func narrowedProgramme() error { return fault.New(fault.Denied, "admin.narrowed-programme") }
