package programme_test

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// TestRivals: of two programmes of an outlet one is in force there: who puts the
// second into force is told which, and no more of what was so before.
func TestRivals(t *testing.T) {
	t.Parallel()
	outlets := []partner.Outlet{
		{ID: 1, PartnerID: 10, Name: "кафе", State: reference.Active},
		{ID: 2, PartnerID: 10, Name: "бар", State: reference.Active},
		{ID: 3, PartnerID: 20, Name: "зал", State: reference.Active},
		{ID: 4, PartnerID: 20, Name: "ларёк", State: reference.Closed},
	}
	make := func(i id.ID, name string, change func(p *rule.Programme)) *rule.Programme {
		p := &rule.Programme{ID: i, Version: 1, Code: name, Name: name, On: true, Zone: "Europe/Moscow", Settings: rule.DefaultSettings(), Earning: rule.Earning{Expiry: rule.Expiry{Mode: rule.Never}}}
		if change != nil {
			change(p)
		}
		if err := p.Compile(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	general := make(100, "общая", nil)
	inForce := (&programme.Set{}).With(general)
	own := func(p *rule.Programme) { p.Outlets = []id.ID{2} }
	for name, c := range map[string]struct {
		set  *programme.Set
		next *rule.Programme
		want string
	}{
		"alone":                             {&programme.Set{}, make(200, "новая", nil), ""},
		"an equal one was there before":     {inForce, make(200, "новая", nil), "общая stays: кафе бар зал"},
		"a more important one":              {inForce, make(200, "новая", func(p *rule.Programme) { p.Priority = 5 }), "общая gives way: кафе бар зал"},
		"one for an outlet":                 {inForce, make(200, "новая", own), "общая gives way: бар"},
		"one for a partner":                 {inForce, make(200, "новая", func(p *rule.Programme) { p.Partners = []id.ID{20} }), "общая gives way: зал"},
		"off":                               {inForce, make(200, "новая", func(p *rule.Programme) { p.On, p.Priority = false, 5 }), ""},
		"over":                              {inForce, make(200, "новая", func(p *rule.Programme) { p.To, p.Priority = "2026-01-01", 5 }), ""},
		"begins when the other is over":     {(&programme.Set{}).With(make(100, "общая", func(p *rule.Programme) { p.To = "2026-12-31" })), make(200, "новая", func(p *rule.Programme) { p.From = "2027-01-01" }), ""},
		"for all, beside that of an outlet": {(&programme.Set{}).With(make(200, "бара", own)), make(100, "общая", nil), "бара stays: бар"},
		"a next version of what was so":     {inForce.With(make(200, "бара", own)), make(100, "общая", func(p *rule.Programme) { p.Version = 2 }), ""},
		"a next version of the other":       {inForce.With(make(200, "бара", own)), make(200, "бара", own), ""},
		"a next version takes one more":     {inForce.With(make(200, "бара", own)), make(200, "бара", func(p *rule.Programme) { p.Outlets = []id.ID{2, 3} }), "общая gives way: зал"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range c.set.Rivals(c.next, outlets, "2026-09-01") {
				how := map[bool]string{true: " stays:", false: " gives way:"}[r.Stays]
				line := r.Name + how
				for _, o := range r.Outlets {
					line += " " + o.Name
				}
				got = append(got, line)
			}
			if got := strings.Join(got, "; "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
