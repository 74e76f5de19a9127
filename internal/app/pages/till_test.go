package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// till is a till of the demo's cinema with its workplace open in a browser.
type till struct {
	*browsertest.Page
	t   *testing.T
	s   program
	at  partner.Till
	url string // as its browser reaches the program
}

// tillAt opens the workplace of the cinema's till by its place in the list.
func tillAt(t *testing.T, b *browsertest.Browser, s program, n int, url string, look browsertest.Look) *till {
	t.Helper()
	cinema, _ := s.service.Directory.OutletByCode(demo.Cinema)
	tills, err := s.service.Partners.Tills(t.Context(), cinema.ID, reference.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return &till{Page: b.Open(t, url+"/pos/", look), t: t, s: s, at: tills.Items[n], url: url}
}

// pair pairs it by a code, and signIn lets a cashier in.
func (p *till) pair() {
	p.t.Helper()
	code, err := p.s.service.Identity.BeginPairing(p.t.Context(), p.at.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Wait(`document.querySelector("#pair-code")`)
	p.Press(code.Code + browsertest.Enter) // as fast as a scanner
	p.Wait(`document.activeElement?.id === "pin"`)
}

func (p *till) signIn() {
	p.t.Helper()
	p.Insert(demo.CashierPIN)
	p.Press(browsertest.Enter)
	p.Wait(`document.activeElement?.id === "scan"`)
}

// atWork is the first till with a cashier on duty.
func (p *program) atWork(t *testing.T, b *browsertest.Browser) *till {
	t.Helper()
	at := tillAt(t, b, *p, 0, p.url, desk)
	at.pair()
	at.signIn()
	return at
}

// scan is a scanner: a key each 5 ms, then Enter. Its keys have the times at which a
// scanner presses them, however busy the machine is that plays it.
func (p *till) scan(code string) {
	p.t.Helper()
	quoted, _ := json.Marshal(code)
	p.Get(`(() => {
		const all = `+string(quoted)+`;
		let at = performance.now() - 5 * all.length;
		const key = (key, code) => {
			const e = new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true });
			Object.defineProperty(e, "timeStamp", { value: at });
			at += 5;
			document.activeElement.dispatchEvent(e);
		};
		for (const c of all) key(c, /\d/.test(c) ? "Digit" + c : /[a-z]/i.test(c) ? "Key" + c.toUpperCase() : "");
		key("Enter", "Enter");
	})()`, nil)
}

// settled waits until what the receipt comes to is known.
func (p *till) settled(due string) {
	p.t.Helper()
	p.Wait(`document.querySelector("#due")?.innerText.replaceAll("\u00a0", " ") === ` + fmt.Sprintf("%q", due))
}

// sold are the receipts of the till, the newest first.
func (p *till) sold() []*purchase.Stored {
	p.t.Helper()
	list, err := p.s.service.Desk.Latest(p.t.Context(), &purchase.Latest{
		Outlets: []id.ID{p.at.OutletID}, Before: p.s.service.Clock.Now().Add(1 << 40), Limit: 200, Keep: func(s *purchase.Stored) bool { return s.Till == p.at.ID && s.Cashier != 0 },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return list.Items
}

// buyer makes a member with a card and points, and gives his card's number.
func (p *program) buyer(t *testing.T, name string, points money.Points) (home.ID, string) {
	t.Helper()
	ctx := t.Context()
	types, err := card.Types(ctx, p.service.DB)
	if err != nil {
		t.Fatal(err)
	}
	var virtual card.Type
	for _, typ := range types {
		if typ.Kind == card.Virtual && typ.Active {
			virtual = typ
		}
	}
	made, first, err := p.service.Cards.Register(ctx, member.DefaultRules(), member.Registration{
		Profile:     member.Profile{Name: name, Surname: "Проверкина"},
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", len(name)*1000+int(points)%997)}},
	}, card.NewCard{Type: virtual.ID}, member.Actor{Kind: member.ByStaff, Source: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if points > 0 {
		_, err = p.service.Desk.Adjust(ctx, &purchase.AdjustRequest{
			By: 1, Key: "gift " + name, Buyer: purchase.Buyer{Home: made.Home}, Programme: p.service.Programmes.Current().All()[0].ID, Points: points, Reason: "test", Actor: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return made.Home, first.Number
}

// TestTillReceipts: a receipt of nobody's is given to a member, another is given
// back, once however often it is asked; a member is registered at the till.
func TestTillReceipts(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Рита", 0)
	p := s.atWork(t, b)
	p.Press(browsertest.F3)
	p.Insert("500")
	p.Press(browsertest.Enter)
	p.settled("500,00 ₽")
	p.Press(browsertest.F9, browsertest.Enter)
	p.told()
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.Press(browsertest.F4)
	p.ofReceipt("500,00", "claim") // the demo may have sold others here today
	p.Wait(`document.querySelector("#claim[open] [data-f=about]").innerText.includes("Рита Проверкина")`)
	p.Press(browsertest.Escape) // one press gives nothing away
	p.Wait(`!document.querySelector("#claim[open]")`)
	if sold := p.sold(); sold[0].Buyer() == of {
		t.Fatal("it was given without being asked about")
	}
	p.ofReceipt("500,00", "claim")
	p.Wait(`document.querySelector("#claim[open]") && document.activeElement.dataset.do === "claim-do"`)
	p.Accessible()
	p.Shot("till-claim")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Чек отдан: Рита")`)
	if sold := p.sold(); len(sold) != 1 || sold[0].Buyer() != of {
		t.Fatalf("%+v", sold)
	}
	p.ofReceipt("500,00", "refund")
	p.Wait(`document.querySelector("#refund[open] [data-line]")`)
	comes := `document.querySelector("#refund [data-f=preview]").innerText`
	p.Wait(comes + `.includes("Если вернуть всё, вернётся 500,00 ₽ (наличными 500,00 ₽). Снимем 15")`)
	p.Accessible()
	p.Shot("till-refund")
	p.Get(`(i => { i.value = "2"; i.dispatchEvent(new Event("input", { bubbles: true })); })(document.querySelector("#refund [data-line]"))`, nil)
	p.Wait(comes + ` === ""`)
	p.Get(`(i => { i.value = "1"; i.dispatchEvent(new Event("input", { bubbles: true })); })(document.querySelector("#refund [data-line]"))`, nil)
	p.Wait(comes + `.startsWith("Вернётся 500,00")`)
	p.Click("button", "Вернуть всё")
	p.Wait(`document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 500,00")`)
	if sold := p.sold(); sold[0].Refunded != 500_00 {
		t.Errorf("%+v", sold[0])
	}
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("dialog[open]")`)
	p.Get(`document.querySelector("[data-do=forget]").click()`, nil)
	p.Wait(`document.querySelector("[data-do=register]")`)
	p.Click("button", "Новый участник Shift F2")
	p.Wait(`document.activeElement?.id === "r-phone"`)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#register [data-f=error]").innerText !== "" || document.querySelector("[data-error=phone]").innerText !== ""`)
	p.Type("textbox", "Телефон", "8 916 555-44-33")
	p.Type("textbox", "Имя", "Семён")
	p.Get(`document.querySelectorAll("#register [name=consent]").forEach(c => { c.checked = true; })`, nil)
	p.Get(`document.querySelector("#r-inviter").focus()`, nil)
	p.Forgive("/pos/api/members") // a refusal is an answer
	p.scan(number + "7")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#r-inviter-error").innerText.includes("Такого участника нет")`)
	p.Shot("till-register")
	p.Get(`document.querySelector("#r-inviter").focus()`, nil)
	p.scan(number)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Семён")`)
	found, err := member.Find(t.Context(), s.service.DB, "+79165554433", "")
	if err != nil || len(found) != 1 {
		t.Fatalf("%d found: %v", len(found), err)
	}
	if m, err := member.Get(t.Context(), s.service.DB, found[0].Home); err != nil || m.Registered.Inviter != of {
		t.Errorf("invited by %s, want %s: %v", m.Registered.Inviter, of, err)
	}
	s.verified(t)
}

// ofReceipt presses a button of the newest receipt of a sum.
func (p *till) ofReceipt(sum, deed string) {
	p.t.Helper()
	button := fmt.Sprintf(`[...document.querySelectorAll("#receipts li")].find(r => r.innerText.includes(%q))?.querySelector("[data-do=%s]")`, sum, deed)
	p.Wait(button)
	p.Get(button+`.click()`, nil)
}

// barcode gives a product that is sold a barcode.
func (p *program) barcode(t *testing.T, sku, code string) {
	t.Helper()
	product, err := p.service.Products.BySKU(t.Context(), sku)
	if err != nil {
		t.Fatal(err)
	}
	product.Barcodes = []string{code}
	p.catalogued(t, product)
}

// spendable is what a member may spend now.
func (p *program) spendable(t *testing.T, of home.ID) money.Points {
	t.Helper()
	list, err := p.service.Desk.Accounts(context.WithoutCancel(t.Context()), of)
	if err != nil || len(list) == 0 {
		t.Fatal("no account", err)
	}
	return list[0].Account.Spendable()
}

var desk = browsertest.Look{Width: 1440, Height: 900, Lang: "ru"}

// TestTillSale: a member's card is scanned, a sum typed, all points spent that
// may be, and it is paid in few presses; then it is given back, a receipt of
// nobody's is given to a member, and the shift adds up.
func TestTillSale(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Анна", 500_00)
	s.barcode(t, "popcorn-l", "4601234567893")
	p := s.atWork(t, b)
	p.Get(`(window.presses = 0, addEventListener("keydown", e => { if (e.isTrusted) presses++; }, true))`, nil)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Анна Проверкина") && document.activeElement?.id === "item"`)
	if text := p.Text(".mc"); containsPhone(text) {
		t.Errorf("a whole phone is shown: %s", text)
	}
	p.scan("4601234567893") // goods of the catalogue, by their barcode
	p.Wait(`document.querySelectorAll(".ln").length === 1`)
	p.settled("390,00 ₽")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#totals .disc") && document.querySelector("#due").innerText !== ""`)
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Shot("till-done")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#scan") && !document.querySelector(".ln")`)
	var presses int
	p.Get(`presses`, &presses)
	if presses > 6 {
		t.Errorf("%d presses", presses)
	}
	sold := p.sold()
	if len(sold) != 1 || sold[0].Home != of || sold[0].Spent == 0 || sold[0].Due+sold[0].Paid+sold[0].Discount != 390_00 {
		t.Fatalf("%+v", sold)
	}
	if left := s.spendable(t, of); left != sold[0].Balance.Active {
		t.Errorf("%d points left, %d told", left, sold[0].Balance.Active)
	}
}

func containsPhone(text string) bool {
	run := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			run++
		case r != ' ' && r != '-' && r != '\u00a0':
			run = 0
		}
		if run > 9 {
			return true
		}
	}
	return false
}
