package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// chosen chooses an option of a list by its text.
func chosen(p *browsertest.Page, id, text string) {
	p.Get(`(() => { const t = document.querySelector("#`+id+`"); t.value = [...t.options].find(o => o.text === "`+text+`").value })()`, nil)
}

// TestCardStock: a type of plastic is made, a batch of it with secret codes,
// which are had as a file this once; a card of it that was given to a member is
// found by its number.
func TestCardStock(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/cards/new")
	p.Type("textbox", "Название", "Клубная")
	p.Type("textbox", "Код", "club")
	p.Type("textbox", "Начало номера", "99")
	p.Click("checkbox", "С секретным кодом")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("[name='properties.prefix'][aria-invalid]") && document.querySelector("#name").value === "Клубная"`)
	p.Accessible()
	p.Shot("card-type-wrong")
	p.Type("textbox", "Начало номера", "28")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/cards" && document.querySelector("tbody").innerText.includes("Клубная")`)
	p.Shot("cards")

	p.Go(s.url + "/admin/cards/batches/new")
	chosen(p, "type", "Клубная")
	p.Type("textbox", "Сколько номеров", "5")
	p.Click("button", "Сделать номера")
	p.Wait(`document.querySelectorAll("a[download]").length === 2 && document.querySelectorAll("tbody tr").length === 5`)
	p.Accessible()
	p.Shot("batch-once")
	var number, sheet string
	p.Get(`document.querySelector("tbody td.num").innerText`, &number)
	p.Get(`atob(document.querySelector("a[download$='.csv']").href.split(",")[1])`, &sheet)
	if len(sheet) < 5*len(number) {
		t.Errorf("the file is %q", sheet)
	}

	member := s.toMember(p)
	p.Go(s.url + member + "/cards/new")
	chosen(p, "type", "Клубная")
	p.Get(`document.querySelector("#number").value = "`+number+`"`, nil)
	p.Get(`document.querySelector("#number").form.submit()`, nil)
	p.Wait(`location.pathname.match(/\/cards\/\d+$/)`)

	p.Go(s.url + "/admin/cards/find?n=" + number)
	p.Wait(`document.querySelectorAll("tbody tr").length === 1`)
	p.Accessible()
	p.Shot("card-found")
	p.Click("link", number)
	p.Wait(`location.pathname.startsWith("` + member + `/cards/")`)
}

// TestGroupsAndFields: a group, a category and a field of the profile are made
// and put away.
func TestGroupsAndFields(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/groups/new")
	p.Type("textbox", "Название", "Друзья кинотеатра")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/groups" && document.querySelector("tbody").innerText.includes("Друзья кинотеатра")`)
	p.Click("link", "Изменить: Друзья кинотеатра")
	p.Wait(`location.pathname.endsWith("/edit")`)
	p.Click("checkbox", "Действует")
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/groups" && [...document.querySelectorAll("tbody tr")].some(r => r.innerText.includes("Друзья кинотеатра") && r.innerText.includes("в архиве"))`)
	p.Accessible()
	p.Shot("groups")

	p.Go(s.url + "/admin/fields/new")
	p.Type("textbox", "Название по-русски", "Любимый жанр")
	p.Type("textbox", "Название по-английски", "Favourite genre")
	p.Type("textbox", "Ключ", "genre")
	chosen(p, "kind", "выбор из списка")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#choices[aria-invalid]")`)
	p.Accessible()
	p.Shot("field-wrong")
	p.Get(`document.querySelector("#choices").value = "drama; Драма; Drama\ncomedy; Комедия; Comedy"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname === "/admin/fields" && document.querySelector("tbody").innerText.includes("Любимый жанр")`)
	p.Accessible()
	p.Shot("fields")
}
