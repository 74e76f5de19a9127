package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestTillFindsReceiptsOfMembers: who brings goods back without a receipt is found
// by his card, with what he has bought at any till of the outlet.
func TestTillFindsReceiptsOfMembers(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Юлия", 0)
	_, other := s.buyer(t, "Зинаида", 0)
	var tills []*till
	for n := range 2 {
		p := tillAt(t, b, s, n, s.url, desk)
		p.pair()
		p.signIn()
		tills = append(tills, p)
	}
	for _, sum := range []string{"310", "320"} {
		tills[0].scan(number)
		tills[0].Wait(`document.querySelector(".mc")`)
		tills[0].sells(sum)
	}
	p := tills[1]
	p.Press(browsertest.F4)
	p.Wait(`document.activeElement?.id === "receipt-q"`)
	looks := func(q string) {
		p.Get(`document.querySelector("#receipt-q").select()`, nil)
		p.Insert(q)
		p.Press(browsertest.Enter)
	}
	looks(other) // has bought nothing
	p.Wait(`document.querySelector("#receipts [data-f=error]").innerText === "Чеков не найдено"`)
	looks(number)
	p.Wait(`document.querySelectorAll("#receipts .rec li").length === 2 && document.querySelector("#receipts .rec li").innerText.includes("320,00") && document.querySelector("#receipts [data-f=done]").innerText.includes("чеки этой точки")`)
	p.Accessible()
	p.Shot("till-receipts-of-member")
	// It is found by its number too, as the other till has printed it.
	var number2 string
	p.Get(`document.querySelector("#receipts .rec li").innerText.match(/№ (\S+)/)[1]`, &number2)
	looks(number2)
	p.Wait(`document.querySelectorAll("#receipts .rec li").length === 1 && document.querySelector("#receipts .rec li").innerText.includes("320,00") && document.activeElement?.dataset.do === "refund"`)
	looks(number)
	p.Wait(`document.querySelectorAll("#receipts .rec li").length === 2`)
	p.ofReceipt("310,00", "refund")
	p.Wait(`document.querySelector("#refund[open] [data-f=preview]").innerText.startsWith("Если")`)
	p.Get(`document.querySelector("#refund [data-do=refund-whole]").click()`, nil)
	p.Wait(`!document.querySelector("#refund[open]") && document.querySelector("#receipts [data-f=done]").innerText.includes("Возвращено 310,00")`)
	s.verified(t)
}

// TestTillFindsGoodsWhereMembersAre: the code of a good that is typed into the field of
// members, where the cursor begins, is sold; whom nobody knows is told of as before.
func TestTillFindsGoodsWhereMembersAre(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	s.barcode(t, "popcorn-l", "4607001234567")
	_, p := s.behindWire(t, b)
	for _, q := range []string{"4607001234567", "4607001234568"} {
		p.Press(browsertest.F2)
		p.Insert(q)
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelectorAll(".ln").length === 1`)
	}
	p.Wait(`document.querySelector("#missed").innerText.includes("4607001234568")`)
	p.Press(browsertest.Escape)
	p.Press(browsertest.F8)
	p.told()
	if sold := p.sold(); len(sold) != 1 || len(sold[0].Lines) != 1 || sold[0].Lines[0].SKU != "popcorn-l" {
		t.Errorf("sold: %+v", sold)
	}
	s.verified(t)
}
