package ui

import (
	"io/fs"
	"sync"
)

//go:generate go run ../../../cmd/gentill static/js/pos/rules

// TillStyles and TillScript are what the cashier workplace loads beside what
// every page does. Its script is modules that name each other.
const (
	TillStyles = "css/till.css"
	TillScript = "js/pos/app.js"
	tillWorker = "js/pos/worker.js"
	tillRules  = "js/pos/rules/rules.wasm" // judges receipts where there is no network, and what starts it
	tillStart  = "js/pos/rules/wasm_exec.js"
)

// tillModules are the modules of the workplace's script.
var tillModules = []string{"app", "desk", "doors", "dialogs", "keep", "keys", "net", "paper", "queue", "receipts", "register", "render", "rules", "sale", "words"}

// TillFiles are the addresses of what the workplace needs to start with no
// network.
func TillFiles() []string {
	s := Static()
	out := []string{s.URL(Styles), s.URL(TillStyles), HTMX(), s.URL(Script), s.URL("js/boot.js"), s.URL("icon.svg"), Sprite()}
	for _, f := range []string{"golos-latin", "golos-cyrillic", "golos-sign"} {
		out = append(out, s.URL("fonts/"+f+".woff2"))
	}
	out = append(out, s.URL(tillRules), s.URL(tillStart), Camera(), s.URL("vendor/zxing-0.23.0.min.js"))
	for _, m := range tillModules {
		out = append(out, s.URL("js/pos/"+m+".js"))
	}
	return out
}

// TillRules are the addresses of what judges receipts at a till with no network,
// and of what starts it.
func TillRules() (program, starter string) { return Static().URL(tillRules), Static().URL(tillStart) }

// TillWorker is the script that keeps them in the browser.
var TillWorker = sync.OnceValue(func() string {
	b, err := fs.ReadFile(static, "static/"+tillWorker)
	if err != nil {
		panic(err) // a broken build
	}
	return string(b)
})
