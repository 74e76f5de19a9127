package pages

import (
	"fmt"
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// TestDepositOfAMember: a deposit is opened, topped up, its movements are seen, and
// it is closed with what it has; what is wrong is said at its field.
func TestDepositOfAMember(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	at := newcomer(p, s.url, "8 916 000-77-31", "Вкладова")
	p.Go(s.url + at + "/deposits")
	p.Click("link", "Открыть депозит")
	p.Wait(`document.querySelector("#ends")`)
	p.Forgive("422")
	p.Type("textbox", "Последний день", "01.01.2020")
	p.Click("button", "Открыть")
	p.Wait(`document.querySelector("#ends[aria-invalid]")?.value === "01.01.2020"`)
	p.Accessible()
	p.Type("textbox", "Последний день", "31.12.2099")
	p.Click("button", "Открыть")
	p.Wait(arrived("deposit-open") + ` && document.querySelector("main").innerText.includes("31.12.2099")`)

	p.Click("link", "Пополнить")
	p.Wait(`document.querySelector("#sum")`)
	p.Type("textbox", "Сумма, ₽", "пять тысяч")
	p.Click("button", "Пополнить")
	p.Wait(`document.querySelector("#sum[aria-invalid]")?.value === "пять тысяч"`)
	p.Accessible()
	p.Type("textbox", "Сумма, ₽", "5 000")
	p.Type("textbox", "Карта или документ", "*1224")
	chosen(p, "paid_by", "Картой")
	// Sent twice, it is put in once.
	p.Get(`(() => { const f = document.querySelector("form.form"), d = new URLSearchParams(new FormData(f)); fetch(f.action, {method: "POST", body: d}).then(r => r.text()).then(() => { window.sent = true }) })()`, nil)
	p.Wait(`window.sent`)
	p.Click("button", "Пополнить")
	p.Wait(arrived("deposit-before") + ` && document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes("*1224")`)
	p.Wait(`document.querySelector("tbody .c-sum.pos").innerText.startsWith("+5")`)
	p.Accessible()

	p.Click("link", "Закрыть счёт")
	p.Wait(`document.querySelector("[name=seen]")?.value === "500000"`)
	p.Accessible()
	p.Click("button", "Закрыть счёт")
	p.Wait(arrived("deposit-close") + ` && document.querySelectorAll("tbody tr").length === 2 && document.querySelector("tbody .c-sum.neg")`)
	p.Accessible()
	p.Go(s.url + at + "/deposits")
	p.Wait(`document.querySelector(".empty") && document.querySelectorAll("tbody tr").length === 1`)
	p.Accessible()
}

// TestDepositLooks: deposits and their forms fit, and can be used by everybody, in
// every look.
func TestDepositLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	has, none, was := s.depositor(t, "+79160007732"), s.depositor(t, "+79160007733"), s.depositor(t, "+79160007734")
	rich := s.depositor(t, "+79160007735")
	open, closed, full := s.deposited(t, has), s.deposited(t, was), s.deposited(t, rich)
	s.deposit(t, &purchase.DepositRequest{Do: purchase.CloseDeposit, Home: was, Deposit: closed, Amount: s.left(t, was), PaidBy: "cash"})
	s.bought(t, has, 90_000_00) // more than there is
	late := s.deposit(t, &purchase.DepositRequest{Do: purchase.OpenDeposit, Home: was, Ends: s.service.Clock.Now().Add(1_000_000_000)})
	pages := map[string]string{
		"deposits": "/" + has.String() + "/deposits", "deposits-none": "/" + none.String() + "/deposits", "deposits-closed": "/" + was.String() + "/deposits?deposit=" + closed.String(),
		"deposits-two": "/" + was.String() + "/deposits", "deposit-open": "/" + none.String() + "/deposits/open",
	}
	pages["deposits-more"] = pages["deposits"] + "?deposit=" + open.String() + "&before=40"
	pages["deposit-term"] = "/" + was.String() + "/deposits/" + late.String() + "/term"
	for _, form := range []string{"top-up", "close"} {
		pages["deposit-"+form] = "/" + rich.String() + "/deposits/" + full.String() + "/" + form
	}
	pages["deposit-close-owes"] = "/" + has.String() + "/deposits/" + open.String() + "/close"
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			for name, path := range pages {
				p.Go(s.url + "/admin/members" + path)
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot(name)
				p.Get(`document.querySelectorAll("section.card")[1]?.scrollIntoView()`, nil)
				p.Shot(name + "-below")
			}
		})
	}
}

// depositor is a member of his own.
func (p *program) depositor(t *testing.T, phone string) home.ID {
	t.Helper()
	m, err := p.service.Members.Register(t.Context(), member.DefaultRules(), member.Registration{
		Profile: member.Profile{Name: "Анна", Surname: "Вкладова"}, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}},
	}, member.Actor{Kind: member.BySystem})
	if err != nil {
		t.Fatal(err)
	}
	types, err := card.Types(t.Context(), p.service.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range types {
		if x.Kind == card.Virtual {
			if _, err := p.service.Cards.Issue(t.Context(), m.Home, card.NewCard{Type: x.ID}, member.Actor{Kind: member.BySystem}); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	return m.Home
}

func (p *program) deposit(t *testing.T, r *purchase.DepositRequest) id.ID {
	t.Helper()
	r.By, r.Key, r.Actor = 1, p.service.IDs.New().String(), "test"
	done, err := p.service.Desk.DoDeposit(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return done.Deposit
}

func (p *program) left(t *testing.T, h home.ID) money.Amount {
	t.Helper()
	list, err := p.service.Desk.Deposits(t.Context(), h)
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	return list[0].Balance
}

// deposited is a deposit with many movements.
func (p *program) deposited(t *testing.T, h home.ID) id.ID {
	t.Helper()
	of := p.deposit(t, &purchase.DepositRequest{Do: purchase.OpenDeposit, Home: h})
	cinema, _ := p.service.Directory.OutletByCode(demo.Cinema)
	for i := range 52 {
		p.deposit(t, &purchase.DepositRequest{
			Do: purchase.TopUpDeposit, Home: h, Deposit: of, Amount: money.Amount(1_000_00 + i), PaidBy: []string{"cash", "card", "Подарочная карта партнёра"}[i%3], Outlet: cinema.ID,
			Reason: []string{"*1224", "", "Приходный ордер № 117 от 30 ноября"}[i%3],
		})
	}
	for i := range 4 {
		p.bought(t, h, money.Amount(300_00+i))
	}
	return of
}

// bought is a closed receipt that a deposit has paid.
func (p *program) bought(t *testing.T, h home.ID, sum money.Amount) {
	t.Helper()
	cinema, _ := p.service.Directory.OutletByCode(demo.Cinema)
	tills, err := p.service.Partners.Tills(t.Context(), cinema.ID, reference.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	key := p.service.IDs.New().String()
	c := &purchase.Cart{Till: tills.Items[0].ID, Key: key, Number: key[len(key)-10:], Buyer: purchase.Buyer{Home: h}, Facts: &purchase.Facts{At: p.service.Clock.Now()}}
	for i, name := range []string{"Билет на «Звездопад», взрослый", "Сувенирная кружка с видом на море", "Попкорн"} {
		c.Lines = append(c.Lines, purchase.CartLine{SKU: fmt.Sprintf("dep-%d", i), Name: name, Quantity: money.Piece, Price: sum})
	}
	c.Payments = []purchase.Payment{{Kind: purchase.DepositKind, Amount: 3 * sum}}
	if _, err := p.service.Desk.Record(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}
