package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestOperationsAreRead: the journal is read on and back, narrowed to a kind, and
// leads to a receipt.
func TestOperationsAreRead(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Get(`(async () => { while (!(await (await fetch("/admin/operations?kind=purchase.refunded")).text()).includes("<tbody>")) await new Promise(requestAnimationFrame) })()`, nil)
	p.Go(s.url + "/admin/operations")
	p.Wait(`document.querySelectorAll("tbody tr").length === 50`)
	p.Accessible()
	p.Fits()
	p.Shot("operations-many")
	p.Click("link", "Дальше")
	p.Wait(`location.search.includes("before=") && document.querySelectorAll("tbody tr").length > 0`)
	p.Click("link", "Назад")
	p.Wait(`location.search.includes("after=") && document.querySelectorAll("tbody tr").length === 50`)
	p.Click("button", "Что произошло")
	p.Click("radio", "Возврат")
	p.Wait(`location.search.includes("kind=purchase.refunded") && document.querySelector(".chip") && [...document.querySelectorAll("td.c-who .b")].every(d => d.innerText === "Возврат")`)
	p.Accessible()
	p.Shot("operations-refunds")
	var sheet string
	p.Get(`fetch(document.querySelector("#file a[href*='as=csv']").href).then(r => r.text())`, &sheet)
	if n := strings.Count(sheet, "Возврат,"); n < 3 || n != strings.Count(strings.TrimSpace(sheet), "\n") || strings.Contains(sheet, "Покупка") {
		t.Errorf("the file of refunds:\n%.300s", sheet)
	}
	p.Get(`document.querySelector("tbody a").click()`, nil)
	p.Wait(`location.pathname.startsWith("/admin/purchases/") && document.querySelector(".tl li")`)

	// Members have their names; whose operations are wanted is found by a phone,
	// which does not stay in the address, and who is not there is said to be so.
	p.Go(s.url + "/admin/find?q=" + s.phone[1:])
	p.Wait(`location.pathname.match(/^\/admin\/members\/\d+$/)`)
	var name string
	p.Get(`document.querySelector("h1").textContent`, &name)
	p.Go(s.url + "/admin/operations")
	p.Wait(`[...document.querySelectorAll("td.c-tag a")].every(a => a.textContent !== "Участник")`)
	p.Click("button", "Участник")
	p.Wait(`document.querySelector("#p-member:popover-open")`)
	p.Shot("operations-member-ask")
	p.Type("textbox", "Телефон, карта, почта или номер", s.phone)
	p.Press(browsertest.Enter)
	p.Wait(`location.search.match(/^\?member=\d+$/) && document.querySelector(".chip").textContent.includes("` + name + `") && document.querySelectorAll("tbody tr").length > 0`)
	p.Wait(`[...document.querySelectorAll("td.c-tag a")].every(a => a.textContent === "` + name + `")`)
	p.Accessible()
	p.Fits()
	p.Shot("operations-member")
	p.Go(s.url + "/admin/operations?who=nobody@example.com")
	p.Wait(`document.querySelector(".chip").textContent.includes("не найден: nobody@example.com") && document.querySelector(".empty")`)
	p.Accessible()

	// A cashier is chosen from those who are there.
	p.Get(`fetch("/admin/cashiers/new", {method: "POST", body: new URLSearchParams({name: "Новенькая Нина", code: "nina"})}).then(() => { window.made = true })`, nil)
	p.Wait(`window.made`)
	p.Go(s.url + "/admin/operations")
	p.Click("button", "Кассир")
	p.Click("radio", "Новенькая Нина")
	p.Wait(`location.search.includes("cashier=") && document.querySelector(".chip")?.textContent.includes("Новенькая Нина") && document.querySelector(".empty")`)
	p.Accessible()

	p.Go(s.url + "/admin/purchases?span=quarter")
	p.Wait(`document.querySelectorAll("td.c-tag a").length > 5 && [...document.querySelectorAll("td.c-tag a")].every(a => a.textContent !== "Участник")`)
	p.Accessible()
	p.Shot("purchases-names")
}
