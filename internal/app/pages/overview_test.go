package pages

import (
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// TestOverviewIsLive: what is sold while the overview stands on a screen comes into its
// figures and charts by itself; what its reader has opened stays open, and the charts are
// drawn on, not anew.
func TestOverviewIsLive(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin?period=week")
	p.Wait(drawn + ` && document.querySelectorAll("kp-chart svg").length === 2`)
	p.Get(`document.querySelector("kp-chart summary").click(); document.querySelector("kp-chart svg").id = "mine"`, nil)
	s.sold(t, 77_777_00)
	p.Get(`(async () => {
		const was = document.querySelector("#live .stats").innerText;
		while (document.querySelector("#live .stats").innerText === was) {
			document.dispatchEvent(new Event("visibilitychange")); // as when the page is come back to
			await new Promise(requestAnimationFrame);
		}
	})()`, nil)
	p.Wait(`location.search === "?period=week" && JSON.parse(document.querySelector("kp-chart").dataset.chart).series[0].data.at(-1) >= 77777`)
	p.Wait(`document.querySelector("kp-chart .astable").open && document.querySelector("kp-chart svg").id === "mine"`)
	p.Wait(`[...document.querySelectorAll("kp-chart td")].some(x => x.innerText.replace(/\D/g, "") >= 7777700)`)

	// A moment without network is no trouble of the reader's.
	p.Offline(true)
	p.Forgive("ERR_INTERNET_DISCONNECTED")
	p.Forgive("Failed to fetch")
	p.Get(`new Promise(ok => { document.addEventListener("htmx:error", ok, { once: true }); document.dispatchEvent(new Event("visibilitychange")) })`, nil)
	p.Wait(`!document.querySelector("#toasts .toast")`)
	p.Offline(false)
	p.Accessible()
}

// sold is a receipt of a stranger's, paid in cash just now.
func (p *program) sold(t *testing.T, sum money.Amount) {
	t.Helper()
	cinema, _ := p.service.Directory.OutletByCode(demo.Cinema)
	tills, err := p.service.Partners.Tills(t.Context(), cinema.ID, reference.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	key := p.service.IDs.New().String()
	c := &purchase.Cart{Till: tills.Items[0].ID, Key: key, Number: key[len(key)-10:], Facts: &purchase.Facts{At: p.service.Clock.Now()}}
	c.Lines = []purchase.CartLine{{SKU: "cup", Name: "Кружка", Quantity: money.Piece, Price: sum}}
	c.Payments = []purchase.Payment{{Kind: "cash", Amount: sum}}
	if _, err := p.service.Desk.Record(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}
