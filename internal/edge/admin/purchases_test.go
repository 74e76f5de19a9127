package admin_test

import (
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/reference"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const password = "copper kettle on the hill"

// house is a console over a shop.
type house struct {
	*purchasetest.Shop
	t       *testing.T
	staff   *staff.Staff
	owner   *staff.Who
	handler http.Handler
	other   id.ID // another outlet
	members *member.Members
	coder   *member.Codes
	sent    told // codes that members were sent
	cards   *card.Cards
	jobs    *jobs.Runner
	bulk    *bulk.Actions

	questions *whatif.Questions
	org       organization.Organization
	rules     member.Rules
}

func openHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{Shop: purchasetest.Open(t, d, purchasetest.Programme()), t: t, rules: member.DefaultRules(), org: organization.Organization{Name: "Кинотеатр", Zone: "Europe/Moscow", Lang: i18n.RU, Version: 1}}
	texts, err := i18n.Load()
	h.check(err)
	log := slog.New(slog.DiscardHandler)
	h.staff = staff.New(staff.Options{DB: d, IDs: h.IDs, Clock: h.Clock, Key: purchasetest.Secret, Cost: staff.Cost{Memory: 64, Iterations: 1}}) // hundreds sign in
	places := partner.New(d, h.IDs)
	own, err := places.SaveOutlet(t.Context(), partner.Outlet{PartnerID: h.Outlet.PartnerID, Code: "two", Name: "Бар", Zone: "Europe/Moscow", Cutover: partner.DefaultCutover})
	h.check(err)
	h.other = own.ID
	_, err = h.Directory.Refresh(t.Context(), d)
	h.check(err)
	h.members = &member.Members{DB: d, IDs: h.IDs, Clock: h.Clock}
	h.coder = &member.Codes{
		DB: d, IDs: h.IDs, Clock: h.Clock, Key: purchasetest.Secret, Channels: map[member.Kind]member.Channel{member.Phone: &h.sent},
		Text: func(_ member.Purpose, _, code string) string { return code },
	}
	h.cards = &card.Cards{Members: h.members, Key: purchasetest.Secret}
	h.jobs = jobs.New(d, log)
	h.questions = &whatif.Questions{Options: whatif.Options{DB: d, Programmes: h.Programmes, Directory: h.Directory, Catalog: h.Catalog, Workers: 1}, IDs: h.IDs, Clock: h.Clock}
	router, faults := httpx.NewRouter(httpx.Stack{
		Log: log, Texts: texts, Lang: i18n.RU, Metrics: metrics.New("test"), Health: httpx.NewHealth(h.Clock), Body: 1 << 20, Timeout: time.Minute,
	})
	lists := &segment.Lists{DB: d, IDs: h.IDs, Key: purchasetest.Secret, Clock: h.Clock, Zone: func() *time.Location { return time.UTC }, Region: func() string { return "RU" }}
	h.bulk = &bulk.Actions{
		DB: d, IDs: h.IDs, Clock: h.Clock, Log: log, Lists: lists, Members: h.members, Programmes: h.Programmes, Desk: h.Desk, Rules: member.DefaultRules,
		May: func(context.Context, id.ID, staff.Permission) (bool, error) { return true, nil },
	}
	admin.New(admin.Parts{
		DB: d, Clock: h.Clock, Log: log, Texts: texts, Faults: faults, Staff: h.staff, Partners: places, Directory: h.Directory,
		Organization: func() organization.Organization {
			return h.org
		},
		Programmes: h.Programmes, Figures: &figure.Reader{DB: d, Clock: h.Clock}, Desk: h.Desk, Identity: identity.New(d, h.IDs, h.Clock), Rules: func() member.Rules { return h.rules },
		Questions: h.questions,
		Plans: &programme.Plans{Programmes: h.Programmes, Read: func(ctx context.Context, text string) (rule.Programme, error) {
			read, err := draft.Read([]byte(text), draft.NewBase(ctx, d, h.Directory))
			if err != nil {
				return rule.Programme{}, err
			}
			return read.Programme, nil
		}},
		Merges:  &merge.Merges{DB: d, IDs: h.IDs, Clock: h.Clock, Members: h.members, Desk: h.Desk},
		Members: h.members, Codes: h.coder, Products: catalog.New(d, h.IDs), Webhooks: hooks(h, d), Feed: &feed.Feed{DB: d, Clock: h.Clock}, Cards: h.cards, Playbill: playbill.New(d, h.IDs, h.Clock),
		Lists: lists, Bulk: h.bulk,
		Changed:   func(context.Context) error { return nil },
		Approvals: &approval.Approvals{DB: d, IDs: h.IDs, Clock: h.Clock, Desk: h.Desk},
		Jobs:      h.jobs, Dispatcher: figure.NewDispatcher(figure.Options{DB: d, Clock: h.Clock, Log: log}), Refresher: &segment.Refresher{DB: d, Clock: h.Clock},
	}).Mount(router)
	h.handler = router
	_, err = h.staff.Found(t.Context(), staff.Founder{Name: "Владелец", Email: "owner@example.org", Password: password}, staff.Where{})
	h.check(err)
	h.owner, err = h.staff.Who(t.Context(), h.signIn("owner@example.org"))
	h.check(err)
	return h
}

