package pages

import (
	"encoding/json"
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestMergeInTheConsole: two who are one person are found, whose values are kept
// is chosen, what comes of it is seen before it is agreed to, and the act is
// read back; who was merged leads to the other.
func TestMergeInTheConsole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	twin := newcomer(p, s.url, "8 916 000-77-31", "Двойникова")
	at := newcomer(p, s.url, "8 916 000-77-32", "Двойнякова")
	p.Go(s.url + twin + "/points")
	p.Type("textbox", "Сколько бонусов", "70")
	p.Type("textbox", "Причина", "Проверка")
	p.Press(browsertest.Enter)
	p.Wait(arrived("adjusted"))

	p.Go(s.url + at)
	p.Click("button", "Ещё")
	p.Click("link", "Объединить с другим")
	p.Wait(`document.querySelector("#who")`)
	p.Forgive("422")
	p.Type("textbox", "Телефон, карта или номер другого участника", "8 916 000-77-32")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#who[aria-invalid]")`)
	p.Accessible()
	p.Type("textbox", "Телефон, карта или номер другого участника", "8 916 000-77-31")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelectorAll("[name=take-surname]").length === 2`)
	p.Accessible()
	p.Shot("merge-choose")
	p.Get(`document.querySelector("[name=take-surname][value=his]").click()`, nil)
	p.Click("button", "Посмотреть, что получится")
	p.Wait(`document.querySelector("[name=digest]") && document.querySelector("td.num.b").innerText.includes("70")`)
	p.Accessible()
	p.Shot("merge-agree")

	// Something changes meanwhile: it is shown anew, and not done.
	p.Type("textbox", "Почему это один человек", "Паспорт один")
	p.Get(`fetch("`+twin+`/points").then(r => r.text()).then(h => { const d = new DOMParser().parseFromString(h, "text/html"), f = d.querySelector("form.form"), q = new URLSearchParams(new FormData(f)); q.set("points", "5"); q.set("reason", "x"); return fetch("`+twin+`/points", {method: "POST", body: q}) }).then(() => { window.sent = true })`, nil)
	p.Wait(`window.sent`)
	p.Click("button", "Объединить")
	p.Wait(`document.querySelector("[role=alert]") && document.querySelector("td.num.b").innerText.includes("75")`)
	p.Click("button", "Объединить")
	p.Wait(arrived("merged") + ` && location.pathname.startsWith("/admin/merges/") && document.body.innerText.includes("Паспорт один")`)
	p.Accessible()
	p.Shot("merge-act")
	const number = `(e => parseFloat(e.innerText.replace("−", "-").replace(",", ".").replace(/[^-.\d]/g, "")))`
	var has float64
	p.Get(number+`(document.querySelector("td.num.b"))`, &has)
	p.Go(s.url + at + "/movement")
	p.Wait(`document.querySelector("tbody tr")`)
	var sum float64
	p.Get(`window.points = `+number+`, [...document.querySelectorAll("tbody tr")].reduce((n, r) => n + points([...r.querySelectorAll(".num")].at(-1)), 0)`, &sum)
	if sum != has {
		t.Errorf("the movements of who has %v come to %v", has, sum)
	}
	p.Go(s.url + at)
	p.Wait(`document.querySelector("h1").innerText === "Двойникова"`)
	p.Go(s.url + at + "/changes")
	p.Wait(`document.querySelector("a[href^='/admin/merges/']")`)
	p.Go(s.url + twin + "/movement") // what has gone over is read where it is
	p.Wait(`location.pathname === "` + at + `/movement"`)
	p.Forgive("409")
	p.Go(s.url + twin + "/edit")
	p.Wait(`document.body.innerText.includes("Участие завершено")`)
	p.Go(s.url + twin)
	p.Wait(`document.querySelector(".dl") && !document.querySelector(".stats") && document.querySelectorAll(".tabs a").length === 3`)
	p.Accessible()
	p.Shot("merged")
	p.Click("link", "Открыть его страницу")
	p.Wait(`location.pathname === "` + at + `"`)
}

// TestPersonalData: all that is held on a member is had as one whole document;
// he is erased only with his number typed, and the act tells what went.
func TestPersonalData(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	at := newcomer(p, s.url, "8 916 000-77-33", "Прощаева")
	p.Click("button", "Ещё")
	p.Click("link", "Персональные данные")
	p.Wait(`document.querySelector("#number")`)
	p.Accessible()
	p.Shot("privacy")
	var doc string
	p.Get(`fetch("`+at+`/privacy/copy", {method: "POST"}).then(r => r.text())`, &doc)
	var copied struct {
		Complete bool
		Sections []struct {
			Table string
			Rows  []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(doc), &copied); err != nil || !copied.Complete || len(copied.Sections) < 10 {
		t.Errorf("the copy is not whole: %v, %.200s", err, doc)
	}
	p.Forgive("422")
	p.Type("textbox", "Номер участника", "1")
	p.Click("button", "Стереть навсегда")
	p.Wait(`document.querySelector("#number[aria-invalid]") && document.activeElement.id === "number"`)
	p.Accessible()
	var number string
	p.Get(`document.querySelector(".dl") ? "" : fetch("`+at+`").then(r => r.text()).then(h => [...new DOMParser().parseFromString(h, "text/html").querySelectorAll(".dl div")].find(d => d.querySelector("dt").innerText.includes("Номер")).querySelector("dd").textContent.trim())`, &number)
	p.Type("textbox", "Номер участника", number)
	p.Type("textbox", "Номер обращения", "17-05/2026")
	p.Click("button", "Стереть навсегда")
	p.Wait(`document.querySelector("#forfeit[aria-invalid]") && document.querySelector("#reference").value === "17-05/2026"`) // he has the gift on joining
	p.Accessible()
	p.Get(`document.querySelector("#forfeit").click()`, nil)
	p.Click("button", "Стереть навсегда")
	p.Wait(arrived("erased") + ` && location.pathname.startsWith("/admin/erasures/") && document.body.innerText.includes("17-05/2026")`)
	if acts := p.Text("main"); strings.Contains(acts, "_") {
		t.Errorf("an act tells names of the base: %s", acts)
	}
	p.Accessible()
	p.Shot("erasure")
	p.Go(s.url + at)
	p.Wait(`!document.body.innerText.includes("Прощаева")`)
}
