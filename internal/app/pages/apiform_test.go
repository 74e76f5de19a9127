package pages

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

// form is the API page's form, in the hands of who tries the API.
type form struct {
	*browsertest.Page
	t *testing.T
}

// find goes to an operation by the search, and to its form.
func (f *form) find(words, id string) {
	f.t.Helper()
	f.Press("/")
	f.Wait(`document.activeElement.id === "find"`)
	f.Insert(words)
	f.Wait(`document.querySelector("#ops a")?.dataset.op === "` + id + `"`)
	f.Press(browsertest.Enter)
	f.Wait(`location.hash === "#` + id + `" && document.querySelector("main .tabs")`)
	f.Click("link", "Try it")
	f.Wait(`document.querySelector("main form")`)
}

// send sends the form and gives the answer, which has to have that status.
func (f *form) send(status string) map[string]any {
	f.t.Helper()
	f.Click("button", "Send")
	f.Wait(`document.querySelector(".answer .st")?.innerText === "` + status + `" && !document.querySelector("form [type=submit]").disabled`)
	var out map[string]any
	if err := json.Unmarshal([]byte(f.Text(".answer pre")), &out); err != nil {
		f.t.Fatalf("%v: %s", err, f.Text(".answer"))
	}
	return out
}

const bodyField, keyField = "Request body (JSON)", "API key"

// TestAPIPageSells registers a member, quotes, commits and refunds by the form
// of the page alone.
func TestAPIPageSells(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	f := &form{b.Open(t, s.url+"/api/", browsertest.Look{Width: 1440, Height: 900, Lang: "en"}), t}
	f.Wait(`document.querySelector("main .ops")`)

	f.find("register", "registerMember")
	f.Type("textbox", keyField, s.till)
	f.Type("textbox", bodyField, `{"profile":{"name":"Anna"},"identifiers":[{"kind":"phone","value":"8 (999) 123-45-67"}]}`)
	if made := f.send("201"); made["state"] != "active" {
		t.Errorf("registered: %v", made)
	}

	const lines = `"lines":[{"sku":"kino-vzr","quantity":"2","price":45000}]`
	f.find("quote", "quotePurchase")
	f.Type("textbox", bodyField, `{"buyer":{"phone":"+79991234567"},`+lines+`}`)
	quote := f.send("200")
	if quote["due"] != 90000.0 || quote["earned"] == 0.0 {
		t.Errorf("quoted: %v", quote)
	}

	f.find("commit", "commitPurchase")
	f.Type("textbox", bodyField, `{"buyer":{"phone":"+79991234567"},`+lines+`}`)
	sold := f.send("201")
	if sold["earned"] != quote["earned"] {
		t.Errorf("sold: %v, quoted: %v", sold, quote)
	}
	f.Click("button", "Send") // the same again, under the same key
	f.Wait(`document.querySelector(".answer .alert")?.innerText.includes("former answer")`)

	f.find("refund", "refundPurchase")
	f.Type("textbox", bodyField, fmt.Sprintf(`{"purchase":{"id":%q},"lines":[{"line":0,"quantity":"1"}]}`, sold["id"]))
	if back := f.send("201"); back["money"] != 45000.0 {
		t.Errorf("refunded: %v", back)
	}
	f.Accessible()
	f.Shot("refunded")
	f.Fits()
}

