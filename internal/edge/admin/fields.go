package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
)

// fieldPages is the pages of the fields that the organization has added to the
// profile of a member.
func fieldPages(a *Admin) {
	a.get("/fields", staff.SettingsEdit, (*page).ownFields, Everywhere)
	a.get("/fields/new", staff.SettingsEdit, (*page).newField, Everywhere)
	a.post("/fields/new", staff.SettingsEdit, (*page).newFieldSent, Everywhere)
	a.get("/fields/{field}/edit", staff.SettingsEdit, (*page).editField, Everywhere)
	a.post("/fields/{field}/edit", staff.SettingsEdit, (*page).editFieldSent, Everywhere)
}

const (
	fieldsHere = "/fields"
	fieldsPath = Base + fieldsHere
)

func customKinds() []member.CustomKind {
	return []member.CustomKind{member.CustomText, member.CustomNumber, member.CustomDate, member.CustomBool, member.CustomChoice}
}

func (p *page) ownFields() error {
	s := p.shelfOf(p.text("admin.nav.fields"), fieldsHere, fieldsPath)
	may := p.goes(fieldsHere + "/new")
	s.Sub, s.Actions = p.text("admin.fields.sub"), p.newOne(may, "admin.fields.new", fieldsPath+"/new")
	s.Icon, s.None, s.NoneText = "list", p.text("admin.fields.none"), p.text("admin.fields.none-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.fields.field"), Class: "c-who"},
		{Text: p.text("admin.fields.kind"), Class: "c-last"},
		{Text: p.text("admin.fields.required")},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	list, err := member.CustomFields(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		r := shelfRow{Name: p.inLang(c.LabelRU, c.LabelEN), Sub: c.Key, Cells: []string{p.text("admin.fields.kind-" + string(c.Kind)), p.yesNo(c.Required)}}
		p.used(&r, c.Active)
		if may {
			r.Href = fieldsPath + "/" + c.Key + "/edit"
		}
		s.Rows = append(s.Rows, r)
	}
	return p.showShelf(s)
}

func (p *page) newField() error {
	return p.askField(p.filled(url.Values{"kind": {string(member.CustomText)}, "position": {"0"}}), nil)
}

func (p *page) askField(f *form, c *member.CustomField) error {
	s := sheet{
		Title: p.text("admin.fields.new"), Here: fieldsHere, Action: fieldsPath + "/new", Back: fieldsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.fields"), Href: fieldsPath}},
	}
	kinds := make([]kit.Option, 0, len(customKinds()))
	for _, k := range customKinds() {
		kinds = append(kinds, kit.Option{Value: string(k), Text: p.text("admin.fields.kind-" + string(k))})
	}
	key, kind := f.field("key", "field-key", needed, narrow, most(member.MaxShort)), f.field("kind", "field-kind", of(kinds...))
	choices := entry{Field: f.field("choices", "field-choices", rows(5)), as: asText}
	if c != nil {
		s.Title, s.Action = p.inLang(c.LabelRU, c.LabelEN), fieldsPath+"/"+c.Key+"/edit"
		key.Off, kind.Off = true, true
	}
	entries := lines(append(f.names("label_ru", "label_en", member.MaxName), key, kind)...)
	if c == nil || c.Kind == member.CustomChoice {
		entries = append(entries, choices)
	}
	entries = append(entries, entry{Field: f.field("position", "field-position", narrow, mode("numeric"), most(7))}, f.box("required", "field-required"))
	if c != nil {
		entries = append(entries, f.box("active", "field-active"))
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

// fieldOfPath is the own field that the address names.
func (p *page) fieldOfPath() (*member.CustomField, error) {
	list, err := member.CustomFields(p.ctx(), p.DB)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(c member.CustomField) bool { return c.Key == p.param1("field") })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "admin.no-page")
	}
	return &list[at], nil
}

func (p *page) editField() error {
	c, err := p.fieldOfPath()
	if err != nil {
		return err
	}
	lines := make([]string, len(c.Choices))
	for i, v := range c.Choices {
		lines[i] = v.Key + "; " + v.LabelRU
		if v.LabelEN != v.LabelRU {
			lines[i] += "; " + v.LabelEN
		}
	}
	return p.askField(p.filled(url.Values{
		"key": {c.Key}, "kind": {string(c.Kind)}, "label_ru": {c.LabelRU}, "label_en": {c.LabelEN}, "required": yes(c.Required), "active": yes(c.Active),
		"position": {strconv.FormatInt(c.Position, 10)}, "choices": {strings.Join(lines, "\n")},
	}), c)
}

func (p *page) newFieldSent() error { return p.saveField(nil) }

func (p *page) editFieldSent() error {
	c, err := p.fieldOfPath()
	if err != nil {
		return err
	}
	return p.saveField(c)
}

func (p *page) saveField(c *member.CustomField) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	lines := choiceLines(f.values.Get("choices"))
	to, err := p.fieldTyped(f, c, lines)
	if err == nil {
		err = p.choiceFault(p.Members.SaveCustomField(p.ctx(), to), lines)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askField(f, c)
		}
		return err
	}
	return p.kept(fieldsPath)
}

// fieldTyped is the field as it was typed. Its key and kind stay; one that is
// new takes no key that is there.
func (p *page) fieldTyped(f *form, c *member.CustomField, lines []choiceLine) (member.CustomField, error) {
	to := member.CustomField{Key: f.get("key"), Kind: member.CustomKind(f.get("kind")), Active: true}
	var bad []fault.Field
	if c != nil {
		to.Key, to.Kind, to.Active = c.Key, c.Kind, f.on("active")
		f.values.Set("key", c.Key)
		f.values.Set("kind", string(c.Kind))
	} else {
		list, err := member.CustomFields(p.ctx(), p.DB)
		if err != nil {
			return to, err
		}
		if slices.ContainsFunc(list, func(o member.CustomField) bool { return o.Key == to.Key }) {
			bad = append(bad, fault.Field{Path: "key", Code: "admin.field-taken"})
		}
	}
	to.LabelRU, to.LabelEN = f.named("label_ru", "label_en")
	to.Required = f.on("required")
	if at, err := strconv.ParseInt(f.get("position"), 10, 32); err == nil && at >= 0 {
		to.Position = at
	} else if f.get("position") != "" {
		bad = append(bad, fault.Field{Path: "position", Code: "admin.number"})
	}
	if to.Kind == member.CustomChoice {
		var there []member.Choice
		if c != nil {
			there = c.Choices
		}
		var wrong *fault.Field
		if to.Choices, wrong = p.choicesOf(lines, there); len(lines) == 0 {
			wrong = &fault.Field{Path: "choices", Code: "member.mandatory"}
		}
		if wrong != nil {
			bad = append(bad, *wrong)
		}
	}
	if len(bad) > 0 {
		return to, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return to, nil
}
