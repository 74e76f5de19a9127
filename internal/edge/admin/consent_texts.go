package admin

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// consentTextPages is the pages of the texts that members consent to: what is in
// force, every version that ever was, and the next one.
func consentTextPages(a *Admin) {
	a.get("/consent-texts", staff.MembersSee, (*page).consentTexts)
	a.get("/consent-texts/new", staff.SettingsEdit, (*page).newConsentText, Everywhere)
	a.post("/consent-texts/new", staff.SettingsEdit, (*page).newConsentTextSent, Everywhere)
	a.get("/consent-texts/{text}", staff.MembersSee, (*page).consentText)
	a.get("/consent-texts/{text}/edit", staff.SettingsEdit, (*page).editConsentText, Everywhere)
	a.post("/consent-texts/{text}/edit", staff.SettingsEdit, (*page).editConsentTextSent, Everywhere)
	a.get("/consent-texts/{text}/{version}", staff.MembersSee, (*page).consentText)
}

const (
	consentTextsHere = "/consent-texts"
	consentTextsPath = Base + consentTextsHere
)

// consentKinds are what is consented to, in the order in which it is asked.
var consentKinds = []member.ConsentKind{member.ToRules, member.ToPersonalData, member.ToAdvertising}

func consentTextPath(text id.ID) string { return consentTextsPath + "/" + text.String() }

