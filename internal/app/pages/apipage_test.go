// Package pages drives the pages of the running program in a browser, as who
// uses them does.
package pages

import (
	"testing"

	"kopilka/internal/browsertest"
)

// states are what the API page can be asked to show: an address, and what is
// there when it is shown.
var states = []struct{ name, hash, ready string }{
	{"overview", "", `document.querySelector("main .ops")`},
	{"reference", "#commitPurchase", `document.querySelector("main .aside .code")`},
	{"form", "#commitPurchase/try", `document.querySelector("main form textarea")`},
	{"missing", "#nothing", `document.querySelector("main .empty h1")`},
}

func TestAPIPageLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range browsertest.Looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := b.Open(t, s.url+"/api/", look)
			p.Wait(`document.documentElement.lang === "` + look.Lang + `"`)
			p.Wait(`document.fonts.status === "loaded"`)
			for _, state := range states {
				p.Go(s.url + "/api/" + state.hash)
				p.Wait(state.ready)
				p.Fits()
				if look.Dark == (look.Lang == "en") { // each theme and each language, not each pair
					p.Accessible()
				}
				p.Shot(state.name)
			}
		})
	}
}
