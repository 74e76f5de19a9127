package pages

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/browsertest"
	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

//go:embed harm.js
var harmScript string

// harmful is a form of the console some fields of which get a text that would run
// on a page that does not take care.
type harmful struct {
	path   string            // of its page; {name} is what another form has led to; "": what the last one has led to
	action string            // how the form's own address ends, where it is another
	harm   string            // the fields that get such a text
	brief  string            // those that take but a short one
	rest   map[string]string // those that get another; "*": the first there is to choose
	as     string            // what it led to is called so
}

// harmer sends such forms in the name of who is signed in at a page.
type harmer struct {
	*browsertest.Page
	t     *testing.T
	s     *program
	b     *browsertest.Browser
	home  home.ID
	names map[string]string
	sent  []string // the texts, by their labels
}

var harmedName = regexp.MustCompile(`\{[a-z-]+\}`)

// named puts in what other forms have led to.
func (h *harmer) named(s string) string {
	h.t.Helper()
	return harmedName.ReplaceAllStringFunc(s, func(name string) string {
		at, ok := h.names[name]
		if !ok {
			h.t.Errorf("%s: %s is not there", s, name)
		}
		return at
	})
}

func (h *harmer) send(n int, f harmful) {
	h.t.Helper()
	rest := map[string]string{}
	label := fmt.Sprintf("h%02d", n)
	for name, v := range f.rest {
		if strings.Contains(v, "{harm}") {
			v = strings.ReplaceAll(v, "{harm}", h.text(label+"."+name))
		}
		rest[name] = h.named(v)
	}
	asked, err := json.Marshal(map[string]any{"path": h.named(f.path), "action": h.named(f.action), "label": label, "harm": strings.Fields(f.harm), "brief": strings.Fields(f.brief), "rest": rest})
	if err != nil {
		h.t.Fatal(err)
	}
	var got struct {
		At, Wrong string
	}
	h.Get(harmScript+`.send(`+string(asked)+`)`, &got)
	if got.Wrong != "" {
		h.t.Errorf("%s (%s): %s", f.path, label, got.Wrong)
		return
	}
	if f.as != "" {
		h.names["{"+f.as+"}"], h.names["{"+f.as+"-id}"] = got.At, path.Base(got.At)
		if of, err := id.Parse(strings.TrimPrefix(got.At, "/admin/members/")); err == nil {
			m, err := member.Get(h.t.Context(), h.s.service.DB, home.ID(of))
			if err != nil {
				h.t.Fatal(err)
			}
			h.names["{"+f.as+"-number}"] = m.Number
		}
	}
	for _, name := range strings.Fields(f.harm + " " + f.brief) {
		h.sent = append(h.sent, label+"."+name)
	}
}

// harmed is the demo's organization with such texts in all fields that take one, and
// what has led there.
func (p *program) harmed(t *testing.T, b *browsertest.Browser) *harmer {
	t.Helper()
	pr := p.service.Programmes.Current().All()[0]
	h := &harmer{Page: console(t, b, p.url, desk), t: t, s: p, b: b, names: map[string]string{"{programme}": "/admin/programmes/" + pr.ID.String(), "{soon}": time.Now().AddDate(0, 0, 3).Format("2006-01-02T15:04")}}
	n := 0
	all := func(forms []harmful) {
		for _, f := range forms {
			h.send(n, f)
			n++
		}
	}
	all(harmfulPlaces())
	all(harmfulMembers())
	of, err := id.Parse(strings.TrimPrefix(h.names["{member}"], "/admin/members/"))
	if err != nil {
		t.Fatal(err)
	}
	h.home = home.ID(of)
	open := p.deposit(t, &purchase.DepositRequest{Do: purchase.OpenDeposit, Home: h.home})
	h.names["{deposit}"] = open.String()
	h.sells()
	all(harmfulDeeds())
	more := p.deposit(t, &purchase.DepositRequest{Do: purchase.OpenDeposit, Home: h.home})
	p.deposit(t, &purchase.DepositRequest{Do: purchase.TopUpDeposit, Home: h.home, Deposit: more, Amount: 100_00, PaidBy: "cash"})
	h.names["{more}"] = more.String()
	h.asks(pr.ID)
	all(harmfulProgramme())
	h.changes(pr.ID)
	all([]harmful{{path: "{request}/refuse", harm: "reason"}})
	h.imports()
	h.strays()
	h.Go(p.url + h.named("{question}"))
	h.Wait(`document.querySelector("#answer .stats")`)
	return h
}

