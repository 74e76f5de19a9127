package admin

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// codePages is the promo codes that were given out: whoever knows one that is no
// member's can use it, so they are for who makes them, and works everywhere.
func codePages(a *Admin) {
	a.get("/programmes/{programme}/codes", staff.CodesMake, (*page).codes, Everywhere)
	a.get("/programmes/{programme}/codes/file", staff.CodesMake, (*page).codesFile, Everywhere)
	a.get("/programmes/{programme}/codes/new", staff.CodesMake, (*page).newCodes, Everywhere)
	a.post("/programmes/{programme}/codes/new", staff.CodesMake, (*page).newCodesSent, Everywhere)
	a.post("/programmes/{programme}/codes/withdraw", staff.CodesMake, (*page).withdrawCode, Everywhere)
	a.post("/programmes/{programme}/codes/withdraw-made", staff.CodesMake, (*page).withdrawMade, Everywhere)
}

func codesPath(pr *rule.Programme) string {
	return programmesPath + "/" + pr.ID.String() + "/codes"
}

// codesShown is how many codes one part of their list has.
const codesShown = 50

// codeStates are the states that the list may be narrowed to.
var codeStates = []string{string(promo.Active), string(promo.Used), string(promo.Expired), string(promo.Withdrawn)}

// What the address of a list of codes may ask for, but for where it goes on.
var codesAsked = []string{"q", "campaign", "state", "made"}

// codeList is a list of codes as its address asks for it, and as it is.
type codeList struct {
	page  *page
	of    *rule.Programme
	query url.Values
	Path  string
	Find  string
	Made  clock.Micros // those that were made at this time; 0: at any

	Campaigns []kit.Option
	Rows      []codeLine
	On, Back  string
	New       []kit.Action // none: no campaign takes codes
	Live      int64        // of those that were made at one time, how many can be withdrawn
}

// codeLine is one code of the list.
type codeLine struct {
	codeRow
	Whose, Member string // Member is where he is shown
	By            string
	UsedAt        clock.Micros
}

func (p *page) codes() error {
	l, err := p.codesAsked()
	if err != nil {
		return err
	}
	if err := l.read(); err != nil {
		return err
	}
	if l.Made != 0 {
		if l.Live, err = promo.CountActive(p.ctx(), p.DB, l.of.ID, l.Made); err != nil {
			return err
		}
	}
	if p.swaps() {
		return p.write(http.StatusOK, codesPart(l))
	}
	return p.show(l.title(), "/programmes", codesPage(l))
}

func (l *codeList) title() string { return l.page.text("admin.codes.title") }

// codesAsked is a list as its address asks for it, with nothing read yet.
func (p *page) codesAsked() (*codeList, error) {
	pr, err := p.programmeOf()
	if err != nil {
		return nil, err
	}
	l := p.codeList(pr, p.r.URL.Query())
	if made := l.query.Get("made"); made != "" {
		l.Made, err = madeAt(made)
	}
	return l, err
}

// madeAt reads when codes were made, as an address has it.
func madeAt(s string) (clock.Micros, error) {
	n, err := strconv.ParseInt(s, 36, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.NotFound, "admin.no-page")
	}
	return clock.Micros(n), nil
}

// codeList is the list of a programme that a query asks for.
func (p *page) codeList(pr *rule.Programme, q url.Values) *codeList {
	l := &codeList{page: p, of: pr, query: url.Values{}, Path: codesPath(pr)}
	for _, name := range codesAsked {
		if v := strings.TrimSpace(q.Get(name)); v != "" {
			l.query.Set(name, v)
		}
	}
	if !slices.Contains(codeStates, l.query.Get("state")) {
		l.query.Del("state")
	}
	l.Find = l.query.Get("q")
	l.Campaigns = []kit.Option{{Text: p.text("admin.purchases.any"), Chosen: l.query.Get("campaign") == ""}}
	for i := range pr.Campaigns {
		if c := &pr.Campaigns[i]; c.NeedsCode || c.ID == l.query.Get("campaign") {
			l.Campaigns = append(l.Campaigns, kit.Option{Value: c.ID, Text: cmp.Or(c.Name, c.ID), Chosen: c.ID == l.query.Get("campaign")})
		}
	}
	if len(takesCodes(pr)) > 0 {
		to := url.Values{}
		if c := l.query.Get("campaign"); c != "" {
			to.Set("campaign", c)
		}
		l.New = []kit.Action{{Text: p.text("admin.codes.new"), Icon: "plus", Weight: kit.Primary, Href: withQuery(l.Path+"/new", to)}}
	}
	return l
}

// filter is what the list asks for.
func (l *codeList) filter() promo.Filter {
	return promo.Filter{
		Programme: l.of.ID, Campaign: l.query.Get("campaign"), State: promo.State(l.query.Get("state")), Day: l.of.Day(l.page.Clock.Now()), Made: l.Made,
	}
}

