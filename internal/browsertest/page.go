package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Look is how a page is looked at.
type Look struct {
	Width, Height int64
	Dark          bool
	Lang          string // "ru" or "en"
}

// Name tells looks apart in names of tests and pictures.
func (l Look) Name() string {
	theme := "light"
	if l.Dark {
		theme = "dark"
	}
	return fmt.Sprintf("%d-%s-%s", l.Width, theme, l.Lang)
}

// Looks are those that every page has to do well in: a desk, a tablet and a
// phone, light and dark, in both languages.
func Looks() []Look {
	var out []Look
	for _, size := range [][2]int64{{1440, 900}, {820, 1180}, {390, 844}} {
		for _, dark := range []bool{false, true} {
			for _, lang := range []string{"ru", "en"} {
				out = append(out, Look{Width: size[0], Height: size[1], Dark: dark, Lang: lang})
			}
		}
	}
	return out
}

// Page is an open page.
type Page struct {
	t     testing.TB
	ctx   context.Context
	look  Look
	host  string
	seen  *witness
	shots string
}

// Open opens the address in a window of its own.
func (b *Browser) Open(t testing.TB, address string, look Look) *Page {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx := b.window(t)
	p := &Page{t: t, ctx: ctx, look: look, host: at.Host, shots: shotsFolder(t)}
	p.seen = watch(ctx, at.Host)
	t.Cleanup(func() {
		for _, problem := range p.seen.problems() {
			t.Errorf("%s: %s", look.Name(), problem)
		}
	})
	if err := chromedp.Run(ctx, network.Enable(), log.Enable(), runtime.Enable(), chromedp.ActionFunc(p.dress)); err != nil {
		t.Fatal(err)
	}
	p.Go(address)
	return p
}

// window opens a window with a profile of its own, or with the browser's where
// that is kept.
func (b *Browser) window(t testing.TB) context.Context {
	t.Helper()
	if b.keeps {
		ctx, cancel := chromedp.NewContext(b.ctx)
		t.Cleanup(cancel)
		return ctx
	}
	whole := cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
	profile, err := target.CreateBrowserContext().Do(whole)
	if err != nil {
		t.Fatal(err)
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(whole)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
	t.Cleanup(func() {
		cancel()
		_ = target.DisposeBrowserContext(profile).Do(whole) // it goes with the browser at the latest
	})
	return ctx
}

// dress sets the window's size, theme and language.
func (p *Page) dress(ctx context.Context) error {
	theme := "light"
	if p.look.Dark {
		theme = "dark"
	}
	agent := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
	languages := map[string]string{"ru": "ru-RU,ru,en", "en": "en-GB,en,ru"}[p.look.Lang]
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(p.look.Width, p.look.Height, 1, p.look.Width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}),
		emulation.SetUserAgentOverride(agent).WithAcceptLanguage(languages),
		emulation.SetFocusEmulationEnabled(true), // every window is as if it were in front
	}.Do(ctx)
}

// Size makes the window another.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.look.Width, p.look.Height = width, height
	p.step("make the window another size", chromedp.ActionFunc(p.dress))
}

// Go goes to an address and waits until the page is loaded that it leads to.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.Get(`window.left = true`, nil)
	p.step("go to "+address, chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, failed, _, err := cdppage.Navigate(address).Do(ctx)
		if err == nil && failed != "" {
			return fmt.Errorf("%s", failed)
		}
		return err
	}))
	arrived := `!window.left`
	if strings.Contains(address, "#") { // it may be a place in the page that is there
		arrived = `(!window.left || location.href === ` + quote(address) + `)`
	}
	p.Wait(arrived)
}

// step does something within what a page is given of time.
func (p *Page) step(what string, actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.fail(what, err)
	}
}

// fail ends the test with what the page showed then.
func (p *Page) fail(what string, err error) {
	p.t.Helper()
	shown := p.Text("body")
	if len(shown) > 3000 {
		shown = shown[:3000] + "…"
	}
	p.t.Fatalf("%s: %s: %v\nin the console: %s\nthe page:\n%s", p.look.Name(), what, err, strings.Join(p.seen.problems(), "; "), shown)
}

// Text is the visible text of the first element by the selector, "" where
// there is none.
func (p *Page) Text(selector string) string {
	var out string
	ctx, cancel := context.WithTimeout(p.ctx, patience) // a page that stands still says nothing
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate(`document.querySelector(`+quote(selector)+`)?.innerText ?? ""`, &out))
	return out
}

// Offline cuts the page off the network, or lets it back.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	p.step("network", chromedp.ActionFunc(func(ctx context.Context) error {
		all := []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}
		_, err := network.EmulateNetworkConditionsByRule(all).Do(ctx)
		return err
	}))
}

// Forgive says that a message of the console is meant to come, such as that of
// an answer which the test provokes.
func (p *Page) Forgive(part string) { p.seen.forgive(part) }

// Shot takes a picture of what is seen, into a folder that goes with the test,
// or into that of KOPILKA_TEST_SHOTS.
func (p *Page) Shot(name string) {
	p.t.Helper()
	var png []byte
	p.step("a picture", chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(p.shots, name+"-"+p.look.Name()+".png"), png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func shotsFolder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KOPILKA_TEST_SHOTS")
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}
