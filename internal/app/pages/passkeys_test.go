package pages

import (
	"strings"
	"testing"
	"time"

	"kopilka/internal/browsertest"
)

// TestPasskeysInTheConsole: a person adds a passkey on his page, signs in by
// it, makes an API key by it when his proof is stale, with all that he has filled
// in, and removes it. Where passkeys can't be, the page says why.
func TestPasskeysInTheConsole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	for _, look := range []browsertest.Look{{Width: 1440, Height: 900, Lang: "ru"}, {Width: 390, Height: 844, Dark: true, Lang: "en"}} {
		t.Run(look.Name(), func(t *testing.T) {
			t.Parallel()
			passkeys(t, b, look)
		})
	}
}

func passkeys(t *testing.T, b *browsertest.Browser, look browsertest.Look) {
	words := map[string]struct{ off, add, name, make, there, enter, refused, sure, whose, key, drop string }{
		"ru": {"http.public_url", "Добавить ключ", "Название ключа", "Создать ключ", "уже есть", "Войти ключом доступа", "не подтвердило", "Подтвердить ключом доступа", "Чей ключ", "Сделать ключ", "Удалить"},
		"en": {"http.public_url", "Add a passkey", "Name of the passkey", "Make the passkey", "already", "Sign in with a passkey", "did not confirm", "Confirm with a passkey", "Whose key", "Make the key", "Remove"},
	}[look.Lang]
	h := newHouse(t).filled()
	p := console(t, b, h.URL, look)
	p.Go(h.URL + "/admin/me")
	p.Wait(at("/admin/me") + ` && document.querySelector("main").innerText.includes("` + words.off + `")`)

	site := strings.Replace(h.URL, "127.0.0.1", "localhost", 1)
	p = console(t, b, site, look)
	knows := p.SecurityKey()
	look2 := func(shot string) {
		t.Helper()
		p.Accessible()
		p.Fits()
		p.Shot(shot)
	}
	add := func(name string) {
		t.Helper()
		p.Go(site + "/admin/me")
		p.Click("link", words.add)
		p.Wait(at("/admin/me/passkeys/new"))
		p.Type("textbox", words.name, name)
		p.Click("button", words.make)
	}
	told := func(part string) string {
		return `[...document.querySelectorAll("#toasts .toast")].some(x => x.innerText.includes("` + part + `"))`
	}
	p.Go(site + "/admin/me/passkeys/new")
	look2("passkey-new")
	knows(false)
	p.Type("textbox", words.name, "YubiKey")
	p.Click("button", words.make)
	p.Wait(told(words.refused))
	look2("passkey-refused")
	knows(true)
	add("YubiKey")
	p.Wait(at("/admin/me") + ` && location.search === "?done=passkey-added" && document.querySelector(".made").innerText.length > 0`)
	p.Get(`[...document.querySelectorAll("b")].find(x => x.innerText === "YubiKey").scrollIntoView({block: "center"})`, nil)
	look2("passkeys")
	add("again")
	p.Wait(told(words.there))

	// Out, and in by it.
	p.Go(site + "/admin/sign-in?next=%2Fadmin%2Fpeople")
	p.Wait(at("/admin/sign-in"))
	look2("sign-in-passkey")
	knows(false)
	p.Click("button", words.enter)
	p.Wait(told(words.refused))
	knows(true)
	p.Click("button", words.enter)
	p.Wait(at("/admin/people"))

	// Stale: what was filled in goes along.
	p.Go(site + "/admin/keys/new")
	p.Type("textbox", words.whose, "Сайт «А & Б»")
	p.Get(`document.querySelector("[name=scopes][value='reference.read']").checked || document.querySelector("[name=scopes][value='reference.read']").click()`, nil)
	h.clock.Add(20 * time.Minute)
	p.Click("button", words.key)
	p.Wait(`document.querySelector("#sure-password")`)
	look2("confirm-passkey")
	p.Click("button", words.sure)
	p.Wait(`document.querySelectorAll(".secret code").length === 2 && document.querySelector("h1").innerText === "Сайт «А & Б»"`)

	p.Go(site + "/admin/me")
	p.Get(`document.querySelector(".made button[data-dialog^=drop-passkey]").click()`, nil)
	p.Wait(`document.querySelector("dialog[open]")`)
	look2("passkey-drop")
	p.Get(`document.querySelector("dialog[open] form").submit()`, nil)
	p.Wait(at("/admin/me") + ` && location.search === "?done=passkey-dropped" && !document.querySelector("[data-dialog^=drop-passkey]")`)
	p.Go(site + "/admin/sign-in")
	p.Wait(at("/admin/sign-in"))
	if names := strings.Join(p.Names("button"), "|"); strings.Contains(names, words.enter) {
		t.Errorf("passkeys are offered where nobody has one: %s", names)
	}
}
