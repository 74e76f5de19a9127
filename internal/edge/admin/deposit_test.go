package admin_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// keyed is a form with the once-only key of a letter.
func keyed(letter string, values ...string) url.Values {
	v := url.Values{"key": {strings.Repeat("A", 25) + letter}}
	for i := 0; i < len(values); i += 2 {
		v.Set(values[i], values[i+1])
	}
	return v
}

// deposit is the newest deposit of a member.
func (h *house) deposit(m member.Member) purchase.DepositView {
	h.t.Helper()
	list, err := h.Desk.Deposits(h.t.Context(), m.Home)
	h.check(err)
	if len(list) == 0 {
		h.t.Fatal("no deposit")
	}
	return list[0]
}

// refused sends a form that is not taken, and gives the page.
func (h *house) refused(who, path string, form url.Values, says ...string) string {
	h.t.Helper()
	w := h.ask(who, http.MethodPost, path, form)
	if w.Code != http.StatusUnprocessableEntity {
		h.t.Errorf("%s %v: %d", path, form, w.Code)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			h.t.Errorf("%s %v: it does not say %q", path, form, s)
		}
	}
	return w.Body.String()
}

// done sends a form that is taken, and gives what is said of it.
func (h *house) done(who, path string, form url.Values) string {
	h.t.Helper()
	w := h.ask(who, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		h.t.Fatalf("%s %v: %d: %s", path, form, w.Code, w.Body)
	}
	to, err := url.Parse(w.Header().Get("Location"))
	h.check(err)
	return to.Query().Get("done")
}

// fromDeposit is a purchase that a deposit pays.
func (h *house) fromDeposit(m member.Member, sum money.Amount) *purchase.Stored {
	h.t.Helper()
	cart := h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, sum))
	cart.Number, cart.Payments = "Ч-17", []purchase.Payment{{Kind: purchase.DepositKind, Amount: sum}}
	done, err := h.Desk.Commit(h.t.Context(), cart)
	h.check(err)
	s, err := h.Desk.Find(h.t.Context(), purchase.PurchaseRef{Home: done.Purchase.Home, ID: done.Purchase.ID})
	h.check(err)
	return s
}

