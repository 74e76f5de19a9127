// Package browsertest drives the program's pages in a real headless Chromium:
// a page is opened in a look (width, theme, language), its parts are found as a
// screen reader finds them, by role and name, and what was wrong on it is told
// at the end of the test.
//
// Invariants: a page has cookies, storage and cache of its own; nothing sleeps:
// every step waits for its condition, looked at anew at each frame; a page that
// wrote an error to its console, or asked another host for anything, fails its
// test; where there is no Chromium a test is skipped and says so, unless
// KOPILKA_TEST_REQUIRE_BROWSER=1.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// names are what Chromium is called on one system or another.
// The first is without a window of its own: it starts sooner, and keeps no
// service workers.
var (
	names = append([]string{"chromium-headless-shell"}, whole...)
	whole = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
)

// patience is how long a step may take on a machine that does much else: who
// waits longer waits in vain. KOPILKA_TEST_PATIENCE may say otherwise.
var patience = func() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("KOPILKA_TEST_PATIENCE")); err == nil {
		return d
	}
	return 90 * time.Second
}()

// Browser is a running Chromium, with an empty profile of its own unless StartIn
// has named one.
type Browser struct {
	ctx   context.Context
	stop  func() // waits until it has ended
	keeps bool   // what its windows keep stays in its folder
}

// Start starts Chromium for a test and its parallel parts; it ends with them.
// KOPILKA_TEST_BROWSER may name its program.
func Start(t testing.TB) *Browser {
	t.Helper()
	return start(t, find(t, names))
}

func start(t testing.TB, program string, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(more,
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-extensions", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("font-render-hinting", "none"), chromedp.WSURLReadTimeout(patience))...)
	t.Cleanup(cancel) // waits until Chromium has ended and its profile, if it is its own, is removed
	ctx, closeFirst := chromedp.NewContext(ctx)
	t.Cleanup(closeFirst)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("%s does not start: %v", program, err)
	}
	return &Browser{ctx: ctx, stop: cancel}
}

func find(t testing.TB, asked []string) string {
	t.Helper()
	if named := os.Getenv("KOPILKA_TEST_BROWSER"); named != "" {
		asked = []string{named}
	}
	for _, name := range asked {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	if os.Getenv("KOPILKA_TEST_REQUIRE_BROWSER") == "1" {
		t.Fatalf("no Chromium: none of %q is here", asked)
	}
	t.Skipf("no Chromium (none of %q is here): the pages are not tried in a browser", asked)
	return ""
}
