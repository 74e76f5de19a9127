package pages

import (
	"bytes"
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kopilka/internal/app"
	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// house is a program with the demo's organization whose letters lie in a
// folder, and whose time a test sets.
type house struct {
	*app.Service
	t     *testing.T
	clock *clock.Fixed
	files chan string // letters, as they are written
}

// Write takes what is logged and hands on where letters lie.
func (h *house) Write(line []byte) (int, error) {
	if _, file, ok := strings.Cut(string(line), "file="); ok && strings.Contains(string(line), "a letter was put") {
		h.files <- strings.TrimSpace(file)
	}
	return len(line), nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: clock.NewFixed(time.Now()), files: make(chan string, 10)}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
	h.Service, err = app.Start(t.Context(), app.ServiceOptions{
		Config: &cfg, Log: slog.New(slog.NewTextHandler(h, nil)), Texts: texts, Clock: h.clock, Letters: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// filled puts the demo's organization in.
func (h *house) filled() *house {
	h.t.Helper()
	s := h.Service
	parts := demo.Parts{
		DB: s.DB, IDs: s.IDs, Clock: s.Clock, Partners: s.Partners, Directory: s.Directory, Identity: s.Identity, Products: s.Products, Playbill: s.Playbill,
		Members: s.Members, Cards: s.Cards, Programmes: s.Programmes, Desk: s.Desk, Privacy: s.Core.Privacy,
		Staff: s.Staff, Refresh: s.Refresh,
	}
	if _, err := demo.Fill(h.t.Context(), parts, demo.Size{Members: 5, Receipts: 20, Days: 10}, nil); err != nil {
		h.t.Fatal(err)
	}
	return h
}

// link takes the link out of the next letter.
func (h *house) link() string {
	h.t.Helper()
	select {
	case file := <-h.files:
		raw, err := os.ReadFile(file)
		if err != nil {
			h.t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(raw)))
		if err != nil {
			h.t.Fatal(err)
		}
		_, tail, ok := strings.Cut(string(text), h.URL+"/admin/reset?token=")
		if !ok {
			h.t.Fatalf("no link in\n%s", text)
		}
		token, _, _ := strings.Cut(tail, "\r\n")
		return "/admin/reset?token=" + url.QueryEscape(token)
	case <-time.After(time.Minute):
		h.t.Fatal("no letter has come")
	}
	return ""
}

// at is when the page of the path is read.
func at(path string) string {
	return `location.pathname === "` + path + `" && document.querySelector("h1")`
}

func typeSecret(p *browsertest.Page, field, secret string) {
	p.Get(`document.querySelector("#`+field+`").focus()`, nil)
	p.Insert(secret)
}

// TestPeople: a person is invited, sets a password by the link of his letter
// and signs in; he sees what his role may, and is blocked, which ends his
// session; the trail tells of all of it.
func TestPeople(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	h := newHouse(t).filled()
	wide := browsertest.Look{Width: 1440, Height: 900, Lang: "ru"}
	p := console(t, b, h.URL, wide)
	p.Go(h.URL + "/admin/people")
	p.Click("link", "Пригласить")
	p.Wait(at("/admin/people/new"))
	p.Accessible()
	p.Shot("person-new")
	p.Forgive("422")
	p.Type("textbox", "Имя", "Борис Чижов")
	p.Type("textbox", "Почта", demo.OwnerEmail)
	p.Get(`document.querySelector("[name=role][value=analyst]").click()`, nil)
	p.Click("button", "Пригласить")
	p.Wait(`document.querySelector("#email[aria-invalid]") && document.querySelector("#name").value === "Борис Чижов"`)
	p.Accessible()
	p.Shot("person-wrong")

	// A proof that has become stale is given on the way, and nothing typed is lost.
	h.clock.Add(20 * time.Minute)
	p.Type("textbox", "Почта", "boris@example.org")
	p.Click("button", "Пригласить")
	p.Wait(`document.querySelector("#sure-password")`)
	p.Accessible()
	p.Fits()
	p.Shot("confirm")
	typeSecret(p, "sure-password", "весна")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#sure-password[aria-invalid]")`)
	typeSecret(p, "sure-password", demo.OwnerPassword)
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname.match(/^\/admin\/people\/\d+$/) && document.querySelector(".done")`)
	p.See("heading", "Борис Чижов")
	p.Accessible()
	p.Shot("person-invited")
	var person string
	p.Get(`location.pathname`, &person)

	boris := b.Open(t, h.URL+h.link(), browsertest.Look{Width: 390, Height: 844, Lang: "ru"})
	boris.Wait(`document.querySelector("#password")`)
	typeSecret(boris, "password", "лето на Заречной улице")
	boris.Press(browsertest.Enter)
	boris.Wait(at("/admin/sign-in"))
	boris.Type("textbox", "Почта", "boris@example.org")
	typeSecret(boris, "password", "лето на Заречной улице")
	boris.Press(browsertest.Enter)
	boris.Wait(at("/admin"))
	boris.Forgive("403")
	boris.Go(h.URL + "/admin/people")
	boris.Wait(at("/admin/people"))
	boris.See("heading", "Нет прав")

	p.Go(h.URL + person)
	p.Wait(at(person))
	p.Fits()
	p.Accessible()
	p.Shot("person")
	p.Click("button", "Заблокировать")
	p.Wait(`document.querySelector("#block[open]")`)
	p.Get(`document.querySelector("#block form").submit()`, nil)
	p.Wait(at(person) + ` && location.search === "?done=person-block" && document.querySelector(".bdg-bad")`)
	boris.Go(h.URL + "/admin")
	boris.Wait(at("/admin/sign-in"))
	boris.Type("textbox", "Почта", "boris@example.org")
	typeSecret(boris, "password", "лето на Заречной улице")
	boris.Forgive("422")
	boris.Press(browsertest.Enter)
	boris.Wait(`document.querySelector("[role=alert]")?.innerText.includes("Неверный")`)

	// His history, by the link of his page.
	p.Click("link", "История")
	p.Wait(at("/admin/audit") + ` && document.querySelectorAll("tbody tr").length >= 4`)
	var rows string
	p.Get(`[...document.querySelectorAll("tbody .b")].map(x => x.innerText).join("|")`, &rows)
	if want := "Сотрудник заблокирован|Вход|Пароль задан|Сотрудник приглашён"; rows != want {
		t.Errorf("the trail says %s, want %s", rows, want)
	}
	p.Get(`document.querySelectorAll("details.changes").forEach(d => d.open = true)`, nil)
	p.Wait(`document.querySelector("tbody tr del").innerText.includes("Работает") && document.querySelector("tbody tr ins").innerText.includes("Заблокирован")`)
	p.Accessible()
	p.Fits()
	p.Shot("audit-of-person")
}

// TestForgotten: who has forgotten his password is sent a letter, and nobody
// can tell by the page whether there is such a person.
func TestForgotten(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	h := newHouse(t).filled()
	p := b.Open(t, h.URL+"/admin/sign-in", browsertest.Look{Width: 820, Height: 1180, Lang: "en"})
	said := map[string]string{}
	for _, email := range []string{"nobody@example.org", demo.OwnerEmail} {
		p.Go(h.URL + "/admin/forgot")
		p.Type("textbox", "E-mail", email)
		p.Press(browsertest.Enter)
		p.Wait(`document.querySelector(".alert")`)
		said[email] = p.Text("main")
	}
	p.Accessible()
	p.Shot("forgot-sent")
	if said["nobody@example.org"] != said[demo.OwnerEmail] {
		t.Errorf("it is told who is there: %q", said)
	}
	p.Go(h.URL + h.link())
	p.Wait(`document.querySelector("#password")`)
	typeSecret(p, "password", "лето на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(at("/admin/sign-in") + ` && location.search === "?done=password"`)
	p.Type("textbox", "E-mail", demo.OwnerEmail)
	typeSecret(p, "password", "лето на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(at("/admin"))
	if len(h.files) != 0 {
		t.Errorf("%d letters more", len(h.files))
	}
}

// TestPhone: codes of a phone are set up by a secret that the page shows, asked
// for at the next signing in, replaced once by a recovery code, and turned off.
func TestPhone(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	h := newHouse(t).filled()
	p := console(t, b, h.URL, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(h.URL + "/admin/me")
	p.Click("button", "Включить")
	p.Wait(at("/admin/me/phone") + ` && document.querySelector("svg.qr")`)
	p.Accessible()
	p.Fits()
	p.Shot("phone")
	var key string
	p.Get(`document.querySelector(".secret code").textContent`, &key)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(key, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	code := func() string { return crypto.PhoneTOTP(secret, crypto.TOTPStep(h.clock.Now())) }
	p.Forgive("422")
	p.Type("textbox", "Код из приложения", "000000")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#code[aria-invalid]") && document.querySelector(".secret code").textContent === "` + key + `"`)
	p.Type("textbox", "Код из приложения", code())
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("pre.lines")`)
	p.Accessible()
	p.Shot("recovery-codes")
	var lines string
	p.Get(`document.querySelector("pre.lines").textContent`, &lines)
	recovery := strings.Split(lines, "\n")
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}

	in := func(proof string) {
		t.Helper()
		p.Go(h.URL + "/admin/me")
		p.Click("button", "Выйти")
		p.Wait(at("/admin/sign-in"))
		p.Type("textbox", "Почта", demo.OwnerEmail)
		typeSecret(p, "password", demo.OwnerPassword)
		p.Press(browsertest.Enter)
		p.Wait(at("/admin/prove"))
		typeSecret(p, "code", proof)
		p.Press(browsertest.Enter)
	}
	h.clock.Add(time.Minute)
	in(code())
	p.Wait(at("/admin"))
	in(recovery[3])
	p.Wait(at("/admin"))
	in(recovery[3]) // once
	p.Wait(`location.pathname === "/admin/prove" && document.querySelector("#code[aria-invalid], [role=alert]")`)
	h.clock.Add(time.Minute)
	typeSecret(p, "code", code())
	p.Press(browsertest.Enter)
	p.Wait(at("/admin"))
	p.Go(h.URL + "/admin/me")
	p.Wait(at("/admin/me") + ` && document.querySelector("main").innerText.includes("Осталось 9 кодов")`)
	p.Accessible()
	p.Fits()
	p.Shot("me-phone")

	// Off: a stale proof wants both the password and a code.
	h.clock.Add(20 * time.Minute)
	p.Click("button", "Выключить")
	p.Wait(`document.querySelector("#drop-phone[open]")`)
	p.Get(`document.querySelector("#drop-phone form").submit()`, nil)
	p.Wait(`document.querySelector("#sure-code")`)
	p.Accessible()
	p.Shot("confirm-phone")
	typeSecret(p, "sure-password", demo.OwnerPassword)
	typeSecret(p, "sure-code", code())
	p.Press(browsertest.Enter)
	p.Wait(at("/admin/me") + ` && location.search === "?done=phone-off"`)
	p.See("button", "Включить")
}

// TestOwnRole: a role is made of permissions and given; whoever has it may do
// just that. Who works at some outlets sees nobody beside them, gives nobody
// more, and does not see the trail.
func TestOwnRole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	h := newHouse(t).filled()
	p := console(t, b, h.URL, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(h.URL + "/admin/roles/new")
	p.Forgive("422")
	p.Type("textbox", "Название роли", "Управляющий")
	p.Click("button", "Сохранить")
	p.Wait(`document.querySelector("[role=alert]")`)
	p.Accessible()
	p.Fits()
	p.Shot("role-wrong")
	p.Get(`["staff.edit", "till.work", "audit.see", "purchases.see"].forEach(x => document.querySelector("[value='" + x + "']").click())`, nil)
	p.Click("button", "Сохранить")
	p.Wait(`location.pathname.match(/^\/admin\/roles\/\d+$/) && document.querySelector(".done")`)
	p.Accessible()
	p.Fits()
	p.Shot("role")

	p.Go(h.URL + "/admin/people/new")
	p.Type("textbox", "Имя", "Вера Управляющая")
	p.Type("textbox", "Почта", "vera@example.org")
	p.Get(`[...document.querySelectorAll(".pick")].find(x => x.innerText.startsWith("Управляющий")).querySelector("input").click()`, nil)
	p.Get(`document.querySelector("[name=outlets]").click()`, nil)
	p.Click("button", "Пригласить")
	p.Wait(`location.pathname.match(/^\/admin\/people\/\d+$/) && document.querySelector(".done")`)

	vera := b.Open(t, h.URL+h.link(), browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	vera.Wait(`document.querySelector("#password")`)
	typeSecret(vera, "password", "лето на Заречной улице")
	vera.Press(browsertest.Enter)
	vera.Wait(at("/admin/sign-in"))
	vera.Type("textbox", "Почта", "vera@example.org")
	typeSecret(vera, "password", "лето на Заречной улице")
	vera.Press(browsertest.Enter)
	vera.Wait(`location.pathname === "/admin"`)
	vera.Go(h.URL + "/admin/people")
	vera.Wait(at("/admin/people") + ` && document.querySelectorAll("tbody tr").length === 1 && document.querySelector("tbody").innerText.includes("Вера")`)
	vera.Go(h.URL + "/admin/people/new")
	vera.Wait(at("/admin/people/new"))
	var roles string
	vera.Get(`[...document.querySelectorAll("[name=role]")].map(x => x.value.replace(/\d+/, "own")).join(" ")`, &roles)
	if roles != "cashier own" {
		t.Errorf("she may give %s", roles)
	}
	vera.Type("textbox", "Имя", "Глеб")
	vera.Type("textbox", "Почта", "gleb@example.org")
	vera.Get(`document.querySelector("[name=role][value=cashier]").click()`, nil)
	vera.Forgive("422")
	vera.Click("button", "Пригласить") // to everywhere: more than hers
	vera.Wait(`document.querySelector("[role=alert]") && document.querySelector("#name").value === "Глеб"`)
	vera.Accessible()
	vera.Get(`document.querySelector("[name=outlets]").click()`, nil)
	vera.Click("button", "Пригласить")
	vera.Wait(`location.pathname.match(/^\/admin\/people\/\d+$/) && document.querySelector(".done")`)
	vera.Forgive("403")
	vera.Go(h.URL + "/admin/audit")
	vera.Wait(at("/admin/audit") + ` && document.querySelector("main").innerText.includes("Вы работаете не во всех точках, а это касается всех")`)
	vera.Forgive("404")
	var owner string
	p.Go(h.URL + "/admin/people?q=" + url.QueryEscape(demo.OwnerEmail))
	p.Get(`document.querySelector("tbody a").pathname`, &owner)
	vera.Go(h.URL + owner)
	vera.See("heading", "Не найдено")
}

// TestAuditIsRead: the trail is read on and back, narrowed by person, thing and
// day, and says at its top that it was changed past the program.
func TestAuditIsRead(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	h := newHouse(t).filled()
	p := console(t, b, h.URL, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	if err := h.DB.Write(t.Context(), func(tx *db.Tx) error {
		for i := range 60 {
			e := audit.Entry{Action: "till.saved", Target: audit.On("till", id.ID(i+1)), After: map[string]any{"name": fmt.Sprintf("Касса %d", i+1)}}
			if err := audit.Note(audit.By(t.Context(), audit.Actor{Kind: audit.Key, ID: 7, Name: "Бухгалтерия"}), tx, h.clock.Now(), e); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.Go(h.URL + "/admin/audit")
	p.Wait(at("/admin/audit") + ` && document.querySelectorAll("tbody tr").length === 50 && document.querySelector("main").innerText.includes("Цепочка цела")`)
	var first string
	p.Get(`document.querySelector("tbody tr").innerText`, &first)
	p.Click("link", "Дальше")
	p.Wait(`location.search.includes("before=") && document.querySelectorAll("tbody tr").length > 0`)
	p.Click("link", "Назад")
	p.Wait(`location.search.includes("after=") && document.querySelectorAll("tbody tr").length === 50`)
	var again string
	p.Get(`document.querySelector("tbody tr").innerText`, &again)
	if first != again {
		t.Errorf("there and back it begins with %q, before with %q", again, first)
	}
	p.Click("button", "Над чем")
	p.Click("radio", "Точка продаж")
	p.Wait(`location.search.includes("kind=outlet") && document.querySelector(".chip") && [...document.querySelectorAll("tbody .b")].every(x => x.innerText === "Точка продаж сохранена")`)
	p.Accessible()
	p.Shot("audit-narrowed")
	p.Go(h.URL + "/admin/audit?from=2000-01-01&to=2000-01-02")
	p.See("heading", "Таких записей нет")
	if _, err := h.DB.Exec(t.Context(), "update audit set actor_name = 'x' where seq = (select max(seq) from audit)"); err != nil {
		t.Fatal(err)
	}
	p.Go(h.URL + "/admin/audit")
	p.Wait(`document.querySelector(".alert-bad").innerText.includes("в обход программы")`)
	p.Accessible()
	p.Shot("audit-harmed")
}
