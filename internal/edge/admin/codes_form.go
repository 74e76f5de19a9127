package admin

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// memberCodePages is what is done with a member's own codes.
func memberCodePages(a *Admin) {
	a.get("/members/{member}/codes/new", staff.CodesMake, (*page).giveCode, Everywhere)
	a.post("/members/{member}/codes/new", staff.CodesMake, (*page).giveCodeSent, Everywhere)
	a.post("/members/{member}/codes/withdraw", staff.CodesMake, (*page).withdrawMemberCode, Everywhere)
}

// For whom codes are made.
const (
	forAnybody = "anybody"
	forPeople  = "people"
)

// codeCampaign is a campaign that codes are made for, with its programme.
type codeCampaign struct {
	of *rule.Programme
	*rule.Campaign
}

// value names it in a form: campaigns of several programmes may have the same code.
func (c *codeCampaign) value() string { return c.of.ID.String() + "." + c.ID }

// codeCampaigns are the campaigns of all programmes that codes are made for.
func (p *page) codeCampaigns() (out []codeCampaign) {
	for _, pr := range p.Programmes.Current().All() {
		out = append(out, campaignsOf(pr)...)
	}
	return out
}

func campaignsOf(pr *rule.Programme) (out []codeCampaign) {
	for _, c := range takesCodes(pr) {
		out = append(out, codeCampaign{pr, c})
	}
	return out
}

// newCodes asks for codes of a programme; the campaign may be named by the address.
func (p *page) newCodes() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	v := url.Values{keyParam: {key}, "for": {forAnybody}, "count": {"1"}}
	if c := p.r.URL.Query().Get("campaign"); c != "" {
		v.Set("campaign", (&codeCampaign{pr, &rule.Campaign{ID: c}}).value())
	}
	return p.askCodes(p.filled(v), pr)
}

func (p *page) askCodes(f *form, pr *rule.Programme) error {
	s := sheet{
		Title: p.text("admin.codes.new"), Sub: p.text("admin.codes.new-sub"), Here: "/programmes", Action: codesPath(pr) + "/new", Back: codesPath(pr), Do: p.text("admin.codes.make"),
		Crumbs: p.codeCrumbs(pr), Hidden: []sentAlong{{keyParam, f.values.Get(keyParam)}},
	}
	list := campaignsOf(pr)
	if len(list) == 0 {
		return p.noCampaign(s)
	}
	whom := f.field("for", "codes-for", of(
		kit.Option{Value: forAnybody, Text: p.text("admin.codes.for-anybody"), Hint: p.text("admin.codes.for-anybody-hint")},
		kit.Option{Value: forPeople, Text: p.text("admin.codes.for-people"), Hint: p.text("admin.codes.for-people-hint")},
	))
	s.Parts = []sheetPart{{Entries: []entry{
		{Field: p.campaignField(f, list)},
		{Field: whom, as: asChoice},
		{Field: f.field("people", "codes-people", rows(8)), as: asText},
		{Field: f.field("count", "codes-count", needed, narrow, mode("numeric"), most(5))},
		{Field: f.field("until", "codes-until", narrow, example(p.exampleDay()))},
	}}}
	return p.ask(f, s)
}

// noCampaign says that there is no campaign that takes codes.
func (p *page) noCampaign(s sheet) error {
	body := nothingYet(s.Crumbs, s.Title, p.text("admin.codes.no-campaign"), p.text("admin.codes.no-campaign-text"), nil)
	if p.r.Method == http.MethodPost {
		return p.again(s.Title, s.Here, body)
	}
	return p.show(s.Title, s.Here, body)
}

// campaignField asks for one of the campaigns, with their programmes where there are
// several.
func (p *page) campaignField(f *form, list []codeCampaign) kit.Field {
	several := false
	for i := range list {
		several = several || list[i].of != list[0].of
	}
	options := make([]kit.Option, len(list))
	for i := range list {
		c := &list[i]
		options[i] = kit.Option{Value: c.value(), Text: cmp.Or(c.Name, c.ID)}
		if several {
			options[i].Text = p.text("admin.codes.of-programme", "campaign", options[i].Text, "programme", c.of.Name)
		}
	}
	return f.field("campaign", "codes-campaign", needed, first, of(options...))
}

func (p *page) codeCrumbs(pr *rule.Programme) []kit.Link {
	return []kit.Link{
		{Text: p.text("admin.nav.programmes"), Href: programmesPath}, {Text: pr.Name, Href: programmesPath + "/" + pr.ID.String()}, {Text: p.text("admin.codes.title"), Href: codesPath(pr)},
	}
}

