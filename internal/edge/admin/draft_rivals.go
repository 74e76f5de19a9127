package admin

import "kopilka/internal/loyalty/partner"

// shownOutlets is how many outlets a hint names.
const shownOutlets = 5

// rivals says where a draft that comes into force would take the place of another
// programme, and where another keeps it from acting: an outlet is under one.
func (d *drafting) rivals() []string {
	pr := d.read.Programme
	pr.ID = d.stored.Programme
	var out []string
	for _, r := range d.Programmes.Current().Rivals(&pr, d.allOutlets(), pr.Day(d.Clock.Now())) {
		key := "admin.draft.rival-goes"
		if r.Stays {
			key = "admin.draft.rival-stays"
		}
		out = append(out, d.text(key, "outlets", d.outletsCalled(r.Outlets), "name", r.Name))
	}
	return out
}

// outletsCalled are some outlets by their names, and how many more there are.
func (p *page) outletsCalled(list []partner.Outlet) string {
	var names []string
	for _, o := range list[:min(len(list), shownOutlets)] {
		names = append(names, o.Name)
	}
	said := p.quoted(names)
	if more := len(list) - shownOutlets; more > 0 {
		said += " " + p.text("admin.partner.more", "count", more)
	}
	return said
}

// allOutlets are those of the organization.
func (p *page) allOutlets() (out []partner.Outlet) {
	for _, code := range p.Directory.OutletCodes() {
		o, _ := p.Directory.OutletByCode(code)
		out = append(out, o)
	}
	return out
}