// text is such a text that comes from elsewhere than a form.
func (h *harmer) text(label string) string {
	if label != "" {
		h.sent = append(h.sent, label)
	}
	return harmfulText(label)
}

func harmfulText(label string) string { return label + harmfulAgent }

const (
	harmfulAgent = `~"'><img src=x onerror=harmed=1><script>harmed=1</script>`
	harmedCard   = "7788005502"
)

// TestTextsStayTexts: whatever is typed into any field of the console, or comes with a
// sale, a file or a browser, is a text on every page that shows it, and nothing that
// runs or that a browser builds.
func TestTextsStayTexts(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	h := s.harmed(t, b)
	h.untouched()
	h.walks()
	h.opens()
	h.atTill()
}

// walks reads every kind of page as a browser would build it: each text is on one of
// them at least, and each page of the console is among them.
func (h *harmer) walks() {
	h.t.Helper()
	var from []string
	for _, at := range readFirst {
		from = append(from, h.named(at))
	}
	m, err := member.Get(h.t.Context(), h.s.service.DB, h.home)
	if err != nil {
		h.t.Fatal(err)
	}
	from = append(from, fmt.Sprintf("%s/identifiers/%d-0/prove", h.named("{member}"), m.Version))
	for _, name := range slices.Sorted(maps.Keys(h.names)) {
		if at := h.names[name]; strings.HasPrefix(at, "/") {
			from = append(from, at)
		}
	}
	asked, err := json.Marshal(append(from, "/admin"))
	if err != nil {
		h.t.Fatal(err)
	}
	var walked struct{ Seen, Wrong, Paths []string }
	h.Get(harmScript+`.walk(`+string(asked)+`, 2)`, &walked)
	for _, wrong := range walked.Wrong {
		h.t.Error(wrong)
	}
	for _, label := range h.sent {
		if !slices.Contains(walked.Seen, label) {
			h.t.Errorf("%s is on no page", label)
		}
	}
	for _, r := range admin.New(admin.Parts{}).Routes() {
		is := regexp.MustCompile("^" + inRoute.ReplaceAllString(strings.TrimSuffix(r.Path, "/"), "[^/]+") + "$")
		if r.Method == http.MethodGet && !r.Open && !slices.ContainsFunc(walked.Paths, is.MatchString) && !slices.Contains(unread, r.Path) {
			h.t.Errorf("%s is not read", r.Path)
		}
	}
}

var inRoute = regexp.MustCompile(`\{[^}]+\}`)

// readFirst are what is read for sure, and pages to which nothing leads from here.
var readFirst = []string{
	"{member}", "{member}/consents", "{member}/consents/withdraw", "{member}/deposits/{more}/top-up", "{member}/deposits/{more}/term", "{member}/deposits/{more}/close", "{member}/deposits/{more}/pay-out",
	"/admin/members/bulk/tag?all=yes&q=h", "/admin/members/bulk/group?all=yes&q=h", "/admin/members/bulk/block?all=yes&q=h", "/admin/members/bulk/points?all=yes&q=h", "/admin/members/bulk/level?all=yes&q=h",
	"{blocked}/deposits/open", "{bulk}/left", "/admin/find?q=h24", "/admin/confirm?next=/admin/people",
}

// unread are pages that are there only while something waits to be decided on, or for
// who is not as far as the owner is here.
var unread = []string{"/admin/approvals/programmes/{request}/refuse", "/admin/me/phone", "/admin/me/passkeys/new"}

