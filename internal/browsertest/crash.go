package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// StartIn starts Chromium as Start does, with its profile in a folder: the next
// one that is started there finds what this one has kept.
func StartIn(t testing.TB, folder string) *Browser {
	t.Helper()
	b := start(t, find(t, whole), chromedp.UserDataDir(folder))
	b.keeps = true
	return b
}

// Quit ends the browser as a person does, who closes it: it writes down what it keeps.
func (b *Browser) Quit(t testing.TB) {
	t.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.stop()
}

// Kill ends the browser by a signal that it does not see.
func (b *Browser) Kill(t testing.TB) {
	t.Helper()
	if err := chromedp.FromContext(b.ctx).Browser.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	b.stop()
}
