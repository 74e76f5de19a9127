package browsertest

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed axe/axe.min.js
var axe string

// Accessible fails the test for every violation of WCAG 2.2, levels A and AA,
// that axe finds on the page as it stands.
func (p *Page) Accessible() {
	p.t.Helper()
	var found []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML    string `json:"html"`
			Summary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	var there bool
	p.Get(`Boolean(window.axe)`, &there)
	if !there {
		p.step("axe", chromedp.Evaluate(axe+"\n;0", nil))
	}
	p.Get(`axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}).then((r) => r.violations)`, &found)
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s (%s)\n%s\n%s", p.look.Name(), v.ID, v.Help, n.HTML, n.Summary)
		}
	}
}

// Fits fails the test where the page as a whole is wider than the window, or a
// text stands outside of it.
func (p *Page) Fits() {
	p.t.Helper()
	var wide []string
	p.Get(`(() => {
		const out = [];
		const width = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth > width) out.push('the page: ' + document.documentElement.scrollWidth + ' of ' + width);
		const clipped = (el) => {
			for (let at = el; at && at !== document.body; at = at.parentElement) {
				const s = getComputedStyle(at);
				if (s.overflowX !== 'visible' || s.position === 'fixed' || s.clipPath !== 'none' || s.visibility === 'hidden') return true;
			}
			return false;
		};
		for (const el of document.querySelectorAll('main *, header *')) {
			const box = el.getBoundingClientRect();
			if (box.width && (box.right > width + 1 || box.left < -1) && !clipped(el)) out.push(el.tagName + '.' + el.className + ' ends at ' + Math.round(box.right));
		}
		return out.slice(0, 8);
	})()`, &wide)
	if len(wide) > 0 {
		p.t.Errorf("%s: wider than the window: %s", p.look.Name(), strings.Join(wide, "; "))
	}
}

// On fails the test unless the keyboard is on a part with that name.
func (p *Page) On(name string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`(document.activeElement.ariaLabel || document.activeElement.innerText || document.activeElement.value || "").trim() === %s`, quote(name)))
}