func (h *house) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) signIn(email string) string {
	h.t.Helper()
	token, _, err := h.staff.SignIn(h.t.Context(), email, password, false, staff.Where{Address: "192.0.2.1"})
	h.check(err)
	return token
}

// hire gives the session of a person who may do this, at some outlets or at all.
func (h *house) hire(name string, may []staff.Permission, outlets ...id.ID) string {
	h.t.Helper()
	role, err := h.staff.SaveRole(h.t.Context(), h.owner, staff.Role{Name: name, Permissions: may})
	h.check(err)
	email := name + "@example.org"
	_, link, err := h.staff.Invite(h.t.Context(), h.owner, staff.Person{Name: name, Email: email, Role: role.Code, Outlets: outlets})
	h.check(err)
	h.check(h.staff.Reset(h.t.Context(), link, password, staff.Where{}))
	return h.signIn(email)
}

func (h *house) ask(token, method, path string, form url.Values) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "kopilka", Value: token})
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(patient{w}, r)
	return w
}

// patient takes the deadline of a file, as a connection does.
type patient struct{ *httptest.ResponseRecorder }

func (patient) SetWriteDeadline(time.Time) error { return nil }

func (h *house) sell() *purchase.Purchase {
	h.t.Helper()
	done, err := h.Desk.Commit(h.t.Context(), h.Cart(purchase.Buyer{}, purchasetest.Line("T1", 2, 5000)))
	h.check(err)
	return done.Purchase
}

func pathOf(p *purchase.Purchase) string {
	return admin.Base + "/purchases/" + p.Home.String() + "-" + p.ID.String()
}

// TestLinesAreNamed: a line that the till gave no name is called as the catalogue
// calls it, on the receipt and in its refund.
func TestLinesAreNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		sold := h.sell()
		who := h.hire("refunds", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund})
		goods := catalog.New(d, h.IDs)
		ticket, err := goods.BySKU(t.Context(), "T1")
		if fault.Is(err, "catalog.product-not-found") {
			ticket = catalog.Product{SKU: "T1"}
		} else {
			h.check(err)
		}
		ticket.Name, ticket.State = "Взрослый билет", reference.Active
		_, err = goods.SaveProduct(t.Context(), ticket)
		h.check(err)
		key := "?key=" + strings.Repeat("SEEN", 6) + "AB"
		for _, path := range []string{"", "/refund" + key, "/refund" + key + "&way=lines&line-0=1"} {
			if w := h.ask(who, http.MethodGet, pathOf(sold)+path, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Взрослый билет") {
				t.Errorf("%s: %d, the line has no name", path, w.Code)
			}
		}
	})
}

