package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestInEnglish goes the way of an owner who reads English, from an empty base to the
// first sale: he sets it up, publishes a sample with a rule of his own, registers a
// member, gives him points and a deposit by hand, imports others, and a till sells.
func TestInEnglish(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := serve(t)
	p := b.Open(t, s.URL+"/", browsertest.Look{Width: 1440, Height: 900, Lang: "en"})
	p.Type("textbox", "Your name", "Olga Bright")
	p.Type("textbox", "E-mail", "olga@example.com")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("spring upon the river street")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/organization"`)
	p.Type("textbox", "Name of the organization", "Studio of Light")
	p.Type("textbox", "Name of the outlet", "5 Peace Street")
	p.Click("button", "Finish")
	p.Wait(`location.pathname === "/admin" && document.querySelector(".steps")`)

	p.Click("link", "To programmes")
	p.Wait(`location.pathname === "/admin/programmes"`)
	p.Get(`document.querySelector("input[value=bonus]").form.querySelector("button").click()`, nil)
	p.Wait(`location.pathname.endsWith("/draft") && document.querySelector("[role=status]")`)
	p.Get(`location.href = location.pathname + "/part/rule"`, nil)
	p.Wait(`document.querySelector("form[data-keep] [name=rate]")`)
	p.Type("textbox", "Name", "Twice on Mondays")
	p.Get(`document.querySelector("[name=rate]").value = "20"`, nil)
	p.Click("button", "Save")
	p.Wait(`location.pathname.endsWith("/draft") && document.querySelector("main").innerText.includes("Twice on Mondays")`)
	p.Click("link", "Put into force")
	p.Wait(`location.pathname.endsWith("/publish")`)
	p.Click("button", "Put into force")
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/) && document.querySelector("[role=status]")`)

	p.Go(s.URL + "/admin/members/new")
	p.Type("textbox", "Phone", "8 916 000-66-01")
	p.Type("textbox", "Surname", "Waters")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname.match(/^\/admin\/members\/\d+$/) && document.querySelector("h1").textContent === "Waters"`)
	var at string
	p.Get(`location.pathname`, &at)
	p.Forgive("422")
	p.Click("link", "Change the account")
	p.Wait(`location.pathname.endsWith("/points")`)
	p.Type("textbox", "How many points", "many")
	p.Type("textbox", "Reason", "For patience")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#points[aria-invalid]")?.value === "many"`)
	p.Accessible()
	p.Type("textbox", "How many points", "150.5")
	p.Press(browsertest.Enter)
	p.Wait(arrived("adjusted") + ` && [...document.querySelectorAll("tbody td.c-sum")].filter(c => c.textContent === "+150.50").length === 1`)

	p.Go(s.URL + at + "/deposits/open")
	p.Click("button", "Open")
	p.Wait(arrived("deposit-open"))
	p.Click("link", "Top up")
	p.Wait(`document.querySelector("#sum")`)
	p.Type("textbox", "Sum, ₽", "5,000.50")
	p.Click("button", "Top up")
	p.Wait(arrived("deposit-top-up") + ` && document.querySelector("tbody .c-sum.pos").innerText.includes("5,000.50")`)
	p.Accessible()

	p.Go(s.URL + "/admin/members/import")
	upload(p, "customers.csv", "Surname;Phone\nRivers;8 916 000-66-02\nBrooks;12345\n")
	p.Wait(ready + `document.querySelector("#c1")?.value === "phone" && document.querySelector("#c0").value === "surname"`)
	p.Click("button", "Next: look it over")
	p.Wait(ready + `document.querySelector("form[action$='/begin']")`)
	p.Accessible()
	p.Get(`document.querySelector("form[action$='/begin'] button[type=submit]").click()`, nil)
	p.Wait(ready + `document.querySelector(".stats") && !document.querySelector("form[action$='/begin']")`)
	p.Go(s.URL + "/admin/members?q=Rivers")
	p.Wait(drawn + ` && document.querySelectorAll("#list tbody tr").length === 1`)

	till := firstTill(t, b, s, browsertest.Look{Width: 1440, Height: 900, Lang: "en"})
	till.scan("+79160006601")
	till.Wait(`document.querySelector(".mc")?.innerText.includes("Waters")`)
	till.adds("500")
	till.Press(browsertest.F8)
	till.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Go(s.URL + at)
	p.Wait(`document.querySelector(".stats").innerText.includes("500.00")`)
}
