package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// trail is the page of the audit trail. It is of all places, so that who works
// at some only does not see it.
func trail(a *Admin) {
	a.get("/audit", staff.AuditSee, (*page).trail, Everywhere)
}

const (
	auditHere  = "/audit"
	auditPath  = Base + auditHere
	auditShown = 50
	auditTail  = 500 // rows whose chain is looked at each time
	auditWho   = 200 // people to choose from
)

// historyOf is the address of what was done to one thing.
func historyOf(kind, thing string) string {
	return auditPath + "?" + url.Values{"kind": {kind}, "id": {thing}}.Encode()
}

// auditList is some of the trail, as its address asks for it.
type auditList struct {
	page  *page
	query url.Values
	rows  []auditRow
	back  string
	on    string
	meant []id.ID // members whom the search names
	whole string  // that the chain holds; "": it does not
	harm  string  // where it does not
	who   []kit.Option
	kinds []kit.Option
}

// auditRow is a record in the reader's words.
type auditRow struct {
	Seq                  int64
	At                   clock.Micros
	Who, From, WhoHref   string
	Action, Thing        string
	ThingHref, ThingPast string
	Changes              []auditChange
}

// auditChange is one field: made where nothing was, gone where nothing is.
type auditChange struct{ Field, Before, After string }

func (p *page) trail() error {
	l := &auditList{page: p, query: url.Values{}}
	for _, name := range []string{"q", "who", "kind", "id", "from", "to"} {
		if v := strings.TrimSpace(p.r.URL.Query().Get(name)); v != "" {
			l.query.Set(name, v)
		}
	}
	inOrder(l.query)
	if err := l.read(); err != nil {
		return err
	}
	if err := l.choices(); err != nil {
		return err
	}
	if p.swaps() {
		return p.write(http.StatusOK, auditPart(l))
	}
	if err := l.chain(); err != nil {
		return err
	}
	return p.show(p.text("admin.nav.audit"), auditHere, auditPage(l))
}

// filter is what the address asks for.
func (l *auditList) filter() audit.Filter {
	f := audit.Filter{Text: l.query.Get("q"), Members: l.meant, Target: audit.Target{Kind: l.query.Get("kind"), ID: l.query.Get("id")}}
	kind, who, _ := strings.Cut(l.query.Get("who"), ":")
	f.Kind = audit.Kind(kind)
	if i, err := id.Parse(who); err == nil {
		f.Actor = i
	}
	zone := ui.Of(l.page.ctx()).Zone
	if day, err := time.ParseInLocation(time.DateOnly, l.query.Get("from"), zone); err == nil {
		f.From = clock.Of(day)
	}
	if day, err := time.ParseInLocation(time.DateOnly, l.query.Get("to"), zone); err == nil {
		f.To = clock.Of(day.AddDate(0, 0, 1))
	}
	return f
}

// read reads a page of the list, one row more than it shows, so that it is
// known whether there are others.
func (l *auditList) read() error {
	p := l.page
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	after, err := numberOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	if l.meant, err = p.membersMeant(l.query.Get("q")); err != nil {
		return err
	}
	var list []audit.Record
	newer := before > 0
	older := false
	if after > 0 {
		if list, err = audit.ReadAfter(p.ctx(), p.DB, l.filter(), after, auditShown+1); err != nil {
			return err
		}
		older = true
		if newer = len(list) > auditShown; newer {
			list = list[1:]
		}
	}
	if len(list) < auditShown { // the beginning is shown whole
		if newer = before > 0; after > 0 {
			newer, before = false, 0
		}
		if list, err = audit.Read(p.ctx(), p.DB, l.filter(), before, auditShown+1); err != nil {
			return err
		}
		if older = len(list) > auditShown; older {
			list = list[:auditShown]
		}
	}
	names, err := p.auditNames(list)
	if err != nil {
		return err
	}
	for i := range list {
		l.rows = append(l.rows, p.auditRow(&list[i], names))
	}
	if newer && len(list) > 0 {
		l.back = l.href("after", strconv.FormatInt(list[0].Seq, 10))
	}
	if older {
		l.on = l.href("before", strconv.FormatInt(list[len(list)-1].Seq, 10))
	}
	return nil
}

