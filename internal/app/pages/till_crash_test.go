package pages

import (
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/platform/money"
)

// TestTillSurvivesItsBrowser: the browser is killed with no network, with a
// receipt that was not told and another in the middle. The next one opens with
// both, ends the sale, and tells each once.
func TestTillSurvivesItsBrowser(t *testing.T) {
	t.Parallel()
	profile := t.TempDir()
	b := browsertest.StartIn(t, profile)
	s := start(t)
	_, number := s.buyer(t, "Майя", 300_00)
	w, p := s.behindWire(t, b)
	want := map[string]money.Amount{p.sell(number): 390_00}
	p.keepsItself()
	b.Quit(t) // a day's end

	b = browsertest.StartIn(t, profile)
	p = tillAt(t, b, s, 0, p.url, desk)
	p.forgiveNetwork()
	var asked bool
	p.Wait(`document.activeElement?.id === "pin" || document.activeElement?.id === "scan"`)
	if p.Get(`document.activeElement.id === "pin"`, &asked); asked {
		p.signIn()
	}
	w.cutAt(0, false)
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Майя")`)
	want[p.sells("700")] = 700_00
	p.scan(number)
	p.Wait(`document.querySelector(".mc")?.innerText.includes("Майя")`)
	p.adds("1250,50")
	b.Kill(t)

	b = browsertest.StartIn(t, profile)
	p = tillAt(t, b, s, 0, p.url, desk)
	p.forgiveNetwork()
	p.Wait(`document.querySelector("[data-f=net]")?.innerText.includes("не передано: 1")`)
	p.Wait(`document.querySelectorAll(".ln").length === 1 && document.querySelector(".mc")?.innerText.includes("Майя")`)
	p.settled("1 250,50 ₽")
	p.Press(browsertest.F9, browsertest.Enter)
	want[p.told()] = 1250_50
	w.mend()
	p.allTold()
	found := map[string]money.Amount{}
	for _, sold := range p.sold() {
		found[sold.Number] += sold.Gross
	}
	for n, sum := range want {
		if found[n] != sum {
			t.Errorf("receipt %s is of %d, want %d", n, found[n], sum)
		}
	}
	if len(found) != len(want) {
		t.Errorf("%v, want %v", found, want)
	}
	s.verified(t)
}