// untouched fails for a column of the base that no such text has come to, and that is
// not among those which hold none here: codes, states, days, or what no page takes.
func (h *harmer) untouched() {
	h.t.Helper()
	var columns []string
	err := h.s.service.DB.Each(h.t.Context(), func(r db.Row) error {
		var table, column string
		err := r.Scan(&table, &column)
		columns = append(columns, table+"."+column)
		return err
	}, `select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'river%' and m.name <> 'member_figure' and c.name not like '%_folded' and lower(c.type) = 'text' order by 1, 2`)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, at := range columns {
		table, column, _ := strings.Cut(at, ".")
		var n int
		if err := h.s.service.DB.Row(h.t.Context(), `select count(*) from `+table+` where `+column+` like '%src=x%'`).Scan(&n); err != nil {
			h.t.Fatal(err)
		}
		if named := slices.Contains(strings.Fields(noTexts), at); (n == 0) != named {
			h.t.Errorf("%s: %d rows have such a text, and it is said to hold none: %v", at, n, named)
		}
	}
}

// opens opens pages whose scripts draw such texts: none of them runs.
func (h *harmer) opens() {
	h.t.Helper()
	pages := []string{
		"/admin", "/admin/members", "/admin/members?add=groups", "{member}", "{member}/movement", "{member}/changes", "{member}/consents", "{member}/levels", "{member}/edit", "{member}/bonuses", "{member}/household", "{merge}", "{bulk}", "{sale}", "{sale}/refund",
		"/admin/purchases", "/admin/operations", "{programme}", "{programme}/draft", "{programme}/draft/part/rule", "{programme}/try", "{question}", "{request}", "/admin/approvals",
		"{outlet}", "{partner}", "{cashier}", "{person}", "{role}", "/admin/me", "/admin/catalogue", "/admin/playbill/events", "/admin/playbill/halls", "/admin/fields", "/admin/cards/batches", "/admin/keys", "/admin/webhooks", "/admin/audit", "/admin/jobs?state=failed", "/admin/settings",
	}
	for _, page := range pages {
		h.Go(h.s.url + h.named(page))
		h.Wait(drawn)
		var ran bool
		if h.Get(`window.harmed !== undefined || Boolean(document.querySelector("img[src=x]"))`, &ran); ran {
			h.t.Errorf("%s: it ran", page)
		}
	}
}

// atTill sells to the member what has such a name.
func (h *harmer) atTill() {
	h.t.Helper()
	outlet, err := id.Parse(h.named("{outlet-id}"))
	if err != nil {
		h.t.Fatal(err)
	}
	tills, err := h.s.service.Partners.Tills(h.t.Context(), outlet, reference.Page{Limit: 1})
	if err != nil || len(tills.Items) == 0 {
		h.t.Fatal("no till", err)
	}
	p := &till{Page: h.b.Open(h.t, h.s.url+"/pos/", desk), t: h.t, s: *h.s, at: tills.Items[0], url: h.s.url}
	p.pair()
	p.signIn()
	p.scan(harmedCard)
	p.Wait(`document.querySelector(".mc") && document.activeElement?.id === "item"`)
	p.Insert("h07")
	p.Wait(`document.querySelectorAll("#offers [role=option]").length > 0`)
	p.Press(browsertest.Down, browsertest.Enter)
	p.Wait(`document.querySelector(".ln")?.innerText.includes("h07.name~\"'><img src=x onerror=")`)
	p.settled("100,00 ₽")
	for _, dialog := range []string{"receipts", "shift", "help", "settings"} {
		p.Get(`document.querySelector("[data-do=`+dialog+`]").click()`, nil)
		p.Wait(`document.querySelector("dialog#` + dialog + `[open]")?.querySelector(".rec, .tot, form, .help")`)
		p.Get(`document.querySelector("dialog[open]").close()`, nil)
	}
	p.Press(browsertest.F8)
	p.Wait(`document.querySelector(".pdone[data-seen]")`)
	p.Get(`window.print = () => { window.printed = document.querySelector("#paper").innerText; }; true`, nil)
	p.Press(browsertest.F12)
	p.Wait(`window.printed?.includes("h07.name~\"'><img src=x onerror=") && window.harmed === undefined && !document.querySelector("img[src=x]")`)
}

//go:embed testdata/columns_without_texts.txt
var noTexts string
