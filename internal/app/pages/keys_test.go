package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestKeysAndWebhooks: a key is made, shown once with a command that works, and
// revoked; a webhook to a private address is refused where it is typed, one to a
// public name is made, its secret shown once, and turned off.
func TestKeysAndWebhooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Forgive("422")
	p.Go(s.url + "/admin/keys/new")
	p.Type("textbox", "Чей ключ", "Сайт")
	p.Get(`document.querySelectorAll("[name=scopes]:checked").forEach(c => c.click())`, nil)
	p.Click("button", "Сделать ключ")
	p.Wait(`document.querySelector("#scopes-error") && document.querySelector("#name").value === "Сайт"`)
	p.Accessible()
	p.Shot("key-wrong")
	p.Get(`document.querySelector("[name=scopes][value='reference.read']").click()`, nil)
	p.Click("button", "Сделать ключ")
	p.Wait(`document.querySelectorAll(".secret code").length === 2`)
	p.Accessible()
	p.Fits()
	p.Shot("key-made")
	var answered int
	p.Get(`(async () => (await fetch("/api/v1/partners?limit=1", {headers: {Authorization: "Bearer " + document.querySelector(".secret code").textContent}})).status)()`, &answered)
	if answered != 200 {
		t.Errorf("the key that was shown is answered with %d", answered)
	}
	p.Click("button", "Отозвать ключ")
	p.Wait(`document.querySelector("[role=status].done") && !document.querySelector(".secret")`)
	p.Go(s.url + "/admin/keys")
	p.Wait(`document.querySelector("tbody").innerText.includes("отозван")`)
	p.Accessible()
	p.Shot("keys-one")

	p.Go(s.url + "/admin/webhooks/new")
	p.Type("textbox", "Название", "Сайт")
	p.Type("textbox", "Адрес", "https://127.0.0.1/loyalty")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("#url[aria-invalid]")`)
	p.Accessible()
	p.Shot("webhook-wrong")
	p.Type("textbox", "Адрес", "https://8.8.8.8/loyalty")
	p.Get(`document.querySelector("[name=kinds][value='purchase.committed']").click()`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector(".secret code")?.textContent.startsWith("whsec_")`)
	p.Accessible()
	p.Fits()
	p.Shot("webhook-made")
	p.Click("button", "Выключить")
	p.Wait(`location.pathname.match(/^\/admin\/webhooks\/\d+$/) && document.querySelector("[role=status].done")`)
	p.See("button", "Включить")
	p.Click("link", "Сменить секрет")
	p.Wait(`location.pathname.endsWith("/secret")`)
	p.Click("button", "Сменить секрет")
	p.Wait(`document.querySelector(".secret code")`)
	p.Accessible()
}
