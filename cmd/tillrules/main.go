//go:build js && wasm

// Command tillrules is package offline as a till's browser runs it: it sets
// kopilkaRules with two functions. open takes signed rules, the key that they are
// checked by (base64) and the till's id, and gives what is wrong with them ("":
// nothing). judge takes a receipt and gives its answer, "null" where there are no
// rules for its day; both are JSON. What can't be judged is {"error": code}.
package main

import (
	"encoding/base64"
	"encoding/json"
	"syscall/js"
	_ "time/tzdata" // a browser has no zones for us

	"kopilka/internal/loyalty/offline"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

type till struct{ judge *offline.Judge }

func main() {
	t := &till{}
	js.Global().Set("kopilkaRules", map[string]any{
		"open":  js.FuncOf(func(_ js.Value, args []js.Value) any { return codeOf(t.open(args)) }),
		"judge": js.FuncOf(func(_ js.Value, args []js.Value) any { return t.answer(args) }),
	})
	select {}
}

func (t *till) open(args []js.Value) error {
	t.judge = nil
	key, err := base64.StdEncoding.DecodeString(args[1].String())
	if err != nil {
		return err
	}
	mine, err := id.Parse(args[2].String())
	if err != nil {
		return err
	}
	t.judge, err = offline.Open([]byte(args[0].String()), key, mine)
	return err
}

func (t *till) answer(args []js.Value) string {
	if t.judge == nil {
		return "null"
	}
	var r offline.Receipt
	err := json.Unmarshal([]byte(args[0].String()), &r)
	var a *offline.Answer
	if err == nil {
		a, err = t.judge.Judge(&r)
	}
	var doc []byte
	if err == nil {
		doc, err = json.Marshal(a)
	}
	if err != nil {
		doc, _ = json.Marshal(map[string]string{"error": codeOf(err)}) // a plain text
	}
	return string(doc)
}

// codeOf is the code of what went wrong, "" of nothing.
func codeOf(err error) string {
	switch f := fault.From(err); {
	case err == nil:
		return ""
	case f != nil:
		return f.Code
	}
	return err.Error()
}