// TestAPIPageRefuses shows what goes wrong where it went wrong, in words.
func TestAPIPageRefuses(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	f := &form{b.Open(t, s.url+"/api/", browsertest.Look{Width: 820, Height: 1180, Dark: true, Lang: "en"}), t}
	f.Forgive("the server responded with a status of 4") // Chromium's own word on an answer that is asked for here
	f.Wait(`document.querySelector("main .ops")`)
	f.find("commit", "commitPurchase")

	f.Click("button", "Send")
	f.Wait(`document.activeElement.getAttribute("aria-invalid") === "true" && document.activeElement.type === "password"`)
	f.Type("textbox", keyField, "kp_wrong")
	if told := f.send("401"); told["code"] != "identity.key-invalid" || told["detail"] == "" {
		t.Errorf("a wrong key: %v", told)
	}

	f.Type("textbox", keyField, s.till)
	f.Type("textbox", bodyField, "{\n  \"lines\": [}")
	f.Click("button", "Send")
	f.Wait(`document.querySelector("form .err:not([hidden])")?.innerText.includes("line 2, column 13") && document.activeElement.tagName === "TEXTAREA"`)
	f.Accessible()
	f.Shot("not-json")

	f.Type("textbox", bodyField, `{"buyer":{"phone":"`+s.phone+`"},"lines":[{"sku":"kino-vzr","quantity":"1","price":4500000000}],"spend":1000000000}`)
	told := f.send("422")
	if code, _ := told["code"].(string); !strings.HasPrefix(code, "points.") || told["detail"] == "" || told["log"] == "" {
		t.Errorf("too many points: %v", told)
	}
	f.Accessible()
	f.Fits()
	f.Shot("refused")

	f.Type("textbox", bodyField, `{"lines":[{"sku":"kino-vzr","quantity":"1","price":-1}],"sum":1}`)
	if told := f.send("400"); told["errors"] == nil {
		t.Errorf("wrong places: %v", told)
	}

	f.Forgive("ERR_INTERNET_DISCONNECTED")
	f.Offline(true)
	f.Click("button", "Send")
	f.Wait(`document.querySelector(".answer [role=alert] h2")?.innerText === "No answer"`)
	f.Accessible()
	f.Offline(false)
	f.Type("textbox", bodyField, `{"lines":[{"sku":"kino-vzr","quantity":"1","price":100}]}`)
	f.send("201")
}

// TestAPIPageByKeyboard goes through the page without a mouse, on a desk and on
// a phone.
func TestAPIPageByKeyboard(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := b.Open(t, s.url+"/api/", browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Wait(`document.querySelector("main .ops")`)
	p.Press(browsertest.Tab)
	p.On("К содержанию")
	p.Press(browsertest.Enter)
	p.Wait(`document.activeElement.id === "main"`)

	p.Press("/")
	p.Insert("возврат без чека нет такого")
	p.Wait(`document.querySelector("#ops .none")`)
	p.Press(browsertest.Escape)
	p.Wait(`document.querySelector("#find").value === "" && document.querySelector("#ops details")`)
	p.Insert("телефон")
	p.Wait(`document.querySelectorAll("#ops li").length > 3`)
	p.Press(browsertest.Down, browsertest.Down, browsertest.Up, browsertest.Up)
	p.Wait(`document.activeElement.id === "find"`)
	p.Press(browsertest.Escape, browsertest.Escape)
	p.Wait(`document.activeElement.id === "main"`)

	p.Press("/")
	p.Press(browsertest.Down, browsertest.Down)
	p.Wait(`document.activeElement.tagName === "SUMMARY"`)
	p.Press(browsertest.Right)
	p.Wait(`document.activeElement.parentElement.open`)
	p.Press(browsertest.Down, browsertest.Enter)
	p.Wait(`location.hash === "#quotePurchase" && document.activeElement.tagName === "H1"`)
	p.Go(s.url + "/api/#quotePurchase/try")
	p.Type("textbox", "Ключ доступа", s.till)
	p.Type("textbox", "Тело запроса (JSON)", `{"lines":[{"sku":"kino-vzr","quantity":"1","price":100}]}`)
	p.PressCtrl(browsertest.Enter)
	p.Wait(`document.querySelector(".answer .st")?.innerText === "200"`)

	phone := b.Open(t, s.url+"/api/#quotePurchase", browsertest.Look{Width: 390, Height: 844, Dark: true, Lang: "ru"})
	phone.Click("button", "Открыть список операций")
	phone.Wait(`document.activeElement.id === "find" && document.body.classList.contains("nav-open")`)
	phone.Accessible()
	phone.Shot("menu")
	phone.Press(browsertest.Escape)
	phone.Wait(`document.activeElement.id === "menu" && !document.body.classList.contains("nav-open")`)
	phone.Click("button", "EN: switch to English")
	phone.See("heading", "Quote a receipt")
	phone.Click("button", "Light theme")
	phone.Wait(`document.documentElement.dataset.theme === "light"`)
	phone.Go(s.url + "/api/")
	phone.Wait(`document.documentElement.lang === "en" && document.documentElement.dataset.theme === "light"`)
}