func (p *page) newCodesSent() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	o := p.codeOrder(f, campaignsOf(pr))
	if err := p.ownersTyped(f, &o); err != nil {
		return err
	}
	if len(f.wrong) > 0 {
		return p.askCodes(f, pr)
	}
	made, again, err := p.makeCodes(f, o)
	if err != nil {
		if p.codesRefused(f, err) {
			return p.askCodes(f, pr)
		}
		return err
	}
	to := url.Values{"campaign": {o.Campaign}, "made": {strconv.FormatInt(int64(made), 36)}}
	return p.to(withQuery(codesPath(pr), to), codesDone("codes-made", again))
}

// codesDone is what is said of codes that were made, now or by the same form before.
func codesDone(done string, again bool) string {
	if again {
		return done + "-before"
	}
	return done
}

// codeOrder is what the form asks for, of nobody yet; what is wrong is at its fields.
func (p *page) codeOrder(f *form, list []codeCampaign) promo.Order {
	o := promo.Order{Count: 1, By: p.byWhom()}
	for i := range list {
		if list[i].value() == f.get("campaign") {
			o.Programme, o.Campaign = list[i].of, list[i].ID
		}
	}
	if o.Programme == nil {
		f.wrong["campaign"] = p.text("fault.admin.bad-choice")
	}
	if typed := f.get("until"); typed != "" {
		day, err := parseDay(typed, ui.Of(p.ctx()).Zone)
		if err != nil {
			f.wrong["until"] = p.text("fault.admin.day")
		}
		o.Expires = day.Format(time.DateOnly)
	}
	return o
}

// makeCodes makes the codes of an order once for the form's key.
func (p *page) makeCodes(f *form, o promo.Order) (made clock.Micros, again bool, err error) {
	sum := hmac.New(sha256.New, p.Cards.Key) // phones are few: a plain hash would tell them
	whose := p.r.URL.Path                    // of a member's page
	for _, typed := range []string{whose, f.get("campaign"), f.get("for"), f.values.Get("people"), f.get("count"), f.get("until")} {
		sum.Write([]byte(strconv.Itoa(len(typed)) + ":" + typed))
	}
	var sent [32]byte
	sum.Sum(sent[:0])
	return (&promo.Codes{DB: p.DB, Clock: p.Clock}).MakeOnce(p.ctx(), f.key(), sent, o)
}

// codesRefused puts why no codes were made into the form: false where that is no matter
// of it.
func (p *page) codesRefused(f *form, err error) bool {
	if f.usedUp(err) {
		f.whole = p.text("admin.codes.used-up")
		return true
	}
	if fault.Is(err, "promo.no-campaign") { // while the form was open
		err = at(fault.From(err), "campaign")
	}
	return f.refuse(inField(err, map[string]string{"promo.count": "count", "promo.count-each": "count", "promo.over": "until", "promo.open-campaign": "campaign", "promo.member": "people"}))
}

// giveCode asks for a code of one member's.
func (p *page) giveCode() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	return p.askCode(p.filled(url.Values{keyParam: {key}}), &m)
}

func (p *page) askCode(f *form, m *member.Member) error {
	back := memberPath(m.Home) + "/codes"
	s := sheet{
		Title: p.text("admin.codes.give"), Sub: p.text("admin.codes.give-sub"), Here: "/members", Action: back + "/new", Back: back, Do: p.text("admin.codes.give-do"),
		Crumbs: append(p.memberCrumbs(m), kit.Link{Text: p.text("admin.member.codes"), Href: back}), Hidden: []sentAlong{{keyParam, f.values.Get(keyParam)}},
	}
	list := p.codeCampaigns()
	if len(list) == 0 {
		return p.noCampaign(s)
	}
	s.Parts = []sheetPart{{Entries: lines(p.campaignField(f, list), f.field("until", "codes-until", narrow, example(p.exampleDay())))}}
	return p.ask(f, s)
}

func (p *page) giveCodeSent() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	o := p.codeOrder(f, p.codeCampaigns())
	if len(f.wrong) > 0 {
		return p.askCode(f, &m)
	}
	o.Owners = promo.OfMembers(m.Home)
	_, again, err := p.makeCodes(f, o)
	if err != nil {
		if p.codesRefused(f, err) {
			return p.askCode(f, &m)
		}
		return err
	}
	return p.to(memberPath(m.Home)+"/codes", codesDone("code-given", again))
}
