package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestCatalogue: a type, a group and a product of them are made, found, changed
// and archived; what is wrong is said at its field and nothing typed is lost.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/catalogue/types/new")
	p.Type("textbox", "Название по-русски", "Сувениры клуба")
	p.Type("textbox", "Название по-английски", "Club souvenirs")
	p.Type("textbox", "Код", "club gifts")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#code[aria-invalid]") && document.querySelector("#name_ru").value === "Сувениры клуба"`)
	p.Accessible()
	p.Shot("type-wrong")
	p.Type("textbox", "Код", "club-gifts")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/catalogue/types" && document.querySelector("[role=status].done") && document.querySelector("tbody").innerText.includes("Сувениры клуба")`)

	p.Go(s.url + "/admin/catalogue/new")
	p.Type("textbox", "Название", "Кружка «Аврора»")
	p.Type("textbox", "Артикул", "mug-1")
	p.Get(`(() => { const t = document.querySelector("#type"); t.value = [...t.options].find(o => o.text === "Сувениры клуба").value })()`, nil)
	p.Type("textbox", "Штрихкоды", "4600000000123")
	p.Accessible()
	p.Shot("product-new")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/catalogue"`)
	p.Type("searchbox", "Название, артикул или штрихкод", "4600000000123")
	p.Wait(`location.search.includes("q=4600000000123") && document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes("Кружка «Аврора»")`)
	p.Click("link", "Кружка «Аврора»")
	p.Wait(`location.pathname.startsWith("/admin/catalogue/products/") && document.querySelector("#sku").disabled`)
	p.Get(`document.querySelector("#state").value = "closed"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/catalogue"`)
	p.Click("button", "Состояние")
	p.Click("radio", "В архиве")
	p.Wait(`location.search.includes("state=closed") && document.querySelector(".chip") && document.querySelectorAll("tbody tr").length === 1`)
	p.Shot("catalogue-archived")
}
