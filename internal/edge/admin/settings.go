package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/settings"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/setting"
	"kopilka/internal/platform/text"
)

// settingPages is the pages of settings, made of the one table of them. Those
// of the organization are changed here; of others it is said what is in force,
// and where they are changed.
func settingPages(a *Admin) {
	a.get("/settings", staff.SettingsEdit, (*page).settings)
	a.get("/settings/{setting}", staff.SettingsEdit, (*page).editSetting, Everywhere)
	a.post("/settings/{setting}", staff.SettingsEdit, (*page).settingSent, Everywhere)
	a.post("/settings/{setting}/default", staff.SettingsEdit, (*page).settingReset, Everywhere)
}

const (
	settingsHere = "/settings"
	settingsPath = Base + settingsHere
)

// settingsView is the table of settings that was asked for.
type settingsView struct {
	Find, Level string
	Levels      []kit.Link
	Groups      []settingGroup
	MayEdit     bool
}

// settingGroup is the settings of one level.
type settingGroup struct {
	Level, Title, About string
	Action              []kit.Action
	Rows                []settingRow
}

// settingRow is a setting and what is in force.
type settingRow struct {
	Key, Title, About string
	Default           string
	Edit              string // where it is changed; "": not here
	Values            []settingValue
	More              int // values that are not told one by one
}

// settingValue is a value that is in force, and whose it is.
type settingValue struct {
	Value   string
	Own     bool // it is not the default
	Of      string
	Href    string
	Inherit bool
}

