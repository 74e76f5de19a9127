package admin

import (
	"net/url"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/platform/setting"
)

// partView is one part of a programme in words, with the way to its form.
type partView struct {
	Title, None string
	Actions     []kit.Action
	Lines       []string
	Items       []itemView
}

// itemView is a rule, a level or a campaign in words.
type itemView struct {
	What, ID    string
	Title, Does string
	More        []string
	Off         bool
	Edit        string // "": it is only read
	Act         string // where it is moved, copied and taken out
	Edition     string
	Menu        []kit.Action
	Rules       []itemView
	AddRule     string
	Codes       string // where those are that were given out for a campaign; "": none, or not for the reader
}

// parted makes the parts of one programme; edit is the path of its draft, "" where
// it is only read.
type parted struct {
	*page
	tell          spoken.Teller
	parts         draft.Part
	edit, edition string
}

// partsOf is a programme in words, part by part.
func (p *page) partsOf(tell spoken.Teller, pr *rule.Programme, parts draft.Part, edit, edition string) []partView {
	v := parted{p, tell, parts, edit, edition}
	out := []partView{v.head(pr), v.earning(pr), v.spending(pr), v.rules(pr)}
	if names := ruleGroups(pr); len(names) > 0 {
		out = append(out, v.groups(pr, names))
	}
	return append(out, v.levels(pr), v.campaigns(pr), v.gifts(pr), v.settings())
}

// groups says what becomes of the points of each rule group.
func (v parted) groups(pr *rule.Programme, names []string) partView {
	lines := make([]string, len(names))
	for i, name := range names {
		how := "usual"
		if pr.Groups[name] == rule.TakeBest {
			how = string(rule.TakeBest)
		}
		lines[i] = v.text("admin.draft.of-group", "name", name) + ": " + v.text("admin.draft.combine."+how)
	}
	return v.part("groups", lines)
}