// consentTexts lists what is in force of each kind; a kind with no text in the
// organization's language stands there too, since that is what is to be mended.
func (p *page) consentTexts() error {
	texts, err := member.TextsNow(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	s := p.shelfOf(p.text("admin.nav.consent-texts"), consentTextsHere, consentTextsPath)
	s.Sub = p.text("admin.consent-texts.sub")
	s.Columns = []kit.Column{
		{Text: p.text("admin.consent.to"), Class: "c-who"},
		{Text: p.text("admin.consent-texts.version"), Class: "c-last"},
		{Text: p.text("admin.consent-texts.language")},
		{Text: p.text("admin.consent-texts.published")},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	for _, kind := range consentKinds {
		for _, lang := range p.textLangs() {
			of := slices.DeleteFunc(slices.Clone(texts), func(t member.ConsentText) bool { return t.Kind != kind || t.Language != string(lang) })
			for i := range of {
				s.Rows = append(s.Rows, p.consentTextRow(&of[i]))
			}
			if len(of) == 0 {
				s.Rows = append(s.Rows, p.noTextRow(kind, lang, texts))
			}
		}
	}
	return p.showShelf(s)
}

// textLangs are the languages of texts, the organization's first.
func (p *page) textLangs() []i18n.Lang {
	own := p.Organization().Lang
	out := []i18n.Lang{own}
	for _, l := range i18n.Langs() {
		if l != own {
			out = append(out, l)
		}
	}
	return out
}

func (p *page) consentTextRow(t *member.ConsentText) shelfRow {
	return shelfRow{
		Href: consentTextPath(t.ID), Name: t.Title, Sub: p.kindOfText(t.Kind), State: p.text("admin.consent-texts.in-force"), Tone: kit.Good,
		Cells: []string{strconv.FormatInt(t.Version, 10), p.langName(i18n.Lang(t.Language)), ui.DateTime(p.ctx(), t.PublishedAt)},
	}
}

// noTextRow leads to the form of a text that is missing. Amiss are those only that
// membership rests on: one in another language is shown instead.
func (p *page) noTextRow(kind member.ConsentKind, lang i18n.Lang, texts []member.ConsentText) shelfRow {
	r := shelfRow{Name: p.text("admin.consent.kind-" + string(kind)), Sub: p.channelsOf(kind), State: p.text("admin.consent-texts.missing"), Cells: []string{"", p.langName(lang), ""}}
	has := slices.ContainsFunc(texts, func(t member.ConsentText) bool { return t.Kind == kind })
	if !has && kind != member.ToAdvertising && lang == p.Organization().Lang {
		r.Tone = kit.Bad
	}
	if p.goes("/consent-texts/new") {
		r.Href = newTextPath(kind, lang)
	}
	return r
}

func newTextPath(kind member.ConsentKind, lang i18n.Lang) string {
	return consentTextsPath + "/new?kind=" + string(kind) + "&language=" + string(lang)
}

// kindOfText is to what a text is, and over what each consent to it is given.
func (p *page) kindOfText(kind member.ConsentKind) string {
	name := p.text("admin.consent.kind-" + string(kind))
	if over := p.channelsOf(kind); over != "" {
		name += ", " + over
	}
	return name
}

// channelsOf says that a consent is given for each channel apart; "": there are none.
func (p *page) channelsOf(kind member.ConsentKind) string {
	if kind != member.ToAdvertising {
		return ""
	}
	over := make([]string, len(channels))
	for i, c := range channels {
		over[i] = p.text("admin.consent.channel-" + string(c))
	}
	return p.text("admin.consent-texts.apart", "channels", strings.Join(over, ", "))
}

// textView is one version of a text, with the others.
type textView struct {
	Text     member.ConsentText
	Old      string // what is in force instead; "": it is itself
	Now      string // where that is
	About    []kit.Pair
	Actions  []kit.Action
	Versions []textVersion
	On       string
}

type textVersion struct {
	Name, Href, At, State string
	Tone                  kit.Tone
}

// consentText shows the version that the address names, else that in force.
func (p *page) consentText() error {
	i, err := p.param("text")
	if err != nil {
		return err
	}
	version, err := numberOf(p.param1("version"))
	if err != nil {
		return err
	}
	last, err := member.LastText(p.ctx(), p.DB, i)
	if err != nil {
		return err
	}
	t := last
	if version != 0 {
		if t, err = member.GetText(p.ctx(), p.DB, i, version); err != nil {
			return err
		}
	}
	v, err := p.textView(&t, &last)
	if err != nil {
		return err
	}
	return p.show(t.Title, consentTextsHere, consentTextPage(v))
}

func (p *page) textView(t, last *member.ConsentText) (textView, error) {
	v := textView{Text: *t, About: []kit.Pair{
		{Name: p.text("admin.consent.to"), Value: p.kindOfText(t.Kind)},
		{Name: p.text("admin.consent-texts.version"), Value: strconv.FormatInt(t.Version, 10)},
		{Name: p.text("admin.consent-texts.published"), Value: ui.DateTime(p.ctx(), t.PublishedAt)},
		{Name: p.text("admin.consent-texts.language"), Value: p.langName(i18n.Lang(t.Language))},
		{Name: p.text("admin.consent.hash"), Value: hex.EncodeToString(t.SHA256)},
	}}
	path := consentTextPath(t.ID)
	if t.Version != last.Version {
		v.Old, v.Now = p.text("admin.consent-texts.old", "version", last.Version, "time", ui.DateTime(p.ctx(), last.PublishedAt)), path
	}
	if p.goes("/consent-texts/{text}/edit") {
		v.Actions = []kit.Action{{Text: p.text("admin.consent-texts.next"), Icon: "plus", Weight: kit.Primary, Href: path + "/edit"}}
	}
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return v, err
	}
	list, err := member.TextVersions(p.ctx(), p.DB, t.ID, before, listed+1)
	if err != nil {
		return v, err
	}
	if len(list) > listed {
		list = list[:listed]
		v.On = path + "?before=" + strconv.FormatInt(list[listed-1].Version, 10)
	}
	for i := range list {
		v.Versions = append(v.Versions, p.textVersion(&list[i], last.Version))
	}
	return v, nil
}

func (p *page) textVersion(t *member.ConsentText, last int64) textVersion {
	number := strconv.FormatInt(t.Version, 10)
	r := textVersion{
		Name: p.text("admin.consent.version", "title", t.Title, "version", number), Href: consentTextPath(t.ID) + "/" + number, At: ui.DateTime(p.ctx(), t.PublishedAt),
		State: p.text("admin.consent-texts.was"),
	}
	if t.Version == last {
		r.State, r.Tone = p.text("admin.consent-texts.in-force"), kit.Good
	}
	return r
}