func (p *page) settings() error {
	q := p.r.URL.Query()
	v := settingsView{Find: strings.TrimSpace(q.Get("q")), Level: q.Get("level"), MayEdit: p.goes("/settings/{setting}")}
	for _, l := range append([]settings.Level{""}, settings.Levels()...) {
		link := kit.Link{Text: p.text("admin.settings.all"), Here: string(l) == v.Level}
		ask := url.Values{}
		if v.Find != "" {
			ask.Set("q", v.Find)
		}
		if l != "" {
			link.Text = p.text(l.Title())
			ask.Set("level", string(l))
		}
		link.Href = strings.TrimSuffix(settingsPath+"?"+ask.Encode(), "?")
		v.Levels = append(v.Levels, link)
	}
	for _, l := range settings.Levels() {
		if v.Level != "" && v.Level != string(l) || !p.maySee(l) {
			continue
		}
		g, err := p.settingGroup(l)
		if err != nil {
			return err
		}
		g.Rows = slices.DeleteFunc(g.Rows, func(r settingRow) bool { return !r.said(v.Find) })
		if len(g.Rows) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	if p.swaps() {
		return p.write(http.StatusOK, settingsPart(v))
	}
	return p.show(p.text("admin.nav.settings"), settingsHere, settingsPage(v))
}

// maySee tells whether the reader may see what is set at a level.
func (p *page) maySee(l settings.Level) bool {
	switch l {
	case settings.Programme, settings.Campaign:
		return p.can(staff.ProgrammeSee)
	case settings.Outlet:
		return p.can(staff.ReferenceSee)
	}
	return true
}

// said tells whether the setting says what is looked for, in any of its words.
func (r *settingRow) said(find string) bool {
	words := text.Fold(strings.Join([]string{r.Key, r.Title, r.About, r.Default}, " "))
	for _, w := range strings.Fields(text.Fold(find)) {
		if !strings.Contains(words, w) {
			return false
		}
	}
	return true
}

func (p *page) settingGroup(l settings.Level) (settingGroup, error) {
	g := settingGroup{Level: string(l), Title: p.text(l.Title()), About: p.text("admin.settings.about-" + string(l))}
	link := func(key, path string) {
		if p.goes(path) {
			g.Action = append(g.Action, kit.Action{Text: p.text(key), Href: Base + path, Small: true})
		}
	}
	switch l {
	case settings.Organization:
		link("admin.settings.organization", "/organization")
		r, _, err := member.LoadRules(p.ctx(), p.DB)
		if err != nil {
			return g, err
		}
		g.Rows = p.organizationRows(&r)
	case settings.Programme:
		link("admin.nav.programmes", "/programmes")
		g.Rows = p.programmeRows()
	case settings.Campaign:
		link("admin.nav.programmes", "/programmes")
		g.Rows = p.campaignRows()
	case settings.Outlet:
		link("admin.nav.outlets", "/outlets")
		g.Rows = p.outletRows()
	}
	return g, nil
}

// row is a setting without what is in force.
func (p *page) settingRow(i *setting.Info, std any) settingRow {
	return settingRow{Key: i.Name, Title: p.text(i.Title()), About: p.text(i.About()), Default: p.settingWord(i, std)}
}

func (p *page) organizationRows(r *member.Rules) []settingRow {
	std := member.DefaultRules()
	var out []settingRow
	for i := range member.Settings {
		s := &member.Settings[i]
		row := p.settingRow(&s.Info, s.Field(&std))
		row.Edit = settingsPath + "/" + s.Key
		word := p.settingWord(&s.Info, s.Field(r))
		row.Values = []settingValue{{Value: word, Own: word != row.Default}}
		out = append(out, row)
	}
	return out
}

func (p *page) programmeRows() []settingRow {
	std := rule.DefaultSettings()
	var out []settingRow
	for i := range rule.ProgrammeSettings {
		s := &rule.ProgrammeSettings[i]
		row := p.settingRow(&s.Info, s.Field(&std))
		for _, pr := range p.Programmes.Current().All() {
			word := p.settingWord(&s.Info, s.Field(&pr.Settings))
			row.add(settingValue{Value: word, Own: word != row.Default, Of: pr.Name, Href: programmesPath + "/" + pr.ID.String()})
		}
		out = append(out, row)
	}
	return out
}

// campaignRows tell of those campaigns only that have a setting of their own:
// of the rest the default says it all.
func (p *page) campaignRows() []settingRow {
	var out []settingRow
	var std rule.Campaign
	rule.CampaignSettings.Reset(&std)
	rule.LimitSettings.Reset(&std.Limits)
	add := func(i *setting.Info, of func(*rule.Campaign) any) {
		row := p.settingRow(i, of(&std))
		for _, pr := range p.Programmes.Current().All() {
			for c := range pr.Campaigns {
				word := p.settingWord(i, of(&pr.Campaigns[c]))
				if word != row.Default {
					row.add(settingValue{Value: word, Own: true, Of: pr.Name + ": " + campaignName(&pr.Campaigns[c]), Href: programmesPath + "/" + pr.ID.String()})
				}
			}
		}
		out = append(out, row)
	}
	for i := range rule.CampaignSettings {
		s := &rule.CampaignSettings[i]
		add(&s.Info, func(c *rule.Campaign) any { return s.Field(c) })
	}
	for i := range rule.LimitSettings {
		s := &rule.LimitSettings[i]
		add(&s.Info, func(c *rule.Campaign) any { return s.Field(&c.Limits) })
	}
	return out
}

func campaignName(c *rule.Campaign) string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

// outletRows tell of the outlets that the reader works at and that have a
// setting of their own.
func (p *page) outletRows() []settingRow {
	var std partner.Outlet
	partner.Settings.Reset(&std)
	var out []settingRow
	for i := range partner.Settings {
		s := &partner.Settings[i]
		row := p.settingRow(&s.Info, s.Field(&std))
		for _, code := range p.Directory.OutletCodes() {
			o, ok := p.Directory.OutletByCode(code)
			if !ok || !p.who.At(o.ID) {
				continue
			}
			if word := p.settingWord(&s.Info, s.Field(&o)); word != row.Default {
				row.add(settingValue{Value: word, Own: true, Of: o.Name, Href: outletsPath + "/" + o.ID.String()})
			}
		}
		out = append(out, row)
	}
	return out
}

// mostValues is how many values of a setting are told one by one.
const mostValues = 20

func (r *settingRow) add(v settingValue) {
	if len(r.Values) == mostValues {
		r.More++
		return
	}
	r.Values = append(r.Values, v)
}

// settingOf is the organization's setting that the address names.
func (p *page) settingOf() (*setting.Setting[member.Rules], error) {
	if s := member.Settings.Get(p.param1("setting")); s != nil {
		return s, nil
	}
	return nil, fault.New(fault.NotFound, "admin.no-page")
}
