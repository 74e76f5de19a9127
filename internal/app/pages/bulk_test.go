package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestBulkInTheConsole: rows of the list are chosen, or all that it finds; what
// is to be done is asked for, looked at, begun, followed to its end; who was left
// out is told with the reason, as a file too; what was begun is in the trail.
func TestBulkInTheConsole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	first, second := newcomer(p, s.url, "8 916 000-77-51", "Массовая Первая"), newcomer(p, s.url, "8 916 000-77-52", "Массовая Вторая")

	// Two rows are chosen and given a tag; nothing else is.
	list := s.url + "/admin/members?q=Массовая"
	p.Go(list)
	p.Wait(`document.querySelectorAll("tbody .cb[name=id]").length === 2`)
	p.Get(`document.querySelectorAll("tbody .cb[name=id]")[0].click()`, nil)
	p.Wait(`document.querySelector(".bulk.on [data-n]")?.textContent === "1" && document.querySelector(".bulk").getAnimations().length === 0`)
	p.Get(`document.querySelector("#all").click()`, nil)
	p.Wait(`document.querySelector(".bulk.on [data-n]")?.textContent === "2"`)
	p.Accessible()
	p.Shot("bulk-chosen")
	p.Click("button", "Тег")
	p.Wait(`document.querySelector("#tag") && document.querySelectorAll("input[type=hidden][name=id]").length === 2`)
	p.Forgive("422")
	p.Type("textbox", "Тег", "раз, два")
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.querySelector("#tag[aria-invalid]") && document.querySelectorAll("input[type=hidden][name=id]").length === 2`)
	p.Accessible()
	p.Type("textbox", "Тег", "Летний")
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.querySelector("h1").innerText.includes("Добавить тег «Летний»") && document.body.innerText.includes("отмеченные в списке")`)
	p.Accessible()
	p.Shot("bulk-tag")
	p.Click("button", "Сделать с 2 участниками")
	p.Wait(`document.querySelector(".stats")`)
	p.Go(s.url + first)
	p.Wait(`document.body.innerText.includes("Летний")`)

	// All that the list finds get points; one of them is blocked and gets his too,
	// one has ended and is left out.
	var closed string
	p.Get(`fetch("`+second+`/block", {method: "POST", body: new URLSearchParams({reason: "Проверка"})}).then(r => String(r.status))`, &closed)
	p.Go(list)
	p.Get(`document.querySelectorAll("tbody .cb[name=id]")[0].click()`, nil)
	p.Wait(`document.querySelector(".bulk.on") && document.querySelector(".bulk").getAnimations().length === 0`)
	p.Get(`document.querySelector("#every").click()`, nil)
	p.Click("button", "Бонусы")
	p.Wait(`document.querySelector("#points") && document.querySelector("input[type=hidden][name=all]") && document.body.innerText.includes("Выбрано 2 участника")`)
	p.Accessible()
	p.Shot("bulk-points-ask")
	p.Type("textbox", "Сколько бонусов", "70")
	p.Type("textbox", "Причина", "За лето")
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.body.innerText.replace(/\s/g, " ").includes("Начислить по 70 бонусов") && document.body.innerText.includes("+140")`)
	p.Accessible()
	p.Shot("bulk-points")
	p.Click("button", "Сделать с 2 участниками")
	p.Wait(`document.querySelector(".stats")?.innerText.includes("2")`)
	p.Go(s.url + second + "/movement")
	p.Wait(`[...document.querySelectorAll("tbody td.c-sum")].filter(c => c.textContent === "+70").length === 1`)

	// Both are blocked: one is already, which is told, and had as a file.
	p.Go(list)
	p.Get(`document.querySelector("#all").click()`, nil)
	p.Wait(`document.querySelector(".bulk.on") && document.querySelector(".bulk").getAnimations().length === 0`)
	p.Click("button", "Блокировка")
	p.Wait(`document.querySelector("#reason")`)
	p.Type("textbox", "Причина", "Проверка карт")
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.querySelector("h1").innerText.includes("Заблокировать")`)
	p.Click("button", "Сделать с 2 участниками")
	p.Wait(`document.querySelector(".stats") && document.querySelector("tbody")?.innerText.includes("Так уже и было")`)
	p.Accessible()
	p.Shot("bulk-done")
	var file string
	p.Get(`fetch(document.querySelector("a[href$='/left']").href).then(r => r.text())`, &file)
	if !strings.Contains(file, "Массовая Вторая") || !strings.Contains(file, "bulk.already") || strings.Count(strings.TrimSpace(file), "\n") != 1 {
		t.Errorf("the file of those left out is %q", file)
	}

	// One that is looked at need not be begun; all are listed; the trail has them.
	p.Go(list)
	p.Get(`document.querySelector("#all").click()`, nil)
	p.Wait(`document.querySelector(".bulk.on") && document.querySelector(".bulk").getAnimations().length === 0`)
	p.Click("button", "Задать уровень")
	p.Wait(`document.querySelector("#level")`)
	p.Type("textbox", "Причина", "Проверка")
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.querySelector("h1").innerText.includes("Задать уровень")`)
	p.Click("button", "Не делать")
	p.Wait(`document.querySelector("#stop").open`)
	p.Get(`document.querySelector("#stop form button[type=submit]").click()`, nil)
	p.Wait(`document.body.innerText.includes("отменено")`)
	p.Go(s.url + "/admin/members/bulk")
	p.Wait(`document.querySelectorAll("tbody tr").length === 4`)
	p.Accessible()
	p.Shot("bulk-list")
	p.Go(s.url + "/admin/audit?q=bulk")
	p.Wait(`document.body.innerText.includes("Массовое действие начато")`)

	// The chosen rows are had as a workbook, and only they; the list's own file goes
	// by what is searched for meanwhile.
	var sheet string
	p.Go(list)
	p.Get(`(() => { const q = new URLSearchParams(new FormData(document.querySelector("#chosen"))); q.append("id", document.querySelector(".cb[name=id]").value); q.set("as", "csv"); return fetch("/admin/members/export?" + q).then(r => r.text()) })()`, &sheet)
	if strings.Count(strings.TrimSpace(sheet), "\n") != 1 || !strings.Contains(sheet, "Массовая") {
		t.Errorf("the file of the chosen is %q", sheet)
	}
	p.Go(s.url + "/admin/members")
	p.Type("searchbox", "Поиск участников", "Массовая")
	p.Wait(`document.querySelectorAll("#list tbody tr").length === 2 && document.querySelector("#export a").href.includes("q=")`)
}

// TestBulkLooks: the bar of chosen rows, and an action in each of its states, fit
// and can be used by everybody, in every look.
func TestBulkLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Get(`fetch("/admin/groups/new", {method: "POST", body: new URLSearchParams({name: "Летние"})}).then(() => { window.sent = true })`, nil)
	p.Wait(`window.sent`)
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			p.Go(s.url + "/admin/members")
			p.Wait(drawn)
			p.Get(`[...document.querySelectorAll("tbody .cb[name=id]")].slice(0, 3).forEach(c => c.click())`, nil)
			p.Wait(`document.querySelector(".bulk.on") && document.querySelector(".bulk").getAnimations().length === 0`)
			p.Fits()
			p.Accessible()
			p.Shot("bulk-bar")
			for _, what := range []string{"tag", "group", "block", "points", "level"} {
				p.Go(s.url + "/admin/members/bulk/" + what + "?all=yes&list=")
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot("bulk-" + what + "-form")
			}
			p.Get(`fetch("/admin/members/bulk/points", {method: "POST", body: (() => { const q = new URLSearchParams(new FormData(document.querySelector("form.form"))); q.set("points", "10"); q.set("way", "out"); q.set("reason", "x"); q.set("programme", document.querySelector("#level").value.split(".")[0]); return q })()}).then(r => { window.went = r.url })`, nil)
			p.Wait(`window.went`)
			var went string
			p.Get(`window.went`, &went)
			p.Go(went)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot("bulk-asked")
			p.Get(`document.querySelector("form[action$='/begin'] button[type=submit]").click()`, nil)
			p.Wait(`document.querySelector(".stats")`)
			p.Wait(drawn)
			p.Fits()
			p.Accessible()
			p.Shot("bulk-ended")
		})
	}
}
