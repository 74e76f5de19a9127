package pages

import (
	"net/http/httptest"
	"testing"

	"kopilka/internal/browsertest"
	"kopilka/internal/edge/ui/storybook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
)

func stories(t *testing.T) string {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(storybook.New(texts, clock.System{}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestStorybookLooks: every component fits and can be used by everybody, in
// every look.
func TestStorybookLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	url := stories(t)
	for _, look := range browsertest.Looks() {
		t.Run(look.Name(), func(t *testing.T) {
			for name, path := range map[string]string{"stories": "/", "door": "/door"} {
				p := b.Open(t, url+path+"?lang="+look.Lang, look)
				p.Wait(`document.fonts.status === "loaded" && document.documentElement.lang === "` + look.Lang + `"`)
				p.Fits()
				if look.Dark == (look.Lang == "en") { // each theme and each language, not each pair
					p.Accessible()
				}
				p.Shot(name)
			}
		})
	}
}

// TestStorybookByKeys goes through what opens and closes by the keyboard alone.
func TestStorybookByKeys(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	url := stories(t) + "/?lang=en"
	p := b.Open(t, url, browsertest.Look{Width: 1440, Height: 900, Lang: "en"})
	p.Wait(`customElements.get("kp-bulk") && document.querySelector("#toasts")`)

	// A menu: it opens, arrows walk through it and round its ends, Escape closes it where it was opened.
	p.Focus("button", "Export")
	p.Press(browsertest.Enter)
	p.Wait(`document.activeElement.textContent.trim() === "XLSX" && document.querySelector("[popovertarget=story-menu]").ariaExpanded === "true"`)
	p.Press(browsertest.Down, browsertest.Down, browsertest.Down, browsertest.Down)
	p.Wait(`document.activeElement.textContent.trim() === "XLSX"`)
	p.Press(browsertest.Up)
	p.Wait(`document.activeElement.textContent.trim() === "Delete…"`)
	p.Press(browsertest.Escape)
	p.Wait(`document.activeElement.textContent.trim() === "Export" && document.activeElement.ariaExpanded === "false"`)

	// A dialog: the focus is in it, stays in it, and comes back.
	p.Get(`(() => { document.querySelector("[data-dialog=story-new]").focus() })()`, nil)
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#story-new").open && document.querySelector("#story-new").contains(document.activeElement)`)
	p.Accessible()
	p.Press(browsertest.Escape)
	p.Wait(`!document.querySelector("#story-new").open && document.activeElement.dataset.dialog === "story-new"`)

	// A toast is said in the live region.
	p.Click("button", "Show a message")
	p.Wait(`document.querySelector("#toasts[role=status] .toast")?.innerText.includes("Saved")`)

	// Rows: a range by shift, all, none.
	p.Get(`document.querySelectorAll("kp-bulk .cb[name=id]")[0].click()`, nil)
	p.Get(`document.querySelectorAll("kp-bulk .cb[name=id]")[2].dispatchEvent(new MouseEvent("click", {shiftKey: true, bubbles: true}))`, nil)
	p.Wait(`document.querySelector(".bulk.on [data-n]")?.textContent === "3" && document.querySelector(".bulk").getAnimations().length === 0`)
	p.Accessible()
	p.Click("button", "Clear the choice")
	p.Wait(`!document.querySelector(".bulk.on") && document.querySelectorAll("kp-bulk .cb[name=id]:checked").length === 0`)

	// The theme is kept.
	p.Click("button", "Change the theme: light or dark")
	p.Wait(`document.documentElement.dataset.theme === "dark"`)
	p.Go("about:blank")
	p.Go(url)
	p.Wait(`document.documentElement.dataset.theme === "dark" && document.documentElement.dataset.auto === undefined`)
}
