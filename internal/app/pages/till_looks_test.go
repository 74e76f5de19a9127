package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// TestTillLooks looks at the workplace on all screens, in both languages and
// themes: nothing overflows, and nobody is shut out.
func TestTillLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	_, number := s.buyer(t, "Мария", 800_00)
	for _, look := range tillLooks() {
		p := tillAt(t, b, s, 0, s.url, look)
		seen := func(name string) {
			t.Helper()
			p.Fits()
			p.Get(`scrollTo(0, 0)`, nil) // what is half behind a bar is no small target: it scrolls
			p.Accessible()
			p.Shot("till-" + name)
		}
		p.Wait(`document.querySelector("#pair-code")`)
		seen("pair")
		p.pair()
		seen("signin")
		p.signIn()
		seen("idle")
		p.scan("0000000000")
		p.Wait(`document.querySelector("#scan-error .perr")`)
		seen("unknown")
		p.Press(browsertest.Escape)
		p.scan(number)
		p.Wait(`document.querySelector(".mc") && document.activeElement?.id === "item"`)
		p.Insert("2*350,50")
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelectorAll(".ln").length === 1`)
		p.Insert("попкорн")
		p.Wait(`document.querySelectorAll("#offers [role=option]").length > 1`)
		seen("offers")
		p.Press(browsertest.Down, browsertest.Enter)
		p.Wait(`document.querySelectorAll(".ln").length === 2 && document.querySelector("#earn").innerText !== ""`)
		p.Press(browsertest.F7)
		p.Wait(`document.querySelector("#totals .disc")`)
		seen("receipt")
		for dialog, open := range map[string]func(){
			"help": func() { p.Get(`document.querySelector("[data-do=help]").click()`, nil) }, "mixed": func() { p.Get(`document.querySelector("[data-do=mixed]").click()`, nil) },
			"cash":     func() { p.Get(`document.querySelector("[data-do=pay][data-kind=cash]").click()`, nil) },
			"receipts": func() { p.Press(browsertest.F4) }, "shift": func() { p.Get(`document.querySelector("[data-do=shift]").click()`, nil) },
			"register": func() {
				p.Get(`document.dispatchEvent(new KeyboardEvent("keydown", { key: "F2", shiftKey: true, bubbles: true }))`, nil)
			},
			"settings": func() { p.Get(`document.querySelector("[data-do=settings]").click()`, nil) }, "queue": func() { p.Get(`document.querySelector("[data-do=queue]").click()`, nil) },
		} {
			open()
			p.Wait(`document.querySelector("dialog#` + dialog + `[open]")`)
			p.Wait(`document.querySelector("dialog[open] .rec, dialog[open] .tot, dialog[open] form, dialog[open] .help")`)
			seen(dialog)
			p.Get(`document.querySelector("dialog[open]").close()`, nil)
		}
		p.Press(browsertest.F8)
		p.Wait(`document.querySelector(".pdone")`)
		seen("done")
		p.Press(browsertest.Enter)
	}
}

// tillLooks are a PC, a small till's screen, a tablet and a phone.
func tillLooks() []browsertest.Look {
	return []browsertest.Look{
		{Width: 1440, Height: 900, Lang: "ru"},
		{Width: 1440, Height: 900, Dark: true, Lang: "en"},
		{Width: 1024, Height: 768, Lang: "ru"},
		{Width: 1024, Height: 768, Dark: true, Lang: "en"},
		{Width: 820, Height: 1180, Lang: "en"},
		{Width: 820, Height: 1180, Dark: true, Lang: "ru"},
		{Width: 390, Height: 844, Lang: "ru"},
		{Width: 390, Height: 844, Dark: true, Lang: "en"},
	}
}