// TestReceiptsAreForWhoMay: each page of receipts wants its permission, and who
// works at one outlet neither sees nor finds what was sold at another.
func TestReceiptsAreForWhoMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		sold := h.sell()
		all := []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund, staff.PurchasesClaim}
		none := h.hire("none", []staff.Permission{staff.OverviewSee})
		sees := h.hire("sees", []staff.Permission{staff.PurchasesSee})
		here, elsewhere := h.hire("here", all, h.Outlet.ID), h.hire("elsewhere", all, h.other)
		for _, r := range []struct {
			method, path string
			seeing, here int // what is told who may only see, and who may all
		}{
			{http.MethodGet, pathOf(sold), http.StatusOK, http.StatusOK},
			{http.MethodGet, pathOf(sold) + "/refund?key=" + strings.Repeat("SEEN", 6) + "AB", http.StatusForbidden, http.StatusOK},
			{http.MethodPost, pathOf(sold) + "/refund", http.StatusForbidden, http.StatusSeeOther},
			{http.MethodGet, pathOf(sold) + "/claim", http.StatusForbidden, http.StatusOK},
		} {
			form := url.Values{"way": {"all"}, "key": {"test"}}
			for who, want := range map[string]int{none: http.StatusForbidden, sees: r.seeing, here: r.here, elsewhere: http.StatusNotFound} {
				if got := h.ask(who, r.method, r.path, form); got.Code != want {
					t.Errorf("%s %s: %d, want %d: %s", r.method, r.path, got.Code, want, got.Body)
				}
			}
		}
		if got := h.ask(none, http.MethodGet, admin.Base+"/purchases", nil); got.Code != http.StatusForbidden {
			t.Errorf("a list for nobody: %d", got.Code)
		}
		list := admin.Base + "/purchases"
		for _, path := range []string{list, list + "?q=" + sold.Key} {
			if !strings.Contains(h.ask(here, http.MethodGet, path, nil).Body.String(), pathOf(sold)) {
				t.Errorf("%s: not seen where it was sold", path)
			}
			if strings.Contains(h.ask(elsewhere, http.MethodGet, path, nil).Body.String(), pathOf(sold)) {
				t.Errorf("%s: seen elsewhere", path)
			}
		}
		if got := h.ask(elsewhere, http.MethodGet, list+"?outlet="+h.Outlet.ID.String(), nil); got.Code != http.StatusNotFound {
			t.Errorf("another's outlet: %d", got.Code)
		}
	})
}

// TestRefundIsOnce: a look changes nothing, a yes is done once however often it
// is sent, and the trail says who did it. Who has proven himself long ago is
// asked for his password first.
func TestRefundIsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		sold := h.sell()
		who := h.hire("refunds", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund})
		refunds := func() int {
			s, err := h.Desk.Find(t.Context(), purchase.PurchaseRef{Home: sold.Home, ID: sold.ID})
			h.check(err)
			return len(s.Refunds)
		}
		form := url.Values{"way": {"lines"}, "line-0": {"1"}, "key": {"console-once"}}
		form.Set("key", strings.Repeat("ONCE", 6)+"AB")
		sent := h.ask(who, http.MethodPost, pathOf(sold)+"/refund", form)
		look := h.ask(who, http.MethodGet, sent.Header().Get("Location"), nil)
		for _, has := range []string{"50,00", sold.Lines[0].Name + " × 1", `name="sure"`} {
			if sent.Code != http.StatusSeeOther || look.Code != http.StatusOK || refunds() != 0 || !strings.Contains(look.Body.String(), has) {
				t.Fatalf("a look without %s: %d, %d, %d refunds: %s", has, sent.Code, look.Code, refunds(), look.Body)
			}
		}
		form = formIn(look.Body.String())
		for range 3 {
			if w := h.ask(who, http.MethodPost, pathOf(sold)+"/refund", form); w.Code != http.StatusSeeOther || refunds() != 1 {
				t.Fatalf("a yes: %d, %d refunds: %s", w.Code, refunds(), w.Body)
			}
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "purchase."}, 0, 10)
		if err != nil || len(trail) != 1 || trail[0].Actor.Name != "refunds" || !strings.Contains(trail[0].After, "5000") {
			t.Errorf("the trail: %+v, %v", trail, err)
		}
		for _, bad := range []url.Values{
			{"way": {"lines"}, "line-0": {"2"}},
			{"way": {"lines"}, "line-0": {"much"}},
			{"way": {"sum"}, "sum": {"50,01"}},
			{"way": {"lines"}},
			{},
			{"way": {"all"}, "sum": {"10"}},
			{"way": {"all"}, "line-0": {"1"}},
			{"way": {"lines"}, "line-0": {"1"}, "sum": {"10"}},
			{"way": {"lines"}, "line-0": {"1e0"}},
		} {
			bad.Set("key", "console-bad")
			if w := h.ask(who, http.MethodPost, pathOf(sold)+"/refund", bad); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "-error") {
				t.Errorf("%v: %d, told at no field", bad, w.Code)
			}
		}
		h.Clock.Add(staff.ProofLasts + time.Second)
		form = h.formAt(who, h.ask(who, http.MethodPost, pathOf(sold)+"/refund", url.Values{"way": {"all"}, "key": {strings.Repeat("LATE", 6) + "AB"}}).Header().Get("Location"))
		if h.unproven(who, pathOf(sold)+"/refund", form); refunds() != 1 {
			t.Errorf("without a proof: %d refunds", refunds())
		}
		if w := h.proven(who, pathOf(sold)+"/refund", form, ""); w.Code != http.StatusSeeOther || refunds() != 2 {
			t.Errorf("with the password: %d, %d refunds: %s", w.Code, refunds(), w.Body)
		}
	})
}