// TestDepositByHand: a deposit is opened, topped up, pays, is closed and pays out
// what has come back since, each once however often its form is sent; what is
// wrong is said, and what was typed is kept.
func TestDepositByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		keeps := h.hire("keeps", []staff.Permission{staff.MembersSee, staff.PurchasesSee, staff.DepositsEdit})
		base := admin.Base + "/members/" + m.Home.String() + "/deposits"
		page := func(path string) string {
			t.Helper()
			w := h.ask(keeps, http.MethodGet, path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			return w.Body.String()
		}
		if body := page(base); !strings.Contains(body, "Открытого депозита нет") || !strings.Contains(body, base+"/open") {
			t.Error("nothing is said, or offered, where there is none")
		}

		h.refused(keeps, base+"/open", keyed("A", "ends", "не знаю"), "Это не день", `value="не знаю"`)
		h.refused(keeps, base+"/open", keyed("A", "ends", "31.12.2020"), "уже прошёл", `value="31.12.2020"`)
		for _, want := range []string{"deposit-open", "deposit-before"} {
			if said := h.done(keeps, base+"/open", keyed("A", "ends", "31.12.2099")); said != want {
				t.Errorf("opened: %s, not %s", said, want)
			}
		}
		of := h.deposit(m)
		moscow, err := time.LoadLocation("Europe/Moscow")
		h.check(err)
		if ends := of.Ends.In(moscow).Format(time.DateTime); ends != "2100-01-01 00:00:00" {
			t.Errorf("it ends at %s", ends)
		}
		h.refused(keeps, base+"/open", keyed("B"), "уже есть депозит", of.Number)
		h.refused(keeps, base+"/open", keyed("A"), "уже проведена")

		one := base + "/" + of.ID.String()
		sum := func(typed string, more ...string) url.Values {
			return keyed("C", append([]string{"sum", typed, "paid_by", "card", "outlet", h.Outlet.ID.String(), "reason", "*1224"}, more...)...)
		}
		for typed, why := range map[string]string{"много": "не число", "1e3": "не число", "1.500": "тысячи это или доли", "1,500": "тысячи это или доли", "1.000,50": "не число"} {
			h.refused(keeps, one+"/top-up", sum(typed), why, `value="`+typed+`"`)
		}
		for _, typed := range []string{"0", "-5", "100000000"} {
			h.refused(keeps, one+"/top-up", sum(typed), "больше нуля и не больше", `value="`+typed+`"`, `value="*1224"`)
		}
		h.refused(keeps, one+"/top-up", sum("1", "outlet", "17"), "Точка продаж не найдена")
		h.refused(keeps, one+"/top-up", sum("1", "paid_by", "deposit"), "Депозитом, сертификатом")
		for _, want := range []string{"deposit-top-up", "deposit-before"} {
			if said := h.done(keeps, one+"/top-up", sum("5 000,50")); said != want {
				t.Errorf("topped up: %s, not %s", said, want)
			}
		}
		if now := h.deposit(m); now.Balance != 5000_50 {
			t.Errorf("there is %d", now.Balance)
		}
		s := h.fromDeposit(m, 1000_00)
		body := page(base)
		for _, want := range []string{
			of.Number, "пополнение", "*1224", "Картой", "+" + i18n.Money(i18n.RU, 5000_50), h.Outlet.Name, "keeps",
			"списание", "Депозитом", i18n.Money(i18n.RU, -1000_00), `href="` + pathOf(&s.Purchase) + `">Ч-17</a>`, "31.12.2099, в конце дня",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("the part does not say %q", want)
			}
		}
		if body := page(one + "/term?" + keyed("D").Encode()); !strings.Contains(body, `value="31.12.2099"`) {
			t.Error("the term that it has is not in its form")
		}
		h.done(keeps, one+"/term", keyed("D", "ends", ""))
		if now := h.deposit(m); now.Ends != 0 {
			t.Errorf("it ends at %d", now.Ends)
		}

		// A part that was put in by mistake is paid out, and no more than there is.
		h.refused(keeps, one+"/pay-out", keyed("H", "sum", "4000,51", "paid_by", "cash"), "можно не больше "+i18n.Money(i18n.RU, 4000_50), `value="4000,51"`)
		h.proven(keeps, one+"/pay-out", keyed("H", "sum", "0,50", "paid_by", "cash"), "")
		if now := h.deposit(m); now.Balance != 4000_00 {
			t.Errorf("there is %d after a part was paid out", now.Balance)
		}
		if body := page(admin.Base + "/members/" + m.Home.String()); !strings.Contains(body, i18n.Money(i18n.RU, 4000_00)) {
			t.Error("the first page does not tell of it")
		}

		// It is closed with what it has now, and not with what was seen before.
		seen := hiddenIn(t, page(one+"/close?"+keyed("E").Encode()), "seen")
		h.fromDeposit(m, 500_00)
		closing := keyed("E", "seen", seen, "paid_by", "cash")
		again := h.refused(keeps, one+"/close", closing, "теперь на нём "+i18n.Money(i18n.RU, 3500_00))
		closing.Set("seen", hiddenIn(t, again, "seen"))
		if closing.Get("seen") != "350000" {
			t.Errorf("the form shows %s by now", closing.Get("seen"))
		}
		h.Clock.Add(staff.ProofLasts + time.Second)
		h.unproven(keeps, one+"/close", closing)
		if w := h.proven(keeps, one+"/close", closing, ""); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "deposit="+of.ID.String()) {
			t.Fatalf("closed: %d: %s", w.Code, w.Body)
		}
		if now := h.deposit(m); now.Closed == 0 || now.Balance != 0 {
			t.Errorf("it is %+v", now.Deposit)
		}
		if body := page(base); !strings.Contains(body, "Закрытые счета") || !strings.Contains(body, base+"?deposit="+of.ID.String()) {
			t.Error("the closed one is not in the list")
		}
		h.refused(keeps, one+"/top-up", sum("1", "key", keyed("F").Get("key")), "закрыт: откройте новый")
		if w := h.ask(keeps, http.MethodGet, one+"/close", nil); w.Code != http.StatusConflict {
			t.Errorf("the form to close what is closed: %d", w.Code)
		}

		// What comes back afterwards is paid out.
		_, err = h.Desk.Refund(t.Context(), &purchase.RefundRequest{Till: h.Till, Key: "back", Purchase: purchase.PurchaseRef{Home: s.Home, ID: s.ID}})
		h.check(err)
		if body := page(base + "?deposit=" + of.ID.String()); !strings.Contains(body, "возврат покупки") || !strings.Contains(body, one+"/pay-out") {
			t.Error("what has come back is not to be paid out")
		}
		if said := h.done(keeps, one+"/pay-out", keyed("G", "sum", "1000", "paid_by", "sbp")); said != "deposit-pay-out" {
			t.Errorf("paid out: %s", said)
		}
		if w := h.ask(keeps, http.MethodGet, base+"?deposit=17", nil); w.Code != http.StatusNotFound {
			t.Errorf("one that there is not: %d", w.Code)
		}
		trail := h.ask(h.signIn("owner@example.org"), http.MethodGet, admin.Base+"/audit", nil).Body.String()
		for _, want := range []string{"Депозит открыт", "Депозит пополнен", "Выплачено с депозита", i18n.Money(i18n.RU, 5000_50), "Картой"} {
			if !strings.Contains(trail, want) {
				t.Errorf("the trail does not say %q", want)
			}
		}
	})
}

