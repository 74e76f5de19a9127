package pages

import (
	"strconv"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// proves has the programme ask for a proof of every spending, and gives the buyer's
// card QRs: the payloads of one of now, of the next, and of one that is another's.
func (p *program) proves(t *testing.T, number string) (mine, next, others string) {
	t.Helper()
	ctx := t.Context()
	programme := *p.service.Programmes.Current().All()[0]
	programme.Settings.SpendProofAbove = 0
	if _, err := p.service.Programmes.Put(ctx, programme, "test"); err != nil {
		t.Fatal(err)
	}
	found, err := member.Find(ctx, p.service.DB, number, "")
	if err != nil || len(found) != 1 {
		t.Fatalf("%d found: %v", len(found), err)
	}
	cards, err := card.List(ctx, p.service.DB, found[0].Home)
	if err != nil || len(cards) != 1 {
		t.Fatalf("%d cards: %v", len(cards), err)
	}
	secret, err := p.service.Cards.Provision(ctx, found[0].Home, cards[0].ID, member.Actor{Kind: member.BySystem})
	if err != nil {
		t.Fatal(err)
	}
	now := crypto.TOTPStep(p.service.Clock.Now())
	show := func(of id.ID, step int64) string { return crypto.QR(of, crypto.TOTP(secret, step)) }
	return show(cards[0].ID, now), show(cards[0].ID, now+1), show(cards[0].ID+1, now)
}

// unseen lets nobody see what comes until it is let go.
func (p *till) unseen() (seen func()) {
	p.t.Helper()
	p.Get(`window.real = window.setTimeout; window.setTimeout = (f, ms, ...more) => window.real(f, ms === 400 ? 1e7 : ms, ...more); true`, nil)
	return func() { p.Get(`window.setTimeout = window.real; true`, nil) }
}

// codes plays the sending of codes: 1111 is wrong, of another it is told what it is once
// window.check is called; what it proves is the QR.
func (p *till) codes(qr string) {
	p.t.Helper()
	p.Get(`window.qr = `+strconv.Quote(qr)+`; window.playsCodes ?? (real => { window.playsCodes = true; window.fetch = async (at, how) => {
		const path = new URL(at, location).pathname, says = (status, body) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
		if (path.endsWith("/api/codes")) return says(200, { to: "+7 9** ***-**-70", repeat_at: "2026-01-01T00:01:00Z", expires_at: "2026-01-01T00:05:00Z" });
		if (path.endsWith("/api/codes/check")) {
			if (window.ended) return says(422, { code: window.ended, detail: "Код не подошёл" });
			if (JSON.parse(how.body).code === "1111") return says(422, { code: "member.code-wrong", detail: "Неверный код" });
			await new Promise(done => { window.check = done; });
			setTimeout(() => { window.checked = true; }, 50);
			return says(200, { proof: "77" });
		}
		if (!path.endsWith("/api/purchases") || !window.qr) return real(at, how);
		const { proof, ...body } = JSON.parse(how.body);
		window.proof = proof;
		return real(at, { ...how, body: JSON.stringify({ ...body, buyer: { qr: window.qr } }) });
	} })(window.fetch)`, nil)
}

// TestTillAsksProof: the question of proof takes no key that was meant for the desk,
// and is asked again at the next payment; a proof is typed or scanned, and a wrong
// one sells nothing.
func TestTillAsksProof(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Ася", 900_00)
	before := s.spendable(t, of)
	qr, next, wrong := s.proves(t, number)
	_, p := s.behindWire(t, b)
	const asks, asked, desk = `document.querySelector("#prove[open]:not([data-unseen])")`, `document.querySelector("#prove[open][data-unseen]")`, `!document.querySelector("dialog[open]")`

	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("390")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend")?.value > 0 && document.querySelector("#totals").innerText.includes("−")`)
	seen := p.unseen()
	p.Press(browsertest.F8)
	p.Wait(asked)
	p.Press(browsertest.Enter) // pressed for the desk
	p.Wait(asked + ` && !document.querySelector("#prove [data-f=error]").innerText`)
	p.Press("5")
	p.Wait(desk + ` && document.querySelector("#item").value === "5" && document.querySelector("#pay-error").innerText.includes("нажмите оплату ещё раз")`)
	seen()
	p.Press("0" + browsertest.Enter)
	p.Wait(`document.querySelectorAll(".ln").length === 2`)

	// Over what is being typed it is not asked at all.
	p.Press("7")
	p.Get(`document.querySelector("[data-kind=card]").click()`, nil)
	p.Wait(`document.querySelector("#pay-error").innerText && ` + desk)
	p.Press(browsertest.Escape)

	for _, proof := range []string{wrong, "L1.10.1"} {
		p.Press(browsertest.F8)
		p.Wait(asks)
		p.Insert(proof)
		p.Get(`document.querySelector("#pay-error").replaceChildren()`, nil) // what was told before
		p.Press(browsertest.Enter)
		p.Wait(desk + ` && document.querySelector("#pay-error .perr")?.innerText.includes("QR") && !document.querySelector(".pdone")`)
	}
	p.Press(browsertest.F8)
	p.Wait(asks)
	p.Accessible()
	p.Shot("till-proof")

	// A wrong code is typed over; one whose check was shut is good at the next payment.
	p.codes(qr)
	p.Get(`document.querySelector("[data-do=send-code]").click()`, nil)
	p.Wait(`document.querySelector("#prove [data-f=sent]").innerText`)
	p.Insert("1111")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#prove [data-f=error]").innerText.includes("Неверный код")`)
	p.Press(browsertest.Escape) // asked again, what is read out is still the code, and no secret of the card
	p.Wait(desk)
	p.Press(browsertest.F8)
	p.Wait(asks + ` && document.querySelector("#prove [data-f=sent]").innerText.includes("-70")`)
	p.Insert("2222")
	p.Wait(`document.querySelector("#prove-code").value === "2222"`)
	p.Press(browsertest.Enter)
	p.Wait(`window.check`)
	p.Press(browsertest.Escape)
	p.Wait(desk)
	p.Get(`window.check()`, nil)
	p.Wait(`window.checked`)
	p.Press(browsertest.F8)
	p.told()
	p.Wait(`window.proof?.code === "77"`)

	// So is one that comes as it is asked for anew; a card that is shown is no code.
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("440")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend")?.value > 0 && document.querySelector("#totals").innerText.includes("−")`)
	p.Get(`window.check = window.proof = null; true`, nil)
	p.codes(next)
	p.Press(browsertest.F8)
	p.Wait(asks + ` && !document.querySelector("#prove [data-f=sent]").innerText`)
	p.Get(`document.querySelector("[data-do=send-code]").click()`, nil)
	p.Wait(`document.querySelector("#prove [data-f=sent]").innerText`)
	p.scan(number)
	p.Wait(`document.querySelector("#prove [data-f=error]").innerText.includes("QR") && !document.querySelector("#prove-code").value`)
	p.Insert("2222")
	p.Press(browsertest.Enter)
	p.Wait(`window.check`)
	p.Press(browsertest.Escape)
	p.Wait(desk)
	p.Press(browsertest.F8)
	p.Wait(asks)
	p.Get(`window.check()`, nil)
	p.told()
	if sold := p.sold(); len(sold) != 2 || sold[1].Buyer() != of || sold[1].Spent <= 0 || sold[1].Gross != 440_00 || sold[0].Spent <= 0 {
		t.Errorf("sold: %+v", sold)
	}
	if left := s.spendable(t, of); left >= before {
		t.Errorf("%d points are left of %d", left, before)
	}
	s.verified(t)
}

// TestTillLocksOverTyping: a line that was begun while a receipt was paid is kept
// where nobody was on duty any more, and told as what it is once it is ended.
func TestTillLocksOverTyping(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, p := s.behindWire(t, b)
	p.adds("60")
	p.refusesNext(401, "duty.none")
	p.Press(browsertest.F8)
	p.Wait(`window.refuse && document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	p.Press("12")
	p.Get(`fetch("/pos/duty", { method: "DELETE" }).then(() => true)`, nil)
	p.Get(`window.refuse()`, nil)
	p.opens(".ln")
	p.settled("60,00 ₽")
	p.Wait(`document.activeElement.id === "item" && document.querySelector("#item").value === "12"`)
	p.Press("5" + browsertest.Enter)
	p.Wait(`document.querySelector("#missed").innerText.includes("125") && document.querySelectorAll(".ln").length === 1`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()
	if sold := p.sold(); len(sold) != 1 || sold[0].Due != 60_00 {
		t.Errorf("sold: %+v", sold)
	}
	s.verified(t)
}

// TestTillSellsWhatWasAgreed: from the payment on no key and no touch changes the
// receipt, while what was looked up before still comes.
func TestTillSellsWhatWasAgreed(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Ася", 900_00)
	w, p := s.behindWire(t, b)
	changes := func() {
		t.Helper()
		p.Press("+", browsertest.F7)
		p.Press(browsertest.F6)
		for _, deed := range []string{"inc", "dec", "drop", "most"} {
			p.Get(`document.querySelector("[data-do=`+deed+`]")?.click()`, nil)
		}
		p.Press(browsertest.Delete)
		p.Wait(`document.querySelectorAll(".ln").length === 1`)
	}
	p.adds("60")
	release := w.hold("/find")
	p.Press(browsertest.F2)
	p.Insert(number)
	p.Press(browsertest.Enter, browsertest.F8)
	changes()
	release()
	p.told()

	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("70")
	release = w.hold("/api/purchases")
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector("#pay-error").innerText.includes("Спрашиваем")`)
	changes()
	release()
	p.told()
	var sums []money.Amount
	for _, x := range p.sold() {
		sums = append(sums, x.Due)
		if x.Buyer() != of || x.Spent != 0 {
			t.Errorf("sold to %s, with %d points", x.Buyer(), x.Spent)
		}
	}
	if len(sums) != 2 || sums[0] != 70_00 || sums[1] != 60_00 {
		t.Errorf("sold for %v", sums)
	}
	s.verified(t)
}

// TestTillTakesSecrets: the secret code of a card that has one proves; of a card
// without one it is not asked for, and what was not sent is told as that.
func TestTillTakesSecrets(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	of, number := s.buyer(t, "Ася", 900_00)
	s.proves(t, number)
	_, p := s.behindWire(t, b)
	const asks, desk = `document.querySelector("#prove[open]:not([data-unseen])")`, `!document.querySelector("dialog[open]")`
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("390")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend")?.value > 0 && document.querySelector("#totals").innerText.includes("−")`)
	p.Press(browsertest.F8)
	p.Wait(asks + ` && !document.querySelector("#prove [data-f=about]").innerText.includes("секретный")`)
	p.Insert("482913")
	p.Press(browsertest.Enter)
	p.Wait(asks + ` && document.querySelector("#prove [data-f=error]").innerText.includes("Отправить код")`)
	p.Press(browsertest.Escape)
	p.Wait(desk)
	cards, err := card.List(t.Context(), s.service.DB, of)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.Cards.SetSecret(t.Context(), of, cards[0].ID, "лютик-7", member.Actor{Kind: member.BySystem}); err != nil {
		t.Fatal(err)
	}
	p.scan(number) // shown anew
	p.Press(browsertest.F8)
	p.Wait(asks + ` && document.querySelector("#prove [data-f=about]").innerText.includes("секретный")`)
	p.Insert("роза-77")
	p.Press(browsertest.Enter)
	p.Wait(desk + ` && document.querySelector("#pay-error").innerText.includes("Осталось попыток: 4")`)
	p.Press(browsertest.F8)
	p.Wait(asks)
	p.Insert("лютик-7")
	p.Press(browsertest.Enter)
	p.told()

	// One that looks like a code is the secret where none is out; where one is, a wrong code is no try of the secret, but
	// the cashier may say that it is one.
	if _, err := s.service.Cards.SetSecret(t.Context(), of, cards[0].ID, "482913", member.Actor{Kind: member.BySystem}); err != nil {
		t.Fatal(err)
	}
	p.scan(number)
	p.Wait(`document.querySelector(".mc")`)
	p.adds("410")
	p.Press(browsertest.F7)
	p.Wait(`document.querySelector("#spend")?.value > 0 && document.querySelector("#totals").innerText.includes("−")`)
	p.codes("")
	p.Press(browsertest.F8)
	p.Wait(asks + ` && document.querySelector("[data-do=as-secret]").hidden`)
	p.Get(`document.querySelector("[data-do=send-code]").click()`, nil)
	p.Wait(`document.querySelector("#prove [data-f=sent]").innerText`)
	p.Insert("1111")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#prove [data-f=error]").innerText.includes("Неверный код") && !document.querySelector("[data-do=as-secret]").hidden`)
	p.Accessible()
	p.Shot("till-proof-wrong")
	p.Get(`document.querySelector("[data-do=as-secret]").click()`, nil)
	p.Wait(desk + ` && document.querySelector("#pay-error").innerText.includes("секретный код")`)
	p.Get(`window.ended = "member.code-tries"`, nil)
	p.Press(browsertest.F8)
	p.Wait(asks + ` && document.querySelector("#prove [data-f=sent]").innerText`)
	p.Insert("482913")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#prove [data-f=error]").innerText.includes("не подошёл") && !document.querySelector("#prove [data-f=sent]").innerText && !document.querySelector("[data-do=as-secret]").hidden`)
	p.Press(browsertest.Escape)
	p.Wait(desk)
	p.Get(`window.ended = "member.code-none"`, nil)
	p.Press(browsertest.F8)
	p.Wait(asks)
	p.Insert("482913")
	p.Press(browsertest.Enter)
	p.told()
	if sold := p.sold(); len(sold) != 2 || sold[0].Spent <= 0 || sold[1].Spent <= 0 {
		t.Errorf("sold: %+v", sold)
	}
	s.verified(t)
}