// TestRefundIsWhatWasShown: a yes to a refund that would bring back something else
// by now writes nothing, and shows the new figures; so does a yes to nothing shown.
func TestRefundIsWhatWasShown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("refunds", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund})
		for i, way := range []struct {
			form, meanwhile url.Values
			told            string // "": what there is left is too little for it
		}{
			{url.Values{"way": {"all"}}, url.Values{"way": {"sum"}, "sum": {"10"}}, "теперь вернётся 90,00 ₽"},
			{url.Values{"way": {"sum"}, "sum": {"95"}}, url.Values{"way": {"sum"}, "sum": {"10"}}, "осталось 90"},
			{url.Values{"way": {"lines"}, "line-0": {"1"}, "key": {""}}, nil, "теперь вернётся 50,00 ₽"},
		} {
			sold := h.sell()
			path := pathOf(sold) + "/refund"
			shown := func(name string, form url.Values) url.Values {
				form.Set("key", (strings.Repeat(name, 26) + strconv.Itoa(i+2))[1:27])
				return h.formAt(who, h.ask(who, http.MethodPost, path, form).Header().Get("Location"))
			}
			first := shown("F", way.form)
			if way.meanwhile == nil {
				first.Del("agreed")
			} else if w := h.ask(who, http.MethodPost, path, shown("S", way.meanwhile)); w.Code != http.StatusSeeOther {
				t.Fatalf("meanwhile: %d: %s", w.Code, w.Body)
			}
			w := h.ask(who, http.MethodPost, path, first)
			body := html.UnescapeString(strings.ReplaceAll(w.Body.String(), "\u00a0", " "))
			s, err := h.Desk.Find(t.Context(), purchase.PurchaseRef{Home: sold.Home, ID: sold.ID})
			h.check(err)
			before := len(way.meanwhile["way"])
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, way.told) || len(s.Refunds) != before {
				t.Fatalf("%v: %d, %d refunds: %s", way.form, w.Code, len(s.Refunds), body)
			}
			if !strings.Contains(body, `name="agreed"`) {
				continue
			}
			if w := h.ask(who, http.MethodPost, path, formIn(body)); w.Code != http.StatusSeeOther {
				t.Errorf("%v: once more: %d", way.form, w.Code)
			}
		}
	})
}

