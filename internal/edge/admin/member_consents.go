package admin

import (
	"cmp"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// memberConsentPages is what a member has consented to, and its change by hand.
func memberConsentPages(a *Admin) {
	const path = "/members/{member}/consents"
	a.get(path+"/give", staff.MembersEdit, (*page).giveConsent)
	a.post(path+"/give", staff.MembersEdit, (*page).giveConsentSent)
	a.get(path+"/withdraw", staff.MembersEdit, (*page).withdrawConsent)
	a.post(path+"/withdraw", staff.MembersEdit, (*page).withdrawConsentSent)
	a.get(path+"/{consent}", staff.MembersSee, (*page).consent)
}

// consentsView is the consents of a member: as they stand, and how they came to.
type consentsView struct {
	Title   string // of what stands: now or, of who has left, at the end
	Now     []consentRow
	Log     []consentRow
	On      string
	Path    string       // where they are changed; "": not by the reader
	Granted bool         // anything that may be withdrawn
	Texts   []kit.Action // the way to the texts
	NoTexts bool         // none is published, so none can be consented to
}

type consentRow struct {
	What, State, Text, Href, Who, Where, Proof string
	Tone                                       kit.Tone
	At                                         clock.Micros
}

func (p *page) memberConsents(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return nil, err
	}
	now, err := member.ConsentsNow(p.ctx(), p.DB, m.Home)
	if err != nil {
		return nil, err
	}
	list, err := member.Consents(p.ctx(), p.DB, m.Home, id.ID(before), listed+1)
	if err != nil {
		return nil, err
	}
	texts, err := member.TextsNow(p.ctx(), p.DB)
	if err != nil {
		return nil, err
	}
	base := memberPath(m.Home) + "/consents"
	v := consentsView{Title: p.text("admin.consents.now"), Texts: p.toTexts(), NoTexts: len(texts) == 0}
	if m.State.Gone() {
		v.Title = p.text("admin.consents.last")
	}
	if p.can(staff.MembersEdit) && !m.State.Gone() {
		v.Path = base
	}
	if len(list) > listed {
		list = list[:listed]
		v.On = base + "?before=" + list[listed-1].ID.String()
	}
	for i := range now {
		v.Now = append(v.Now, p.consentRow(m, &now[i]))
		v.Granted = v.Granted || now[i].Action == member.Granted
	}
	for i := range list {
		v.Log = append(v.Log, p.consentRow(m, &list[i]))
	}
	return consentsOf(v), nil
}

// toTexts is the way to the texts of consents.
func (p *page) toTexts() []kit.Action {
	if !p.goes(consentTextsHere) {
		return nil
	}
	return []kit.Action{{Text: p.text("admin.consent-texts.to"), Href: consentTextsPath}}
}

// consentName is to what, and over what.
func (p *page) consentName(k member.ConsentKind, over member.ConsentChannel) string {
	name := p.text("admin.consent.kind-" + string(k))
	if over != "" {
		name = p.text("admin.consent.over", "kind", name, "channel", p.text("admin.consent.channel-"+string(over)))
	}
	return name
}

func (p *page) consentRow(m *member.Member, c *member.Consent) consentRow {
	r := consentRow{
		What: p.consentName(c.Kind, c.Channel), State: p.text("admin.consent." + string(c.Action)), Tone: kit.Good, At: c.At, Proof: c.Proof,
		Href: memberPath(m.Home) + "/consents/" + c.ID.String(), Who: p.actorName(c.Actor, c.By), Where: c.Source,
	}
	if c.Action == member.Withdrawn {
		r.Tone = kit.Bad
	}
	if o, ok := p.Directory.Outlet(c.Outlet); ok {
		r.Where = o.Name
	} else if key := "admin.source." + c.Source; p.Texts.Has(p.lang(), key) {
		r.Where = p.text(key)
	}
	if c.Text != 0 {
		if t, err := member.GetText(p.ctx(), p.DB, c.Text, c.TextVersion); err == nil {
			r.Text = p.text("admin.consent.version", "title", t.Title, "version", t.Version)
		}
	}
	return r
}