// TestDepositsAreForWhoMay: who may not open or change deposits reads them only,
// and whoever works at some outlets reads, and does, what is at those.
func TestDepositsAreForWhoMay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		may := []staff.Permission{staff.MembersSee, staff.DepositsEdit}
		keeps, sees, here := h.hire("keeps", may), h.hire("sees", []staff.Permission{staff.MembersSee}), h.hire("here", may, h.Outlet.ID)
		h.check(d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into member_outlet (home_id, outlet_id) values ($1, $2)`, m.Home, h.Outlet.ID)
			return err
		}))
		base := admin.Base + "/members/" + m.Home.String() + "/deposits"
		h.done(keeps, base+"/open", keyed("A"))
		one := base + "/" + h.deposit(m).ID.String()
		top := func(letter string, outlet id.ID, paper string) url.Values {
			return keyed(letter, "sum", "100", "paid_by", "cash", "outlet", outlet.String(), "reason", paper)
		}
		h.done(keeps, one+"/top-up", top("B", h.other, "чужой"))
		h.done(here, one+"/top-up", top("C", h.Outlet.ID, "свой"))
		h.refused(here, one+"/top-up", top("D", h.other, "чужой"), "Точка продаж не найдена")
		h.refused(here, one+"/top-up", keyed("D", "sum", "100", "paid_by", "cash"), "Точка продаж не найдена")
		s := h.fromDeposit(m, 50_00)

		body := h.ask(here, http.MethodGet, base, nil).Body.String()
		if !strings.Contains(body, "свой") || strings.Contains(body, "чужой") || strings.Contains(body, "Оплачено покупок") || !strings.Contains(body, i18n.Money(i18n.RU, 150_00)) {
			t.Error("what is at other outlets is told, or what is here is not")
		}
		body = h.ask(sees, http.MethodGet, base, nil).Body.String()
		if !strings.Contains(body, "Оплачено покупок") || !strings.Contains(body, "чужой") || strings.Contains(body, pathOf(&s.Purchase)) {
			t.Error("who sees all is told less, or led to a receipt that he may not see")
		}
		for _, part := range []string{"operations", "tickets"} {
			path := strings.TrimSuffix(base, "deposits") + part
			if w := h.ask(sees, http.MethodGet, path, nil); w.Code != http.StatusForbidden || strings.Contains(body, path) {
				t.Errorf("who may not see purchases is led to %s: %d", part, w.Code)
			}
		}
		for _, deed := range []string{base + "/open", one + "/top-up", one + "/term", one + "/close", one + "/pay-out"} {
			if strings.Contains(body, deed) {
				t.Errorf("%s is offered to who may not", deed)
			}
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if w := h.ask(sees, method, deed, keyed("E")); w.Code != http.StatusForbidden {
					t.Errorf("%s %s: %d", method, deed, w.Code)
				}
			}
		}

		// Who is not served puts nothing in, and has his money back.
		_, err := h.members.Block(t.Context(), m.Home, 0, "споры", member.Actor{Kind: member.ByStaff, ID: 1, Source: "admin"})
		h.check(err)
		body = h.ask(keeps, http.MethodGet, base, nil).Body.String()
		if strings.Contains(body, one+"/top-up") || strings.Contains(body, one+"/term") || !strings.Contains(body, one+"/close") {
			t.Error("what is offered of who is blocked is not to close it")
		}
		h.refused(keeps, one+"/top-up", top("F", h.other, ""), "заблокирован")
		if said := h.done(keeps, one+"/close", keyed("G", "seen", "15000", "paid_by", "cash")); said != "deposit-close" {
			t.Errorf("closed: %s", said)
		}
		h.refused(keeps, base+"/open", keyed("H"), "заблокирован")
	})
}

// TestDepositsPageByPage: a long journal is read on to its end; what closed
// receipts took and was not there is said.
func TestDepositsPageByPage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		m := h.register("Светлова", "+79161234567")
		open, err := h.Desk.DoDeposit(t.Context(), &purchase.DepositRequest{By: 1, Key: "open", Do: purchase.OpenDeposit, Home: m.Home})
		h.check(err)
		for i := range 60 {
			_, err := h.Desk.DoDeposit(t.Context(), &purchase.DepositRequest{
				By: 1, Key: strconv.Itoa(i), Do: purchase.TopUpDeposit, Home: m.Home, Deposit: open.Deposit, Amount: 100, PaidBy: "наличный расчёт", Reason: "ордер " + strconv.Itoa(i),
			})
			h.check(err)
		}
		cart := h.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("T1", 1, 90_00), purchasetest.Line("T2", 1, 5_00), purchasetest.Line("T3", 1, 5_00))
		cart.Payments = []purchase.Payment{{Kind: purchase.DepositKind, Amount: 100_00}}
		for i, name := range []string{"Сувенир", "Билет", "Открытка"} {
			cart.Lines[i].Name = name
		}
		cart.Facts = &purchase.Facts{At: h.Clock.Now()}
		_, err = h.Desk.Record(t.Context(), cart)
		h.check(err)
		sees := h.hire("sees", []staff.Permission{staff.MembersSee})
		base := admin.Base + "/members/" + m.Home.String() + "/deposits"
		body := h.ask(sees, http.MethodGet, base, nil).Body.String()
		for _, want := range []string{"не хватает " + i18n.Money(i18n.RU, 40_00), "наличный расчёт", "Сувенир, Билет и ещё 1", "ордер 59"} {
			if !strings.Contains(body, want) {
				t.Errorf("the first page does not say %q", want)
			}
		}
		last := base + "?deposit=" + open.Deposit.String() + "&amp;before="
		i := strings.Index(body, last)
		if i < 0 || strings.Contains(body, "ордер 10<") {
			t.Fatal("it does not go on")
		}
		before, _, _ := strings.Cut(body[i+len(last):], `"`)
		body = h.ask(sees, http.MethodGet, base+"?deposit="+open.Deposit.String()+"&before="+before, nil).Body.String()
		if rows := strings.Count(body, `<td class="c-who`); rows != 11 || !strings.Contains(body, "ордер 0<") {
			t.Errorf("%d rows on the second page", rows)
		}
	})
}