// form is the address of a form; "" where nothing is changed.
func (v parted) form(part string, args ...string) string {
	if v.edit == "" {
		return ""
	}
	q := url.Values{}
	for i := 0; i+1 < len(args); i += 2 {
		q.Set(args[i], args[i+1])
	}
	path := v.edit + "/part/" + part
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

func (v parted) part(name string, lines []string) partView {
	out := partView{Title: v.text("admin.draft.part." + name)}
	for _, l := range lines {
		out.Lines = append(out.Lines, sentence([]string{l}))
	}
	if v.edit != "" {
		out.Actions = []kit.Action{{Text: v.text("admin.draft.change"), Icon: "pencil", Small: true, Href: v.form(name)}}
	}
	return out
}

func (v parted) adding(name, form string, args ...string) partView {
	out := partView{Title: v.text("admin.draft.part." + name), None: v.text("admin.draft.none." + name)}
	if v.edit != "" {
		out.Actions = []kit.Action{{Text: v.text("admin.draft.add." + form), Icon: "plus", Small: true, Href: v.form(form, args...)}}
	}
	return out
}

func (v parted) head(pr *rule.Programme) partView {
	lines := []string{v.text("admin.draft.gives." + string(pr.Gives))}
	if days := v.tell.Period(pr.From, pr.To); days != "" {
		lines = append(lines, days)
	}
	var places []string
	for _, o := range pr.Outlets {
		places = append(places, v.named(rule.FieldOutlet, o.String()))
	}
	for _, o := range pr.Partners {
		places = append(places, v.named(rule.FieldPartner, o.String()))
	}
	where := v.text("admin.draft.everywhere")
	if len(places) > 0 {
		where = v.text("admin.draft.only-at", "places", strings.Join(places, ", "))
	}
	lines = append(lines, where, v.zoneName(pr.Zone))
	if !pr.On {
		lines = append(lines, v.text("admin.programmes.off"))
	}
	return v.part("head", lines)
}

func (v parted) named(of rule.Field, i string) string {
	return v.tell.Values(&rule.Condition{Field: of, In: []string{i}})
}

func (v parted) earning(pr *rule.Programme) partView {
	return v.part("earning", v.tell.Earning(&pr.Earning))
}

func (v parted) spending(pr *rule.Programme) partView {
	return v.part("spending", v.tell.Spending(&pr.Spending))
}

func (v parted) rules(pr *rule.Programme) partView {
	out := v.adding("rules", "rule")
	out.Items = v.rulesOf(pr.Rules)
	return out
}

func (v parted) rulesOf(list []rule.Rule) []itemView {
	var out []itemView
	for i := range list {
		r := &list[i]
		x := v.item("rule", r.ID, r.Name, r.Off)
		x.Does, x.More = sentence([]string{v.tell.Does(r)}), v.tell.Only(r)
		if x.Title == "" {
			x.Title, x.Does = x.Does, ""
		}
		out = append(out, x)
	}
	return out
}

func (v parted) item(what, i, name string, off bool) itemView {
	x := itemView{What: what, ID: i, Title: name, Off: off, Edit: v.form(what, "id", i), Edition: v.edition}
	if v.edit == "" {
		return x
	}
	x.Act = v.edit + "/item"
	do := func(name, icon string, weight kit.Weight) {
		x.Menu = append(x.Menu, kit.Action{Text: v.text("admin.draft.do-" + name), Icon: icon, Submit: true, Name: "do", Value: name, Weight: weight})
	}
	do("up", "arrow-up", kit.Usual)
	do("down", "arrow-down", kit.Usual)
	if what != "level" {
		do("copy", "layout-grid", kit.Usual)
		if off {
			do("on", "circle-check", kit.Usual)
		} else {
			do("off", "lock", kit.Usual)
		}
	}
	do("cut", "trash", kit.Risky)
	return x
}

func (v parted) levels(pr *rule.Programme) partView {
	out := v.adding("levels", "level")
	for i := range pr.Levels {
		l := &pr.Levels[i]
		x := v.item("level", l.ID, orID(l.Name, l.ID), false)
		x.Does, x.More = v.tell.Level(l)
		x.Does = sentence([]string{x.Does})
		x.Rules, x.AddRule = v.rulesOf(l.Rules), v.form("rule", "in", "level:"+l.ID)
		out.Items = append(out.Items, x)
	}
	return out
}

func (v parted) campaigns(pr *rule.Programme) partView {
	out := v.adding("campaigns", "campaign")
	for i := range pr.Campaigns {
		c := &pr.Campaigns[i]
		x := v.item("campaign", c.ID, orID(c.Name, c.ID), c.Off)
		x.More = v.tell.Campaign(c)
		x.Rules, x.AddRule = v.rulesOf(c.Rules), v.form("rule", "in", "campaign:"+c.ID)
		if c.NeedsCode && pr == v.Programmes.Current().Get(pr.ID) && v.goes("/programmes/{programme}/codes") {
			x.Codes = withQuery(codesPath(pr), url.Values{"campaign": {c.ID}})
		}
		out.Items = append(out.Items, x)
	}
	return out
}

func (v parted) gifts(pr *rule.Programme) partView {
	var lines []string
	if pr.Welcome.Points > 0 {
		lines = append(lines, v.text("admin.draft.welcome", "gift", v.tell.Gift(pr.Welcome.Points, pr.Welcome.Days)))
	}
	if pr.Himself.Points > 0 {
		lines = append(lines, v.text("admin.draft.welcome-self", "gift", v.tell.Gift(pr.Himself.Points, pr.Himself.Days)))
	}
	for i := range pr.Gifts {
		what, only := v.tell.GiftRule(&pr.Gifts[i])
		lines = append(lines, strings.Join(append([]string{what}, only...), ", "))
	}
	out := v.part("gifts", lines)
	out.None = v.text("admin.draft.none.gifts")
	return out
}

// settings names those that are other than usual.
func (v parted) settings() partView {
	set := v.parts.Get("settings")
	var lines []string
	for i := range rule.ProgrammeSettings {
		info := &rule.ProgrammeSettings[i].Info
		if word := set.Get(info.Key).Word; word != "" {
			lines = append(lines, v.text(info.Title())+": "+v.settingSaid(info, word))
		}
	}
	out := v.part("settings", lines)
	out.None = v.text("admin.draft.none.settings")
	return out
}

// settingSaid is the value of a setting in words.
func (p *page) settingSaid(info *setting.Info, word string) string {
	switch {
	case info.Kind == setting.Flag:
		return p.text("why.word." + word)
	case info.Kind == setting.Choice:
		return p.text(info.Word(word))
	case word == "never":
		return p.text("admin.draft.never")
	}
	return p.measured(info.Kind, word)
}
