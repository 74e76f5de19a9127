package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/id"
)

// TestThingsLooks: pages of things that the demo has none of, and those that no list
// leads to, fit and can be used by everybody, in each width, theme and language.
func TestThingsLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.harm(t)
	pr := *s.service.Programmes.Current().All()[0]
	pr.Name += ", зимняя программа лояльности"
	if _, err := s.service.Programmes.Put(t.Context(), pr, "Ирина Орлова"); err != nil {
		t.Fatal(err)
	}
	at := "/admin/programmes/" + pr.ID.String()
	depositor := s.depositor(t, "+79160007741")
	deposit := s.deposited(t, depositor)
	h := &harmer{Page: console(t, b, s.url, desk), t: t, s: &s, b: b, names: map[string]string{"{programme}": at}}
	for i, f := range []harmful{
		{path: "/admin/groups/categories/new", rest: map[string]string{"name": "Постоянные гости"}},
		{path: "/admin/keys/new", rest: map[string]string{"name": "Сайт и мобильное приложение", "scopes": "reference.read"}},
		{path: "/admin/webhooks/new", rest: map[string]string{"name": "Рассылки", "url": "https://8.8.8.8/loyalty/events/of/the/whole/organization", "kinds": "session.moved"}}, // nothing is sent
		{path: at, action: "/draft/begin"},
	} {
		h.send(i, f)
	}
	for _, q := range []string{
		`insert into webhook_delivery (webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status) select webhook_id, 7, 70, 'member.changed', '{"member":{"name":"Анна"}}', 'dead', 8, ` + id.ID(s.service.Clock.Now()).String() + `, 'status', 500 from webhook`, // what was given up long ago is swept
		`update webhook set failures = 3`,
	} {
		if _, err := s.service.DB.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	pages := map[string]string{
		"category-new": "/admin/groups/categories/new", "job": s.first(t, "discarded"), "job-again": s.first(t, "retryable"),
		"programme-version": at + "/versions/1", "programme-back": at + "/back?to=1&was=2", "draft-level": at + "/draft/part/level", "draft-gifts": at + "/draft/part/gifts",
		"draft-level-is": at + "/draft/part/level?id=fan", "draft-rule-is": at + "/draft/part/rule?id=star-more", "draft-campaign-is": at + "/draft/part/campaign?id=first",
		"deposit-pay-out": "/admin/members/" + depositor.String() + "/deposits/" + deposit.String() + "/pay-out", "deposit-tab": "/admin/members/" + depositor.String() + "/deposits",
	}
	for name, x := range map[string]thing{
		"category": {list: "/admin/groups/categories", path: "/admin/groups/categories/", pages: []string{"/edit"}}, "cashier": {list: "/admin/cashiers", path: "/admin/cashiers/", pages: []string{"", "/edit"}},
		"key": {list: "/admin/keys", path: "/admin/keys/", pages: []string{""}}, "webhook": {list: "/admin/webhooks", path: "/admin/webhooks/", pages: []string{"", "/edit", "/secret"}},
		"nobodys": {list: "/admin/purchases?span=quarter&owner=nobody&state=done", path: "/admin/purchases/", pages: []string{"/claim"}},
		"card":    {list: "/admin/members/" + depositor.String() + "/cards", path: "/admin/members/" + depositor.String() + "/cards/", pages: []string{"", "/replace"}},
	} {
		of := x.at(h.Page, s.url)
		if name == "category" || name == "card" {
			of = strings.TrimSuffix(of, "/edit")
		}
		for _, page := range x.pages {
			pages[name+strings.ReplaceAll(page, "/", "-")] = of + page
		}
	}
	h.Go(s.url + pages["webhook"])
	var delivery string
	h.Get(`document.querySelector("main a[href*='/deliveries/']").pathname`, &delivery)
	pages["delivery"] = delivery
	for _, look := range []browsertest.Look{looks()[0], looks()[3], looks()[5]} { // each width, theme and language
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			for name, path := range pages {
				p.Go(s.url + path)
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot(name)
			}
		})
	}
}
