package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// newcomer registers a member in the console and gives his page's path.
func newcomer(p *browsertest.Page, base, phone, surname string) string {
	p.Go(base + "/admin/members/new")
	p.Type("textbox", "Телефон", phone)
	p.Type("textbox", "Фамилия", surname)
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname.match(/^\/admin\/members\/\d+$/) && document.querySelector("h1").textContent === "` + surname + `"`)
	var at string
	p.Get(`location.pathname`, &at)
	return at
}

// sure presses the button of a question.
func sure(p *browsertest.Page, dialog string) {
	p.Wait(`document.querySelector("#` + dialog + `").open`)
	p.Get(`document.querySelector("#`+dialog+` form button[type=submit]").click()`, nil)
}

// arrived is the end of a change: the page that tells of it is there.
func arrived(done string) string {
	return `location.search.includes("done=` + done + `") && document.querySelector("[role=status].done")`
}

// TestCardsOfAMember: a card is issued once, gets a secret code that is shown
// once, is blocked with a reason, unblocked, lost, and replaced by another.
func TestCardsOfAMember(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	at := newcomer(p, s.url, "8 916 000-77-21", "Карточкина")
	p.Go(s.url + at + "/cards")
	p.Wait(`document.querySelector(".empty a")`)
	p.Click("link", "Выпустить карту")
	p.Wait(`location.pathname.endsWith("/cards/new")`)

	// Plastic wants the number that is on it; what is wrong is said at the field.
	p.Forgive("422")
	p.Click("button", "Выпустить")
	p.Wait(`document.querySelector("#number[aria-invalid]") && document.activeElement.id === "number"`)
	p.Accessible()
	p.Type("textbox", "Номер", "7788 00001")
	// Sent twice, it is issued once.
	p.Get(`(() => { const f = document.querySelector("form.form"), d = new URLSearchParams(new FormData(f)); fetch(f.action, {method: "POST", body: d}).then(r => r.text()).then(() => { window.sent = true }) })()`, nil)
	p.Wait(`window.sent`)
	p.Click("button", "Выпустить")
	p.Wait(`document.querySelector("[role=alert]")?.innerText.includes("карт стало больше")`)
	p.Go(s.url + at + "/cards")
	p.Wait(`document.querySelectorAll("tbody tr").length === 1`)
	p.Click("link", "778800001")
	p.Wait(`location.pathname.match(/\/cards\/\d+$/)`)
	p.Accessible()

	p.Click("button", "Новый секретный код")
	sure(p, "secret")
	p.Wait(`document.querySelector(".secret code")?.textContent.match(/^\d{8}$/)`)
	p.Accessible()
	p.Shot("card-secret")
	var card string
	p.Get(`location.pathname.replace(/\/secret$/, "")`, &card)
	p.Go(s.url + card)
	p.Wait(`!document.querySelector(".secret") && document.querySelector(".dl").innerText.includes("да")`)

	p.Click("button", "Заблокировать")
	p.Type("textbox", "Причина (её увидит кассир)", "Сломан чип")
	p.Press(browsertest.Enter)
	p.Wait(arrived("card-changed") + ` && document.querySelector("[role=alert]").innerText.includes("Сломан чип")`)
	p.Shot("card-blocked")
	p.Click("button", "Разблокировать")
	sure(p, "unblock-card")
	p.Wait(arrived("card-changed") + ` && !document.querySelector("[role=alert]")`)
	p.Click("button", "Утеряна")
	sure(p, "lose")
	p.Wait(arrived("card-changed") + ` && document.querySelector(".bdg").innerText === "утеряна"`)
	p.Click("link", "Заменить")
	p.Wait(`location.pathname.endsWith("/replace")`)
	p.Type("textbox", "Номер", "778800002")
	p.Click("button", "Заменить")
	p.Wait(arrived("card-issued") + ` && document.querySelector("h1").innerText.includes("778800002")`)
	p.Go(s.url + at + "/cards")
	p.Wait(`[...document.querySelectorAll("tbody .bdg")].map(b => b.innerText).join() === "заменена,активна"`)
}

// TestConsentsOfAMember: a consent is noted by hand with what proves it, and its
// text can be read; it is withdrawn with a reason, and both stay in the log.
func TestConsentsOfAMember(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	at := newcomer(p, s.url, "8 916 000-77-22", "Согласова")
	p.Go(s.url + at + "/consents")
	p.Click("link", "Записать согласие")
	p.Wait(`document.querySelector("#proof")`)
	p.Forgive("422")
	p.Get(`document.querySelector("#proof").required = false`, nil)
	p.Click("button", "Записать")
	p.Wait(`document.querySelector("#proof[aria-invalid]")`)
	p.Type("textbox", "Чем подтверждено", "Анкета № 17")
	p.Click("button", "Записать")
	p.Wait(arrived("consent-given") + ` && document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes("Анкета № 17")`)
	p.Click("link", "Записать отзыв")
	p.Wait(`document.querySelector("#what")`)
	p.Type("textbox", "Основание", "Письмо № 18")
	p.Click("button", "Отозвать")
	p.Wait(arrived("consent-withdrawn") + ` && document.querySelectorAll("tbody tr").length === 2 && document.querySelector(".made .bdg").innerText === "отозвано"`)
	p.Accessible()
	p.Shot("consents")
	p.Get(`[...document.querySelectorAll("tbody a")].at(-1).click()`, nil)
	p.Wait(`location.pathname.match(/\/consents\/\d+$/) && document.querySelectorAll("section.card").length === 2 && document.querySelector(".dl").innerText.includes("Ольга") === false`)
	p.Accessible()
	p.Shot("consent")
}

// TestHouseholdAndLevel: a household is founded, another is found and added,
// taken out, and it ends; a level is set by hand once, with its reason.
func TestHouseholdAndLevel(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	other := newcomer(p, s.url, "8 916 000-77-23", "Братова")
	at := newcomer(p, s.url, "8 916 000-77-24", "Сестрина")
	p.Go(s.url + at + "/household")
	p.Click("button", "Создать семью")
	p.Wait(`document.querySelector("#found-household").open`)
	p.Type("textbox", "Название", "Наши")
	p.Press(browsertest.Enter)
	p.Wait(arrived("household-founded"))
	p.Click("link", "Добавить участника")
	p.Wait(`document.querySelector("#who")`)
	p.Forgive("422")
	p.Type("textbox", "Телефон, карта или номер участника", "8 916 000-77-24")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#who[aria-invalid]")`)
	p.Accessible()
	p.Type("textbox", "Телефон, карта или номер участника", "8 916 000-77-23")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[name=member]") && document.body.innerText.includes("Братова")`)
	p.Shot("household-agree")
	p.Click("button", "Добавить в семью")
	p.Wait(arrived("household-joined") + ` && document.querySelectorAll("tbody tr").length === 2`)
	p.Accessible()
	p.Shot("household")
	p.Go(s.url + other + "/household")
	p.Click("button", "Вывести из семьи")
	sure(p, "leave-household")
	p.Wait(arrived("household-left") + ` && document.querySelector(".empty")`)
	p.Click("link", "Войти в семью")
	p.Wait(`document.querySelector("#who")`)
	p.Type("textbox", "Телефон, карта или номер участника", "8 916 000-77-24")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[name=member]") && document.body.innerText.includes("Наши")`)
	p.Click("button", "Войти в эту семью")
	p.Wait(arrived("household-joined"))
	p.Go(s.url + at + "/household")
	p.Click("button", "Завершить")
	sure(p, "end-household")
	p.Wait(arrived("household-ended") + ` && document.querySelector(".empty")`)

	p.Go(s.url + at + "/levels")
	p.Click("link", "Задать уровень")
	p.Wait(`document.querySelector("#level")`)
	var top string
	p.Get(`(() => { const o = [...document.querySelectorAll("#level option")].at(-2); o.selected = true; return o.innerText.split(": ")[1].split(" (")[0] })()`, &top)
	p.Type("textbox", "Не ниже до", "2020-01-01")
	p.Type("textbox", "Причина", "Друг дома")
	p.Click("button", "Задать")
	p.Wait(`document.querySelector("#until[aria-invalid]")`)
	p.Type("textbox", "Не ниже до", "2099-12-31")
	p.Click("button", "Задать")
	p.Wait(arrived("level-set") + ` && document.querySelector(".hero .bdg").innerText === "` + top + `" && [...document.querySelectorAll("tbody tr")].some(r => r.innerText.includes("Друг дома"))`)
	p.Accessible()
	p.Shot("levels")
}
