package pages

import (
	"strconv"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
)

// TestPublishedByTwo: where it takes two, a draft is asked for in the console and
// withdrawn; what somebody else has asked for is seen with its difference,
// refused with a reason, and approved; an old version is asked for.
func TestPublishedByTwo(t *testing.T) {
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
	pr := *c.Programmes.Current().All()[0]
	pr.Settings.PublishTwo = true
	_, err := c.Programmes.Put(t.Context(), pr, "test")
	ok(err)
	others := &programme.Requests{Plans: c.Plans}
	anna := audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: 99, Name: "Анна Семёнова"})
	// asked is a change of the programme that another asks for.
	asked := func(name, note string) programme.Request {
		t.Helper()
		next := *c.Programmes.Current().Get(pr.ID)
		version := next.Version
		next.Name = name
		text, err := draft.YAML(&next, draft.NewBase(t.Context(), c.DB, c.Directory))
		ok(err)
		d := programme.Drafted{Programme: pr.ID, Version: version, Name: name, Text: string(text), By: "Анна Семёнова"}
		if was, err := c.Programmes.Draft(t.Context(), pr.ID); err == nil {
			d.Edition = was.Edition
		}
		d, err = c.Programmes.SaveDraft(anna, d)
		ok(err)
		r, err := others.Ask(anna, programme.Request{Programme: pr.ID, Edition: d.Edition, Version: version, Note: note})
		ok(err)
		return r
	}
	path := "/admin/programmes/" + pr.ID.String()
	first := asked("Зимний клуб", "Готовим зимнюю программу")
	for _, look := range looks() {
		p := console(t, b, s.url, look)
		for name, at := range map[string]string{
			"request": "/admin/approvals/programmes/" + first.ID.String(), "request-list": "/admin/approvals", "request-draft": path + "/draft",
			"request-publish": path + "/draft/publish", "request-programme": path, "request-back": path + "/back?to=1&was=" + strconv.FormatInt(first.Version, 10),
		} {
			p.Go(s.url + at)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot(name)
		}
	}
	const told = `document.querySelector("[role=status]")?.innerText`
	for _, lang := range []struct{ lang, look, approve, refuse, reason, done, refused, ask, asked, withdraw, withdrawn string }{
		{"ru", "Посмотреть", "Подтвердить", "Отклонить", "Причина", "Подтверждено", "Отклонено", "Попросить подтверждение", "ждёт решения", "Отозвать", "отозвана"},
		{"en", "Look", "Approve", "Refuse", "Reason", "Approved", "Refused", "Ask for approval", "waits for a second", "Withdraw", "withdrawn"},
	} {
		p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: lang.lang})
		asked("Клуб "+lang.lang, "Проба")
		p.Go(s.url + "/admin/approvals")
		p.Wait(drawn)
		p.Click("link", lang.look)
		p.Wait(`location.pathname.includes("/approvals/programmes/") && document.querySelector("main").innerText.includes("→ Клуб ` + lang.lang + `")`)
		p.Click("link", lang.refuse)
		p.Wait(`location.pathname.endsWith("/refuse")`)
		p.Type("textbox", lang.reason, "Подождём до осени")
		p.Accessible()
		p.Shot("request-refuse-" + lang.lang)
		p.Get(`document.querySelector("main form").requestSubmit()`, nil)
		p.Wait(told + `.includes("` + lang.refused + `")`)
		p.Go(s.url + path + "/draft")
		p.Wait(drawn + ` && document.querySelector("main").innerText.includes("Подождём до осени")`)
		p.Accessible()
		p.Shot("request-refused-" + lang.lang)

		r := asked("Клуб "+lang.lang+" 2", "Ещё раз")
		p.Go(s.url + "/admin/approvals/programmes/" + r.ID.String())
		p.Wait(drawn)
		p.Click("button", lang.approve)
		p.Wait(told + `.includes("` + lang.done + `")`)
		if got := c.Programmes.Current().Get(pr.ID); got.Name != "Клуб "+lang.lang+" 2" {
			t.Errorf("in force is %s", got.Name)
		}
		p.Accessible()
		p.Shot("request-approved-" + lang.lang)

		// The owner's own draft he can but ask for.
		p.Go(s.url + path)
		p.Wait(drawn)
		p.Get(`document.querySelector("form[action$=begin]").requestSubmit()`, nil)
		p.Wait(`location.pathname.endsWith("/draft")`)
		p.Go(s.url + path + "/draft/publish")
		p.Wait(drawn)
		p.Click("button", lang.ask)
		p.Wait(`location.pathname.endsWith("/draft") && ` + told + `.includes("` + lang.asked + `")`)
		p.Click("button", lang.withdraw)
		p.Wait(told + `.includes("` + lang.withdrawn + `")`)
	}
}