// actorName is who did something: a person of staff by his name.
func (p *page) actorName(kind member.ActorKind, by id.ID) string {
	if kind == member.ByStaff {
		if who, err := p.Staff.Person(p.ctx(), by); err == nil {
			return who.Name
		}
	}
	return p.text("admin.actor." + string(kind))
}

// consentView is one consent with its proofs.
type consentView struct {
	Title, Back, Member string
	About               []kit.Pair
	Text                *member.ConsentText // nil: a withdrawal needs none
}

func (p *page) consent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	i, err := id.Parse(chi.URLParam(p.r, "consent"))
	if err != nil {
		return fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	list, err := member.Consents(p.ctx(), p.DB, m.Home, i+1, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].ID != i {
		return fault.New(fault.NotFound, "admin.no-page")
	}
	c := &list[0]
	r := p.consentRow(&m, c)
	v := consentView{Title: r.What, Back: memberPath(m.Home), Member: p.memberName(&m)}
	add := func(key, value string) {
		if value != "" {
			v.About = append(v.About, kit.Pair{Name: p.text("admin.consent." + key), Value: value})
		}
	}
	add("what", r.State)
	add("at", ui.DateTime(p.ctx(), c.At))
	add("who", r.Who)
	add("where", r.Where)
	add("address", c.IP)
	add("agent", c.UserAgent)
	add("proof", c.Proof)
	if c.Text != 0 {
		t, err := member.GetText(p.ctx(), p.DB, c.Text, c.TextVersion)
		if err != nil {
			return err
		}
		v.Text = &t
		add("text", r.Text)
		add("hash", hex.EncodeToString(c.TextSHA256))
	}
	return p.show(v.Title, "/members", consentPage(v))
}

// channels are those of advertising.
var channels = []member.ConsentChannel{member.BySMS, member.ByEmail, member.ByPush, member.ByCall}

func (p *page) giveConsent() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	return p.askConsent(p.filled(url.Values{}), &m)
}

// askConsent asks which text was consented to. It is one of those that are
// shown today: advertising over each channel apart.
func (p *page) askConsent(f *form, m *member.Member) error {
	texts, err := member.TextsNow(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	now, err := member.ConsentsNow(p.ctx(), p.DB, m.Home)
	if err != nil {
		return err
	}
	var options, given []kit.Option // given: in force already, so seldom meant
	add := func(t *member.ConsentText, over member.ConsentChannel) {
		name := p.consentName(t.Kind, over) + " – " + p.text("admin.consent.version", "title", t.Title, "version", t.Version) + ", " + strings.ToUpper(t.Language)
		o := kit.Option{Value: t.ID.String() + "." + strconv.FormatInt(t.Version, 10) + "." + string(over), Text: name}
		if already := p.givenAlready(now, t, over); already != "" {
			o.Text += already
			given = append(given, o)
			return
		}
		options = append(options, o)
	}
	for i := range texts {
		t := &texts[i]
		if t.Kind != member.ToAdvertising {
			add(t, "")
			continue
		}
		for _, over := range channels {
			add(t, over)
		}
	}
	options = append(options, given...)
	base := memberPath(m.Home) + "/consents"
	if len(options) == 0 {
		title := p.text("admin.consent.give-title", "name", p.memberName(m))
		crumbs := append(p.memberCrumbs(m), kit.Link{Text: p.text("admin.member.consents"), Href: base})
		return p.show(title, "/members", nothingYet(crumbs, title, p.text("admin.consent-texts.none"), p.text("admin.consent-texts.none-text"), p.toTexts()))
	}
	return p.showForm(f, memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.text("admin.consent.give-title", "name", p.memberName(m)), Action: base + "/give", Back: base, Do: p.text("admin.consent.give-do"),
		Fields: []kit.Field{
			f.field("text", "consent-text", first, of(options...)),
			f.field("proof", "consent-proof", needed, most(member.MaxProof)),
		},
	})
}

// givenAlready says that a consent is in force, by this text or by another.
func (p *page) givenAlready(now []member.Consent, t *member.ConsentText, over member.ConsentChannel) string {
	for i := range now {
		switch c := &now[i]; {
		case c.Kind != t.Kind || c.Channel != over || c.Action != member.Granted:
		case c.Text == t.ID && c.TextVersion == t.Version:
			return " " + p.text("admin.consent.in-force", "since", ui.Date(p.ctx(), c.At))
		default:
			return " " + p.text("admin.consent.in-force-other", "since", ui.Date(p.ctx(), c.At))
		}
	}
	return ""
}

