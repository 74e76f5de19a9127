package pages

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"kopilka/internal/app/demo"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// sells makes receipts of the member and of nobody, as a till tells of them.
func (h *harmer) sells() {
	h.t.Helper()
	s := h.s.service
	cinema, _ := s.Directory.OutletByCode(demo.Cinema)
	tills, err := s.Partners.Tills(h.t.Context(), cinema.ID, reference.Page{Limit: 1})
	if err != nil {
		h.t.Fatal(err)
	}
	for i, buyer := range []purchase.Buyer{{Home: h.home}, {}} {
		c := &purchase.Cart{
			Till: tills.Items[0].ID, Key: s.IDs.New().String(), Number: h.text("s0" + strconv.Itoa(i) + ".number")[:40], Channel: "<b>", Buyer: buyer, Facts: &purchase.Facts{At: s.Clock.Now()},
			Lines:    []purchase.CartLine{{SKU: h.text("s0" + strconv.Itoa(i) + ".sku")[:40], Name: h.text("s0" + strconv.Itoa(i) + ".line"), Quantity: money.Piece, Price: 100_00}},
			Payments: []purchase.Payment{{Kind: "cash", Amount: 100_00}},
		}
		a, err := s.Desk.Record(h.t.Context(), c)
		if err != nil {
			h.t.Error(err)
			continue
		}
		h.names[[]string{"{sale}", "{nobodys}"}[i]] = fmt.Sprintf("/admin/purchases/%d-%d", a.Purchase.Home, a.Purchase.ID)
	}
}

// asks are what another asks a second person for, by hand and of the programme.
func (h *harmer) asks(of id.ID) {
	h.t.Helper()
	c := h.s.service
	others := &approval.Approvals{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Desk: c.Desk}
	pr := *c.Programmes.Current().Get(of)
	pr.Settings.ApproveAbove = 1000_00
	if _, err := c.Programmes.Put(h.t.Context(), pr, h.text("a00.maker")); err != nil {
		h.t.Fatal(err)
	}
	for i := range 3 {
		r, err := others.Ask(h.another(), &purchase.AdjustRequest{Key: strconv.Itoa(i), Buyer: purchase.Buyer{Home: h.home}, Programme: of, Points: 2000_00, Reason: h.text("a0" + strconv.Itoa(i) + ".reason")})
		if err != nil {
			h.t.Fatal(err)
		}
		if i == 0 {
			h.names["{asked}"] = r.ID.String()
		}
	}
}

// changes is a change of the programme that another asks for.
func (h *harmer) changes(of id.ID) {
	h.t.Helper()
	c := h.s.service
	ok := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	next := *c.Programmes.Current().Get(of)
	next.Settings.PublishTwo = true
	_, err := c.Programmes.Put(h.t.Context(), next, "test")
	ok(err)
	next = *c.Programmes.Current().Get(of)
	version := next.Version
	next.Name = h.text("p00.name")
	text, err := draft.YAML(&next, draft.NewBase(h.t.Context(), c.DB, c.Directory))
	ok(err)
	was, err := c.Programmes.Draft(h.t.Context(), of)
	ok(err)
	d, err := c.Programmes.SaveDraft(h.another(), programme.Drafted{Programme: of, Version: version, Name: next.Name, Text: string(text), Edition: was.Edition, By: h.text("p00.by")})
	ok(err)
	r, err := (&programme.Requests{Plans: c.Plans}).Ask(h.another(), programme.Request{Programme: of, Edition: d.Edition, Version: version, Note: h.text("p00.note")})
	ok(err)
	h.names["{request}"] = "/admin/approvals/programmes/" + r.ID.String()
}

// another is a context in which somebody else does what is done.
func (h *harmer) another() context.Context {
	person, err := id.Parse(strings.TrimPrefix(h.names["{person}"], "/admin/people/"))
	if err != nil {
		h.t.Fatal(err)
	}
	return audit.By(h.t.Context(), audit.Actor{Kind: audit.Staff, ID: person, Name: h.text("a00.asker"), Address: "192.0.2.1", Agent: harmfulAgent})
}

// imports sends a file of such a name with such members, of which some are refused.
func (h *harmer) imports() {
	h.t.Helper()
	name := strings.ReplaceAll(h.text("f00.file"), `"`, "") + ".csv"
	name = strings.ReplaceAll(name, "/", "")
	h.Go(h.s.url + "/admin/members/import")
	upload(h.Page, name, `Фамилия;Телефон;Пол;"`+strings.ReplaceAll(harmfulText("f00.column"), `"`, `""`)+"\"\n"+
		strings.ReplaceAll(h.text("f00.surname"), `"`, "")+";8 916 000-55-21;ж;\nКривой;12345;;\nСтранный;8 916 000-55-22;"+strings.ReplaceAll(h.text("f00.sex"), `"`, "")+";\n")
	h.Wait(ready + `document.querySelector("#c3") && document.body.innerText.includes("f00.column")`)
	h.Get(`document.querySelector("form[action$='/columns'] button[type=submit]").click()`, nil)
	h.Wait(ready + `document.querySelector("form[action$='/begin']")`)
	h.Get(`document.querySelector("form[action$='/begin'] button[type=submit]").click()`, nil)
	h.Wait(ready + `document.querySelector(".stats") && !document.querySelector("form[action$='/begin']")`)
}

// strays are what comes from browsers, mail servers and receivers.
func (h *harmer) strays() {
	h.t.Helper()
	for _, q := range [][2]string{
		{`update staff_session set agent = $1`, ""},
		{`update consent set user_agent = $1, ip = $1 where proof like 'h%'`, "w00.ip"},
		{`insert into member_relative (home_id, relative_id, kind, name, birth_date) values (` + strconv.FormatInt(int64(h.home), 10) + `, 1, 'child', $1, '2020-05-01')`, ""},
		{`insert into staff_passkey (passkey_id, staff_id, name, credential, public_key, uses, synced, transports, created_at, used_at, copied_at) select 1, min(staff_id), $1, x'01', x'01', 0, false, '', 1, 0, 0 from staff`, "w00.passkey"},
		{`insert into river_job (kind, args, state, attempt, max_attempts, scheduled_at, finalized_at, attempted_at, errors) values ('staff.letter', '{}', 'discarded', 12, 12, datetime('now'), datetime('now'), datetime('now'),
 json_array(json_object('at', '2026-11-22T10:00:00Z', 'attempt', 1, 'error', $1, 'trace', '')))`, "w00.error"},
		{`insert into webhook_delivery (webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status)
 select webhook_id, 7, 70, 'member.changed', json_object('name', $1), 'dead', 8, cast(strftime('%s', 'now') as integer) * 1000000, 'status', 500 from webhook`, "w00.body"},
	} {
		if _, err := h.s.service.DB.Exec(h.t.Context(), q[0], h.text(q[1])); err != nil {
			h.t.Error(err)
		}
	}
}
