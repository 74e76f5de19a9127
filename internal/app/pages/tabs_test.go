package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/member"
)

// TestTabsAreInSight: on a desk all tabs of a member are in sight; on a phone the
// one that is open is brought there, as is one that the keyboard comes to.
func TestTabsAreInSight(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := serve(t)
	p := setUp(t, b, s)
	m, err := s.Members.Register(t.Context(), member.DefaultRules(), member.Registration{
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79165550199"}},
	}, member.Actor{Kind: member.BySystem})
	if err != nil {
		t.Fatal(err)
	}
	p.Go(s.URL + "/admin/members/" + m.Home.String())
	const out = `[...document.querySelectorAll(".tabs a")].filter(a => { const r = a.getBoundingClientRect(), of = a.parentElement.getBoundingClientRect(); return r.left < of.left || r.right > of.right + 1; })`
	var last string
	p.Get(`document.querySelector(".tabs a:last-child").href`, &last)
	for _, c := range []struct {
		width, height int64
		all           bool
	}{{1440, 900, true}, {1200, 900, true}, {820, 1180, true}, {390, 844, false}} {
		p.Size(c.width, c.height)
		p.Go(last)
		p.Wait(`document.querySelector(".tabs a:last-child[aria-current]") && !` + out + `.some(a => a.ariaCurrent)`)
		var hidden int
		if p.Get(out+`.length`, &hidden); (hidden == 0) != c.all {
			t.Errorf("%d wide: %d tabs are out of sight", c.width, hidden)
		}
		var fades string
		if p.Get(`getComputedStyle(document.querySelector(".tabs")).getPropertyValue("--tabs-l")`, &fades); (fades == "0px") != c.all {
			t.Errorf("%d wide: the edge fades over %s", c.width, fades)
		}
		p.Get(`document.querySelector(".tabs a").focus()`, nil)
		p.Wait(`!` + out + `.includes(document.activeElement)`)
		p.Accessible()
		p.Fits()
	}
}