// href is the list's address with one thing else; "" drops it.
func (l *auditList) href(name, value string) string {
	q := url.Values{}
	for n, v := range l.query {
		q[n] = v
	}
	q.Del(name)
	if name == "kind" {
		q.Del("id")
	}
	if value != "" {
		q.Set(name, value)
	}
	return strings.TrimSuffix(auditPath+"?"+q.Encode(), "?")
}

// choices are who and what the list may be narrowed to.
func (l *auditList) choices() error {
	p := l.page
	chosen := func(name string, options []kit.Option) []kit.Option {
		for i := range options {
			options[i].Chosen = options[i].Value == l.query.Get(name)
		}
		return options
	}
	l.who = []kit.Option{{Text: p.text("admin.audit.anybody")}}
	for _, k := range []audit.Kind{audit.Key, audit.Command, audit.System} {
		l.who = append(l.who, kit.Option{Value: string(k), Text: p.text("audit.actor." + string(k))})
	}
	list, err := p.Staff.People(p.ctx(), reference.Page{Limit: auditWho})
	if err != nil {
		return err
	}
	for i := range list.Items {
		w := &list.Items[i]
		l.who = append(l.who, kit.Option{Value: string(audit.Staff) + ":" + w.ID.String(), Text: w.Name})
	}
	l.kinds = []kit.Option{{Text: p.text("admin.audit.anything")}}
	for _, k := range auditKinds {
		l.kinds = append(l.kinds, kit.Option{Value: k, Text: p.text("audit.target." + k)})
	}
	l.who, l.kinds = chosen("who", l.who), chosen("kind", l.kinds)
	return nil
}

// auditKinds are the kinds of things, in the order in which they are offered.
var auditKinds = []string{
	"organization", "staff", "role", "programme", "partner", "outlet", "till", "cashier", "api_key", "webhook", "product", "product_type", "product_group",
	"hall", "event", "session", "card_type", "card_batch", "card_stock", "consent_text", "member", "member_field", "member_group", "member_category",
	"member_settings", "purchase",
}

// chips are the filters in force.
func (l *auditList) chips() []kit.Link {
	p := l.page
	var out []kit.Link
	add := func(name, text string) { out = append(out, kit.Link{Text: text, Href: l.href(name, "")}) }
	for _, o := range l.who {
		if o.Value != "" && o.Chosen {
			add("who", p.text("admin.audit.who")+": "+o.Text)
		}
	}
	if kind := l.query.Get("kind"); kind != "" {
		text := p.kindName(kind)
		if thing := l.query.Get("id"); thing != "" {
			text += " " + thing
			if len(l.rows) > 0 && l.rows[0].Thing != "" {
				text = l.rows[0].Thing
			}
		}
		add("kind", text)
	}
	for _, name := range []string{"from", "to"} {
		if day, err := time.Parse(time.DateOnly, l.query.Get(name)); err == nil {
			add(name, p.text("admin.purchases."+name)+" "+p.day(day.Format(time.DateOnly)))
		}
	}
	return out
}

func (l *auditList) narrowed() bool { return len(l.query) > 0 }

// chain looks at the end of the chain of hashes, which costs little however
// long the trail is.
func (l *auditList) chain() error {
	p := l.page
	rows, err := audit.Tail(p.ctx(), p.DB, auditTail, func(w audit.Wrong) {
		if l.harm == "" {
			l.harm = p.text("admin.audit.harm", "number", ui.Number(p.ctx(), w.Seq))
		}
	})
	if err == nil && l.harm == "" {
		l.whole = p.text("admin.audit.whole", "count", rows)
	}
	return err
}
