package ui

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
)

//go:generate go run ../../../cmd/gentill static/js/pos/rules

// TillStyles and TillScript are what the cashier workplace loads beside what
// every page does. Its script is modules that name each other.
const (
	TillStyles  = "css/till.css"
	TillScript  = "js/pos/app.js"
	tillModules = "js/pos/"
	tillWorker  = tillModules + "worker.js"
	tillJudge   = tillModules + "judge.js"
	tillRules   = tillModules + "rules/rules.wasm" // judges receipts where there is no network, and what starts it
	tillStart   = tillModules + "rules/wasm_exec.js"
)

// TillFiles are the addresses of what the workplace needs to start with no
// network.
func TillFiles() []string {
	s := Static()
	out := []string{s.URL(Styles), s.URL(TillStyles), HTMX(), s.URL(Script), s.URL("js/boot.js"), s.URL("icon.svg"), Sprite()}
	for _, f := range []string{"golos-latin", "golos-cyrillic", "golos-sign"} {
		out = append(out, s.URL("fonts/"+f+".woff2"))
	}
	out = append(out, s.URL(tillRules), s.URL(tillStart), Camera(), s.URL("vendor/zxing-0.23.0.min.js"))
	modules, err := fs.Glob(static, "static/"+tillModules+"*.js")
	if err != nil {
		panic(err) // a broken pattern
	}
	for _, m := range modules {
		if m = strings.TrimPrefix(m, "static/"); m != tillWorker && m != tillJudge {
			out = append(out, s.URL(m))
		}
	}
	return out
}

// TillWorker is the script that keeps files, by their addresses, in the browser.
func TillWorker(files []string) string {
	list, err := json.Marshal(files)
	if err != nil {
		panic(err) // strings
	}
	return "const FILES = " + string(list) + ";\n" + source(tillWorker)
}

// TillJudge is the script of the worker that judges receipts at a till with no
// network. Its page must send it with AllowPrograms.
func TillJudge() string {
	s := Static()
	return "const STARTER = '" + s.URL(tillStart) + "', PROGRAM = '" + s.URL(tillRules) + "';\n" + source(tillJudge)
}

// TillVersion tells versions of the till's files apart.
func TillVersion() string { return path.Base(Static().Base()) }

func source(name string) string {
	b, err := fs.ReadFile(static, "static/"+name)
	if err != nil {
		panic(err) // a broken build
	}
	return string(b)
}
