package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/money"
)

// TestApproved: many points by hand are asked for, which the member's page says;
// what somebody else has asked for is approved and refused with a reason.
func TestApproved(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	c := s.service
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	programme := *c.Programmes.Current().All()[0]
	programme.Settings.ApproveAbove = 1000_00
	_, err := c.Programmes.Put(t.Context(), programme, "test")
	ok(err)
	var of home.ID
	ok(c.DB.Row(t.Context(), `select min(home_id) from member where state = 'active'`).Scan((*int64)(&of)))
	others := &approval.Approvals{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Desk: c.Desk}
	anna := audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: 99, Name: "Анна Семёнова"})
	for _, r := range []struct {
		points money.Points
		reason string
	}{{2500_00, "Сеанс прервался: обещали вернуть бонусами, обращение 1812"}, {-1200_00, "Начислено дважды"}} {
		_, err := others.Ask(anna, &purchase.AdjustRequest{Key: r.reason, Buyer: purchase.Buyer{Home: of}, Programme: programme.ID, Points: r.points, Reason: r.reason})
		ok(err)
	}
	for _, look := range looks() {
		p := console(t, b, s.url, look)
		for name, path := range map[string]string{"approvals": "/admin/approvals", "approvals-member": "/admin/members/" + of.String()} {
			p.Go(s.url + path)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot(name)
		}
	}
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/members/" + of.String() + "/points")
	p.Wait(drawn)
	p.Type("textbox", "Сколько бонусов", "300000")
	p.Type("textbox", "Причина", "Подарок к юбилею")
	p.Forgive("422")
	p.Get(`document.querySelector("main form").requestSubmit()`, nil)
	p.Wait(`document.querySelector("main .err")?.innerText.includes("необычно много")`)
	p.Accessible()
	p.Shot("points-many")
	p.Type("textbox", "Сколько бонусов", "3000")
	p.Get(`document.querySelector("main form").requestSubmit()`, nil)
	p.Wait(`document.querySelector("[role=status]")?.innerText.includes("второй сотрудник")`)
	p.Accessible()
	p.Shot("approval-asked")
	p.Go(s.url + "/admin/approvals")
	p.Wait(`document.querySelectorAll("tbody tr").length === 3 && document.querySelector(".n-hot").innerText === "3"`)
	p.Get(`document.querySelectorAll("form[action$=approve]")[1].requestSubmit()`, nil)
	p.Wait(`document.querySelector("[role=status]")?.innerText.includes("Подтверждено")`)
	p.Click("link", "Отклонить")
	p.Wait(`location.pathname.endsWith("/refuse")`)
	p.Type("textbox", "Причина", "Это решает директор")
	p.Accessible()
	p.Shot("approval-refuse")
	p.Get(`document.querySelector("main form").requestSubmit()`, nil)
	p.Wait(`document.querySelector("[role=status]")?.innerText.includes("Отклонено")`)
	p.Accessible()
	p.Shot("approvals-ended")
}