// read reads the part of the list that is asked for, or the one code that is.
func (l *codeList) read() error {
	p := l.page
	if l.Find != "" {
		c, err := promo.Get(p.ctx(), p.DB, l.Find)
		switch {
		case fault.Is(err, "promo.not-found"):
			return nil
		case err != nil:
			return err
		case c.Programme == l.of.ID:
			return l.add([]promo.Code{c})
		}
		return nil
	}
	after, err := codePlace(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := promo.Newest(p.ctx(), p.DB, l.filter(), after, codesShown+1)
	if err != nil {
		return err
	}
	if after != (promo.Place{}) {
		l.Back = l.href("", "")
	}
	if len(list) > codesShown {
		list = list[:codesShown]
		l.On = l.href("after", codePlaceOf(&list[codesShown-1]))
	}
	return l.add(list)
}

// codePlaceOf is where a list goes on behind a code, as an address has it.
func codePlaceOf(c *promo.Code) string { return strconv.FormatInt(int64(c.MadeAt), 36) + "-" + c.Code }

// codePlace reads where a list of codes goes on.
func codePlace(s string) (promo.Place, error) {
	if s == "" {
		return promo.Place{}, nil
	}
	at, code, _ := strings.Cut(s, "-")
	t, err := strconv.ParseInt(at, 36, 64)
	if err != nil || t <= 0 || code == "" {
		return promo.Place{}, fault.New(fault.NotFound, "admin.no-page")
	}
	return promo.Place{At: clock.Micros(t), Code: code}, nil
}

// add adds codes with whose they are.
func (l *codeList) add(list []promo.Code) error {
	p := l.page
	homes := make([]home.ID, 0, len(list))
	for i := range list {
		if list[i].Home != 0 {
			homes = append(homes, list[i].Home)
		}
	}
	names, err := p.namesOf(homes)
	if err != nil {
		return err
	}
	for i := range list {
		l.Rows = append(l.Rows, p.codeLine(&list[i], names))
	}
	return nil
}

func (p *page) codeLine(c *promo.Code, names map[home.ID]string) codeLine {
	r := codeLine{codeRow: p.codeRow(c), Whose: p.whose(c, names), By: author(c.MadeBy), UsedAt: c.UsedAt}
	if c.Home != 0 && p.can(staff.MembersSee) {
		r.Member = memberPath(c.Home)
	}
	if c.MadeBy == "" {
		r.By = p.text("admin.codes.by-rule")
	}
	if !p.can(staff.PurchasesSee) {
		r.Used = ""
	}
	return r
}

// whose is whose a code is, as far as the reader may know it.
func (p *page) whose(c *promo.Code, names map[home.ID]string) string {
	switch {
	case c.Home != 0:
		return cmp.Or(names[c.Home], p.text("admin.purchases.member"))
	case c.Guest != "":
		return c.Shown
	}
	return p.text("admin.codes.anybody")
}

// href is the address of the list with one parameter changed.
func (l *codeList) href(name, value string) string {
	q := clone(l.query)
	if name != "" {
		q.Set(name, value)
	}
	return withQuery(l.Path, q)
}

// chips are the filters in force, each with the address without it.
func (l *codeList) chips() (out []kit.Link) {
	drop := func(text, name string) {
		out = append(out, kit.Link{Text: text, Href: withQuery(l.Path, clone(l.query, name))})
	}
	p := l.page
	if c := l.query.Get("campaign"); c != "" {
		drop(p.campaignName(l.of, c), "campaign")
	}
	if s := l.query.Get("state"); s != "" {
		drop(p.text("admin.code."+s), "state")
	}
	if l.Made != 0 {
		drop(p.text("admin.codes.made-at", "time", ui.DateTime(p.ctx(), l.Made)), "made")
	}
	return out
}

// campaignName is what a campaign of a programme is called; one that is no more there
// by its code.
func (p *page) campaignName(pr *rule.Programme, campaign string) string {
	if c := pr.CampaignOf(campaign); c != nil {
		return cmp.Or(c.Name, c.ID)
	}
	return campaign
}

// states are the options of the filter by state.
func (l *codeList) states() []kit.Option {
	out := []kit.Option{{Text: l.page.text("admin.purchases.any"), Chosen: l.query.Get("state") == ""}}
	for _, s := range codeStates {
		out = append(out, kit.Option{Value: s, Text: l.page.text("admin.code." + s), Chosen: l.query.Get("state") == s})
	}
	return out
}

// takesCodes are the campaigns of a programme that codes are made for.
func takesCodes(pr *rule.Programme) (out []*rule.Campaign) {
	for i := range pr.Campaigns {
		if c := &pr.Campaigns[i]; c.NeedsCode && !c.Off {
			out = append(out, c)
		}
	}
	return out
}
