package pages

import (
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// memberParts are the parts of a member's page.
var memberParts = []string{
	"", "/identifiers", "/identifiers/new", "/bonuses", "/operations", "/movement", "/tickets", "/cards", "/codes", "/levels", "/household", "/consents", "/changes",
	"/edit", "/points", "/cards/new", "/level", "/household/join", "/consents/give", "/consents/withdraw",
}

// TestMemberLooks: each part of a member's page fits and can be used by
// everybody, in every look.
func TestMemberLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			at := s.toMember(p)
			for _, part := range memberParts {
				p.Go(s.url + at + part)
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot("member-" + strings.ReplaceAll(part[min(1, len(part)):], "/", "-"))
			}
		})
	}
}

// TestMembers goes through what is done with members: found, filtered, kept as
// a list, registered, changed, given points once, blocked and unblocked.
func TestMembers(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})

	// A search narrows the list as it is typed, and its address can be come back to.
	p.Go(s.url + "/admin/members")
	p.Type("searchbox", "Поиск участников", "зззз")
	p.Wait(`location.search === "?q=%D0%B7%D0%B7%D0%B7%D0%B7" && document.querySelector("#list .empty") && document.activeElement.id === "q"`)
	p.Type("searchbox", "Поиск участников", s.phone)
	p.Wait(`document.querySelectorAll("#list tbody tr").length === 1`)

	// A condition of the rest: it is made in two steps, stands as a chip, and goes by it.
	p.Wait(`fetch("/admin/members?from.purchases=1").then(r => r.text()).then(page => !new DOMParser().parseFromString(page, "text/html").querySelector("#list .empty"))`) // the lists know what was sold
	p.Go(s.url + "/admin/members?add=purchases")
	p.Type("textbox", "от", "1")
	p.Click("button", "Добавить")
	p.Wait(`location.search.includes("purchases") && document.querySelector(".chips") && !document.querySelector("#list .empty")`)
	p.Click("button", "Сохранить список")
	p.Type("textbox", "Название", "Покупали")
	p.Press(browsertest.Enter)
	p.Wait(`[...document.querySelectorAll(".vpill")].some(v => v.textContent === "Покупали" && v.ariaCurrent)`)

	// The list that is seen is had as a file: a head and a row for each.
	var sheet string
	p.Get(`fetch("/admin/members/export?as=csv&from.purchases=1").then(r => r.text())`, &sheet)
	if n := strings.Count(strings.TrimSpace(sheet), "\n"); !strings.Contains(sheet, "Телефон") || n < 5 {
		t.Errorf("the file has %d members:\n%.300s", n, sheet)
	}

	// Who is registered has his page; what is wrong is said at its field.
	p.Go(s.url + "/admin/members/new")
	p.Forgive("422")
	p.Type("textbox", "Телефон", "123")
	p.Type("textbox", "Фамилия", "Проверкина")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#phone[aria-invalid]") && document.activeElement.id === "phone" && document.querySelector("#surname").value === "Проверкина"`)
	p.Accessible()
	p.Type("textbox", "Телефон", "8 916 000-77-11")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname.match(/^\/admin\/members\/\d+$/) && document.querySelector("h1").textContent === "Проверкина"`)
	p.Click("button", "Показать контакты")
	p.Wait(`document.body.innerText.includes("+7 916 000-77-11")`)

	// Points are put in once, however often the form is sent.
	p.Click("link", "Изменить счёт")
	p.Wait(`location.pathname.endsWith("/points")`)
	p.Type("textbox", "Сколько бонусов", "150,5")
	p.Type("textbox", "Причина", "За терпение")
	p.Get(`(() => { const f = document.querySelector("form.form"), d = new URLSearchParams(new FormData(f)); fetch(f.action, {method: "POST", body: d}).then(r => r.text()).then(() => { window.sent = true }) })()`, nil)
	p.Wait(`window.sent`)
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname.endsWith("/movement") && document.querySelector("[role=status]")`)
	p.Wait(`[...document.querySelectorAll("tbody td.c-sum")].filter(c => c.textContent === "+150,50").length === 1`)

	// Blocked, with a reason that stands on the page, and unblocked.
	p.Click("button", "Заблокировать")
	p.Type("textbox", "Причина (её увидит кассир)", "Карта украдена")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[role=alert]")?.innerText.includes("Карта украдена")`)
	p.Click("button", "Разблокировать")
	p.Wait(`document.querySelector("#unblock").open`)
	p.Get(`document.querySelector("#unblock form button[type=submit]").click()`, nil)
	p.Wait(`location.search.includes("member-unblocked") && !document.querySelector("[role=alert]")`)
}