func (p *page) giveConsentSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	c, err := p.consentSent(f)
	if err == nil {
		_, err = p.Members.Consent(p.ctx(), m.Home, []member.NewConsent{c}, p.actor())
	}
	if err != nil {
		if f.refuse(consentFault(err)) {
			return p.askConsent(f, &m)
		}
		return err
	}
	return p.to(memberPath(m.Home)+"/consents", "consent-given")
}

// consentSent is the consent that the form notes.
func (p *page) consentSent(f *form) (c member.NewConsent, err error) {
	parts := strings.Split(f.get("text"), ".")
	if len(parts) != 3 {
		return c, fault.New(fault.Invalid, "member.no-text").With(fault.Field{Path: "text", Code: "member.no-text"})
	}
	if c.Text, err = id.Parse(parts[0]); err != nil {
		return c, fault.Wrap(err, fault.Invalid, "member.no-text")
	}
	if c.TextVersion, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return c, fault.Wrap(err, fault.Invalid, "member.no-text")
	}
	t, err := member.GetText(p.ctx(), p.DB, c.Text, c.TextVersion)
	if err != nil {
		return c, err
	}
	c.Kind, c.Channel, c.Action = t.Kind, member.ConsentChannel(parts[2]), member.Granted
	return c, p.proofSent(f, &c)
}

// proofSent takes what shows that the member wanted it: what is noted for him by
// hand says by what.
func (p *page) proofSent(f *form, c *member.NewConsent) error {
	if c.Proof = f.get("proof"); c.Proof == "" {
		return fault.New(fault.Invalid, "admin.invalid").With(fault.Field{Path: "proof", Code: "admin.consent-proof"})
	}
	return nil
}

// consentFault gives a refusal of the one consent that the form notes its field.
func consentFault(err error) error {
	e := fault.From(err)
	if e.Code == "member.no-text" {
		return at(e, "text")
	}
	for _, name := range []string{"proof", "text", "channel"} {
		err = renamed(err, "consents[0]."+name, cmp.Or(map[string]string{"channel": "text"}[name], name))
	}
	return err
}

func (p *page) withdrawConsent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	return p.askWithdrawal(p.filled(url.Values{}), &m)
}

// askWithdrawal asks what the member does not consent to any more.
func (p *page) askWithdrawal(f *form, m *member.Member) error {
	now, err := member.ConsentsNow(p.ctx(), p.DB, m.Home)
	if err != nil {
		return err
	}
	var options []kit.Option
	for i := range now {
		if c := &now[i]; c.Action == member.Granted {
			options = append(options, kit.Option{Value: string(c.Kind) + "." + string(c.Channel), Text: p.consentName(c.Kind, c.Channel)})
		}
	}
	if len(options) == 0 {
		return fault.New(fault.Conflict, "admin.no-consent")
	}
	base := memberPath(m.Home) + "/consents"
	return p.showForm(f, memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.text("admin.consent.withdraw-title", "name", p.memberName(m)), Action: base + "/withdraw", Back: base, Do: p.text("admin.consent.withdraw-do"),
		Fields: []kit.Field{
			f.field("what", "consent-what", first, of(options...)),
			f.field("proof", "consent-reason", needed, most(member.MaxProof)),
		},
	})
}

func (p *page) withdrawConsentSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	to, over, _ := strings.Cut(f.get("what"), ".")
	c := member.NewConsent{Kind: member.ConsentKind(to), Channel: member.ConsentChannel(over), Action: member.Withdrawn}
	err = p.proofSent(f, &c)
	if err == nil {
		_, err = p.Members.Consent(p.ctx(), m.Home, []member.NewConsent{c}, p.actor())
	}
	if err != nil {
		if f.refuse(renamed(err, "consents[0].proof", "proof")) {
			return p.askWithdrawal(f, &m)
		}
		return err
	}
	return p.to(memberPath(m.Home)+"/consents", "consent-withdrawn")
}