// TestRefundOfNothingLeft: a yes in a window that is behind is answered in words: that
// nothing is left of the receipt, or of the line, of which the form asks no more.
func TestRefundOfNothingLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		who := h.hire("refunds", []staff.Permission{staff.PurchasesSee, staff.PurchasesRefund})
		done, err := h.Desk.Commit(t.Context(), h.Cart(purchase.Buyer{}, purchasetest.Line("T1", 2, 5000), purchasetest.Line("B1", 1, 3000)))
		h.check(err)
		path := pathOf(done.Purchase) + "/refund"
		shown := func(name string, form url.Values) url.Values {
			form.Set("key", strings.Repeat(name, 26))
			return h.formAt(who, h.ask(who, http.MethodPost, path, form).Header().Get("Location"))
		}
		behind := shown("A", url.Values{"way": {"lines"}, "line-0": {"1"}})
		for i, meanwhile := range []url.Values{{"way": {"lines"}, "line-0": {"2"}}, {"way": {"all"}}} {
			if w := h.ask(who, http.MethodPost, path, shown(string(rune('B'+i)), meanwhile)); w.Code != http.StatusSeeOther {
				t.Fatalf("meanwhile: %d: %s", w.Code, w.Body)
			}
			w := h.ask(who, http.MethodPost, path, behind)
			if left := i == 0; left && (w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "по позиции 1 осталось 0") || !strings.Contains(w.Body.String(), `name="line-1"`)) {
				t.Errorf("nothing left of the line: %d: %s", w.Code, mainForm.FindString(w.Body.String()))
			} else if to := w.Header().Get("Location"); !left && (w.Code != http.StatusSeeOther || to != pathOf(done.Purchase)+"?done=not-left") {
				t.Errorf("nothing left: %d, to %q", w.Code, to)
			}
		}
	})
}

// TestReceiptIsGiven: a receipt of nobody's is given to a member whom an exact
// word finds, after he was shown; to another it can't be given then.
func TestReceiptIsGiven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		sold := h.sell()
		who := h.hire("gives", []staff.Permission{staff.PurchasesSee, staff.PurchasesClaim})
		elsewhere := h.hire("elsewhere", []staff.Permission{staff.PurchasesSee, staff.PurchasesClaim}, h.other)
		members := &member.Members{DB: d, IDs: h.IDs, Clock: h.Clock}
		made := func(phone string) member.Member {
			m, err := members.Register(t.Context(), member.DefaultRules(), member.Registration{
				Profile: member.Profile{Name: "Анна"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}},
			}, member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
			h.check(err)
			return m
		}
		anna, other := made("+79161234567"), made("+79161234568")
		path := pathOf(sold) + "/claim"
		for _, nobody := range []string{"", "+79160000000", "!"} {
			if w := h.ask(who, http.MethodPost, path, url.Values{"who": {nobody}}); w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d", nobody, w.Code)
			}
		}
		w := h.ask(who, http.MethodPost, path, url.Values{"who": {"8 916 123-45-67"}})
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), anna.Home.String()) || strings.Contains(w.Body.String(), "1234567") {
			t.Fatalf("found: %d: %s", w.Code, w.Body)
		}
		if w := h.ask(elsewhere, http.MethodPost, path, url.Values{"member": {anna.Home.String()}}); w.Code != http.StatusNotFound {
			t.Errorf("given elsewhere: %d", w.Code)
		}
		for range 2 {
			if w := h.ask(who, http.MethodPost, path, url.Values{"member": {anna.Home.String()}}); w.Code != http.StatusSeeOther {
				t.Fatalf("given: %d: %s", w.Code, w.Body)
			}
		}
		if w := h.ask(who, http.MethodPost, path, url.Values{"member": {other.Home.String()}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("given again to another: %d", w.Code)
		}
		s, err := h.Desk.Find(t.Context(), purchase.PurchaseRef{Home: sold.Home, ID: sold.ID})
		if err != nil || s.Buyer() != anna.Home {
			t.Errorf("it is %v's, %v", s.Buyer(), err)
		}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Action: "purchase.claimed"}, 0, 10)
		if err != nil || len(trail) != 1 || trail[0].Actor.Name != "gives" {
			t.Errorf("the trail: %+v, %v", trail, err)
		}
	})
}
