package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestProgrammeByForms: an owner puts a programme together by forms alone. The
// fields come as the kind of a rule asks, conditions are picked by name, what is
// wrong is told beside its field, and what another changed meanwhile is not lost.
func TestProgrammeByForms(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/programmes/new")
	p.Get(`document.querySelector("input[value=empty]").form.querySelector("button").click()`, nil)
	p.Wait(`location.pathname.match(/\/draft$/)`)
	var path string
	p.Get(`location.pathname`, &path)
	whole := func(want string) {
		t.Helper()
		p.Wait(`location.pathname.match(/\/draft$/) && document.querySelector("main").innerText.replace(/\s/g, " ").includes("` + want + `")`)
	}
	form := func(part string) {
		t.Helper()
		p.Go(s.url + path + "/part/" + part)
		p.Wait(`document.querySelector("form[data-keep]")`)
		p.Accessible()
		p.Fits()
		var keys string
		p.Get(`(document.querySelector("main").innerText.match(/(admin|rule|setting)\.[a-z._-]+/) || [""])[0]`, &keys)
		if keys != "" {
			t.Errorf("%s shows %s", part, keys)
		}
		p.Shot("draft-" + strings.ReplaceAll(part, "?", "-"))
	}
	for _, part := range []string{"head", "earning", "spending", "gifts", "settings", "level", "campaign"} {
		form(part)
	}

	// What is wrong is told beside its field, and nothing typed is lost.
	form("earning")
	p.Forgive("422")
	p.Get(`(() => { document.querySelector("[name=rate]").value = "много"; document.querySelector("[name=delay]").value = "3" })()`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("[name=rate][aria-invalid]") && document.querySelector("[name=delay]").value === "3"`)
	p.Accessible()
	p.Shot("draft-earning-wrong")
	p.Get(`document.querySelector("[name=rate]").value = "5"`, nil)
	p.Click("button", "Сохранить")
	whole("Начисляется 5 % бонусами Доступны через 3 дня")

	// A rule: another kind has other fields; a weekday is picked by its name.
	form("rule")
	p.Type("textbox", "Название", "Третий даром")
	p.Get(`document.querySelector("#kind").focus()`, nil)
	p.Press(browsertest.Down)
	p.Wait(`document.querySelector("#kind").value === "discount" && [...document.querySelector("#way").options].some(o => o.value === "take")`)
	p.Get(`document.querySelector("#way").focus()`, nil)
	for range 3 {
		p.Press(browsertest.Down)
	}
	p.Wait(`document.querySelector("[name=take]") && document.activeElement.id === "way" && document.querySelector("#name").value === "Третий даром"`)
	p.Get(`(() => { document.querySelector("[name=take]").value = "3"; document.querySelector("[name=pay]").value = "2"; document.querySelector("[name='add.when']").value = "weekday" })()`, nil)
	p.Get(`document.querySelector("[value='add:when']").click()`, nil)
	p.Wait(`document.querySelector("[name='when.0.in']")`)
	p.Get(`document.querySelector("[name='when.0.in'][value=sat]").click()`, nil)
	p.Get(`document.querySelector("[name='add.when']").value = "sum"`, nil)
	p.Get(`document.querySelector("[value='add:when']").click()`, nil)
	p.Wait(`document.querySelector("[name='when.1.from']") && document.querySelector("[name='when.0.in'][value=sat]").checked`)
	p.Get(`(i => { i.value = "1000"; i.dispatchEvent(new Event("change", { bubbles: true })); })(document.querySelector("[name='when.1.from']"))`, nil)
	p.Wait(`document.querySelector("#says")?.innerText.includes("3 по цене 2")`) // beside the form, as it is typed
	p.Accessible()
	p.Shot("draft-rule-take")
	p.Click("button", "Сохранить")
	whole("Третий даром")
	whole("3 по цене 2")
	whole("День недели – суббота; сумма покупки – от 1 000 ₽")
	p.Accessible()
	p.Shot("draft-whole")

	// On a phone, in the dark, in English.
	phone := console(t, b, s.url, browsertest.Look{Width: 390, Height: 844, Lang: "en", Dark: true})
	for name, at := range map[string]string{"draft": "", "draft-rule": "/part/rule?id=discount", "draft-settings": "/part/settings", "draft-text": "/text"} {
		phone.Go(s.url + path + at)
		phone.Wait(`document.querySelector("h1")`)
		phone.Fits()
		phone.Accessible()
		phone.Shot(name)
	}

	// Two at once: the second is told, keeps what he typed, and takes over what he did not touch. What
	// lies in other forms is not spoken of.
	form("spending")
	p.Get(`(async () => { const f = new FormData(); f.set("edition", document.querySelector("[name=edition]").value); f.set("name", "Другая"); f.set("code", "new"); f.set("active", "yes"); f.set("zone", "Europe/Moscow"); await fetch("head", {method: "POST", body: new URLSearchParams(f)}) })()`, nil)
	p.Get(`document.querySelector("[name=share]").value = "30"`, nil)
	p.Click("button", "Сохранить")
	whole("Бонусами можно оплатить до 30 %")
	form("spending")
	p.Get(`(async () => { const f = new FormData(document.querySelector("#part")); f.set("share", "40"); f.set("do", "save"); await fetch("spending", {method: "POST", body: new URLSearchParams(f)}) })()`, nil)
	p.Get(`document.querySelector("[name=share]").value = "30,5"`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("[role=alert]")?.innerText.includes("вы сами") && document.querySelector("#share-error")?.innerText.includes("40") && document.querySelector("[name=share]").value === "30,5"`)
	p.Shot("draft-meanwhile")
	p.Get(`document.querySelector("[name=share]").value = "30"`, nil)
	p.Click("button", "Сохранить")
	whole("Бонусами можно оплатить до 30 %")
	p.See("heading", "Другая черновик")

	// Into force, and it is what was asked for.
	p.Click("link", "Ввести в действие")
	p.Wait(`location.pathname.match(/\/publish$/)`)
	p.Accessible()
	p.Shot("draft-publish")
	p.Click("button", "Ввести в действие")
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/) && document.querySelector("[role=status]")`)
	p.Accessible()
	p.Shot("programme-in-words")
}

// TestProgrammeIsTried: a programme is tried on a receipt that is made up, with
// a member who is: what comes out is what the rules say, with the reasons, and
// nothing is stored.
func TestProgrammeIsTried(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/programmes")
	p.Get(`document.querySelector("td.c-who a").click()`, nil)
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/)`)
	p.Click("link", "Проверить на чеке")
	p.Wait(`location.pathname.match(/\/try$/)`)
	p.Accessible()
	p.Fits()
	p.Shot("try")
	p.Get(`(() => { document.querySelector("[name=imagined]").checked = true; document.querySelector("[name=points]").value = "300" })()`, nil)
	p.Click("button", "Посчитать")
	p.Wait(`location.search.includes("till=") && document.querySelector("main").innerText.replace(/\s/g, " ").includes("1 000,00 ₽") && document.querySelector(".tl li")`)
	p.Accessible()
	p.Shot("try-result")
	p.Forgive("422")
	p.Get(`document.querySelector("[name='line.0.price']").value = "дорого"`, nil)
	p.Click("button", "Посчитать")
	p.Wait(`document.querySelector("[name='line.0.price'][aria-invalid]")`)
}
