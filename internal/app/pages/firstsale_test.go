package pages

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// TestFirstSale: who has just set a program up makes a programme out of the
// sample, connects a till with a key of its own, and sells; the sale is on the
// overview and on the member's page. What is wrong with a programme is told by
// its line before anything is in force.
func TestFirstSale(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := serve(t)
	p := b.Open(t, s.URL+"/", browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Type("textbox", "Как вас зовут", "Ольга Светлова")
	p.Type("textbox", "Почта", "olga@example.com")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("весна на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/organization"`)
	p.Type("textbox", "Название организации", "Студия света")
	p.Type("textbox", "Название точки", "На Мира, 5")
	p.Click("button", "Закончить")
	p.Wait(`location.pathname === "/admin" && document.querySelector(".steps")`)

	// The programme: a sample, spoilt as text, mended, in force.
	p.Click("link", "К программам")
	p.Wait(`location.pathname === "/admin/programmes"`)
	p.Accessible()
	p.Shot("programme-samples")
	p.Get(`document.querySelector("input[value=bonus]").form.querySelector("button").click()`, nil)
	p.Wait(`location.pathname.match(/\/draft$/) && document.querySelector("[role=status]")`)
	p.Accessible()
	p.Shot("draft")
	p.Click("link", "Текстом")
	p.Wait(`location.pathname.match(/\/draft\/text$/)`)
	p.Get(`(() => { const t = document.querySelector("#text"); t.value = t.value.replace("levels:", "levls:") })()`, nil)
	p.Forgive("/draft/text") // a refusal is an answer
	p.Click("button", "Сохранить черновик")
	p.Wait(`document.querySelectorAll("[role=alert] li").length === 1 && document.querySelector("[role=alert]").innerText.includes("Строка ")`)
	p.Accessible()
	p.Shot("programme-wrong")
	if n := len(s.Programmes.Current().All()); n != 0 {
		t.Errorf("%d programmes are there before one is right", n)
	}
	p.Get(`(() => { const t = document.querySelector("#text"); t.value = t.value.replace("levls:", "levels:") })()`, nil)
	p.Click("button", "Сохранить черновик")
	p.Wait(`location.pathname.match(/\/draft$/)`)
	p.Click("link", "Ввести в действие")
	p.Wait(`location.pathname.match(/\/publish$/)`)
	p.Accessible()
	p.Shot("programme-right")
	p.Click("button", "Ввести в действие")
	p.Wait(`location.pathname.match(/^\/admin\/programmes\/\d+$/) && document.querySelector("[role=status]")`)
	p.Accessible()
	p.Shot("programme")

	// The till gets its key by a code, or is given it; either is shown once.
	p.Go(s.URL + "/admin/outlets")
	p.Click("link", "На Мира, 5")
	p.Wait(`location.pathname.match(/^\/admin\/outlets\/\d+$/)`)
	p.Wait(`document.querySelector("main").innerText.includes("откройте на ней ` + s.URL + `/pos и наберите код")`)
	p.Click("button", "Дать код")
	p.Wait(`document.querySelector(".secret code")?.textContent.match(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)`)
	p.Wait(`document.querySelector(".alert").innerText.includes("Откройте на кассе ` + s.URL + `/pos")`)
	p.Accessible()
	p.Shot("till-code")
	var paired string
	p.Get(`fetch("/api/v1/pair", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({code: document.querySelector(".secret code").textContent})}).then(r => r.json()).then(a => a.token)`, &paired)
	if !strings.HasPrefix(paired, "kp_") {
		t.Errorf("the code gave %q", paired)
	}
	p.Click("button", "Сделать ключ")
	p.Wait(`document.querySelector(".secret code")?.textContent.startsWith("kp_")`)
	p.Accessible()
	p.Shot("till-key")
	var key string
	p.Get(`document.querySelector(".secret code").textContent`, &key)

	var try string
	p.Get(`document.querySelectorAll(".secret code")[1].textContent`, &try)

	// A member who is registered here has his account and its gift at once.
	p.Go(s.URL + "/admin/members/new")
	p.Type("textbox", "Телефон", "8 916 000-10-30")
	p.Type("textbox", "Имя", "Пётр")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("h1").textContent === "Пётр" && document.querySelector(".stats").innerText.replace(/\s/g, " ").includes("100 бонусов")`)

	// A member and his sale, as the till sends them; first what the page gave to try.
	send := func(path, body string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "fn-1"+path)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
			t.Fatalf("%s: %d %s (%v)", path, resp.StatusCode, got, err)
		}
		return string(got)
	}
	_, body, _ := strings.Cut(try, " -d '")
	if !strings.HasPrefix(try, "curl "+s.URL+"/api/v1/quotes ") || !strings.Contains(send("/quotes", strings.TrimSuffix(body, "'")), `"gross":50000`) {
		t.Errorf("the page gave to try: %s", try)
	}
	send("/members", `{"identifiers":[{"kind":"phone","value":"+7 916 000-10-20"}],"profile":{"name":"Анна"}}`)
	send("/purchases", `{"buyer":{"phone":"+79160001020"},"lines":[{"sku":"A","quantity":"1","price":100000}],"payments":[{"kind":"card","amount":100000}]}`)
	p.Go(s.URL + "/admin/find?q=89160001020")
	p.Wait(`document.querySelector("h1")?.textContent === "Анна" && document.querySelector(".stats").innerText.replace(/\s/g, " ").includes("1 000,00 ₽")&& document.querySelector(".stats").innerText.replace(/\s/g, " ").includes("150 бонусов")`)
	p.Shot("first-sale")

	// The overview counts it within seconds.
	p.Get(`(async () => { while (!(await (await fetch("/admin")).text()).includes('class="stats"')) await new Promise(requestAnimationFrame) })()`, nil)
	p.Go(s.URL + "/admin")
	p.Wait(`document.querySelector(".stats")?.innerText.replace(/\s/g, " ").includes("1 000,00 ₽")`)

	// What was left out of the first steps is not forgotten with the first sale.
	p.See("heading", "Осталось сделать")
	p.Wait(`[...document.querySelectorAll(".steps h3")].map(h => h.innerText).join() === "Опубликуйте тексты согласий"`)
	p.Accessible()
	p.Shot("steps-owed")
}
