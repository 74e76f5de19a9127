package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// memberList is a list of members, ready to be shown.
type memberList struct {
	*asked
	page  *page
	cat   *segment.Catalogue
	names *names

	rows       []segment.Row
	next, prev string
	count      string
	wrong      []string // why nobody is shown
	views      []kit.Link
	view       *segment.View // that the address is
	mayEdit    bool
}

// names are what levels, groups, categories, types of cards and outlets are called.
type names struct {
	levels     map[string]levelName
	order      []string // of levels, the lowest first
	groups     map[string]string
	categories map[string]string
	cardTypes  map[string]string
	outlets    func(id.ID) string
}

type levelName struct {
	name string
	rank int
}

// names reads what is called how. A name that can't be read is left out: the
// list shows its id.
func (p *page) names() *names {
	n := &names{levels: map[string]levelName{}, groups: map[string]string{}, categories: map[string]string{}, cardTypes: map[string]string{}}
	set := p.Programmes.Current()
	for _, pr := range set.All() {
		for i, l := range set.Ladder(pr.ID).Levels() {
			if _, twice := n.levels[l.ID]; !twice {
				n.levels[l.ID] = levelName{l.Name, i}
				n.order = append(n.order, l.ID)
			}
		}
	}
	if groups, err := member.Groups(p.ctx(), p.DB); err == nil {
		for _, g := range groups {
			n.groups[g.ID.String()] = g.Name
		}
	}
	if list, err := member.Categories(p.ctx(), p.DB); err == nil {
		for _, c := range list {
			n.categories[c.ID.String()] = c.Name
		}
	}
	if list, err := card.Types(p.ctx(), p.DB); err == nil {
		for i := range list {
			n.cardTypes[list[i].ID.String()] = list[i].Name
		}
	}
	n.outlets = func(i id.ID) string {
		o, _ := p.Directory.Outlet(i)
		return o.Name
	}
	return n
}

// fieldName is what a field is called.
func (l *memberList) fieldName(f *segment.Field) string { return l.page.fieldName(f) }

func (p *page) fieldName(f *segment.Field) string {
	if f.Own == nil {
		return p.text("segment.field." + f.Code)
	}
	return p.inLang(f.Own.LabelRU, f.Own.LabelEN)
}

// valueName is a value of a choice in the reader's words.
func (l *memberList) valueName(f *segment.Field, v string) string {
	byID := func(m map[string]string) string { return cmp.Or(m[v], v) }
	switch f.Source {
	case segment.FromTexts:
		return l.page.text("segment.value." + f.Code + "." + v)
	case segment.FromLevels:
		return cmp.Or(l.names.levels[v].name, v)
	case segment.FromGroups:
		return byID(l.names.groups)
	case segment.FromCategories:
		return byID(l.names.categories)
	case segment.FromCardTypes:
		return byID(l.names.cardTypes)
	case segment.FromOutlets:
		i, err := id.Parse(v)
		if err != nil {
			return v
		}
		return cmp.Or(l.names.outlets(i), v)
	case segment.FromOwn:
		for _, c := range f.Own.Choices {
			if c.Key == v {
				return l.page.inLang(c.LabelRU, c.LabelEN)
			}
		}
	}
	return v
}

// spoken is a day or a decimal as the reader writes it; all else is as it is.
func (l *memberList) spoken(k segment.Kind, v string) string {
	switch k {
	case segment.Time, segment.Day:
		return l.page.daySaid(v)
	case segment.Birthday:
		return l.page.yearDaysSaid([]string{v})
	case segment.Decimal:
		return l.page.decimalSaid(v)
	}
	return v
}

// read puts the days of the conditions, typed as the reader writes them, into the
// form in which an address has them.
func (l *memberList) read() {
	for _, c := range l.Conditions {
		f, ok := l.cat.Get(c.Field)
		if !ok {
			continue
		}
		for i, v := range c.Values {
			switch f.Kind {
			case segment.Time, segment.Day:
				c.Values[i] = dayTyped(v)
			case segment.Decimal, segment.Number, segment.Points, segment.Money:
				c.Values[i] = l.page.plain(v)
			case segment.Birthday:
				c.Values[i] = strings.Join(yearDaysIn(v), ",")
			}
		}
	}
}

// inLang is the one of two labels that is in the reader's language; the
// English one may be missing.
func (p *page) inLang(ru, en string) string {
	if p.lang() == i18n.EN && en != "" {
		return en
	}
	return ru
}

// options are the values that a field may be chosen from; none: they are typed.
func (l *memberList) options(f *segment.Field) []kit.Option {
	var values []string
	switch f.Source {
	case segment.FromTexts:
		values = f.Values
	case segment.FromLevels:
		values = l.names.order
	case segment.FromGroups:
		values = sortedByName(l.names.groups)
	case segment.FromCategories:
		values = sortedByName(l.names.categories)
	case segment.FromCardTypes:
		values = sortedByName(l.names.cardTypes)
	case segment.FromOutlets:
		for _, code := range l.page.Directory.OutletCodes() {
			if o, ok := l.page.Directory.OutletByCode(code); ok && l.page.who.At(o.ID) {
				values = append(values, o.ID.String())
			}
		}
	case segment.FromOwn:
		for _, c := range f.Own.Choices {
			values = append(values, c.Key)
		}
	}
	out := make([]kit.Option, len(values))
	for i, v := range values {
		out[i] = kit.Option{Value: v, Text: l.valueName(f, v), Chosen: l.has(segment.OpIn, f.Code, v)}
	}
	return out
}

func sortedByName(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(m[a], m[b]) })
	return keys
}

// cell is a value as it is shown.
type cell struct {
	Head  string // of its column
	Text  string
	Level bool
	Rank  int
	Tone  kit.Tone // of a badge
	At    clock.Micros
}

func (l *memberList) cell(code string, v *segment.Value) cell {
	f, _ := l.cat.Get(code)
	ctx := l.page.ctx()
	switch v.Kind {
	case segment.Points:
		return cell{Text: i18n.Points(ui.Of(ctx).Lang, money.Points(v.Int))}
	case segment.Money:
		return cell{Text: ui.Money(ctx, money.Amount(v.Int))}
	case segment.Number:
		return cell{Text: ui.Number(ctx, v.Int)}
	case segment.Time:
		return cell{At: clock.Micros(v.Int)}
	case segment.List:
		words := make([]string, len(v.List))
		for i, w := range v.List {
			words[i] = l.valueName(&f, w)
		}
		return cell{Text: strings.Join(words, ", ")}
	case segment.YesNo:
		if v.Text == "" {
			return cell{}
		}
		return cell{Text: l.page.yesNo(v.Text == "true")}
	case segment.Choice:
		if v.Text == "" {
			return cell{}
		}
		c := cell{Text: l.valueName(&f, v.Text)}
		switch f.Code {
		case "level":
			c.Level, c.Rank = true, l.names.levels[v.Text].rank
		case "state":
			c.Tone = stateTone(member.State(v.Text))
		}
		return c
	}
	switch kind := member.Kind(f.Code); {
	case v.Text == "":
	case kind == member.Phone:
		return cell{Text: ui.Masked(v.Text)}
	case kind == member.Email, kind == member.Login, kind == member.External: // as on his own page: whole only where that is noted
		return cell{Text: (&member.Ref{Kind: kind, Value: v.Text}).Mask()}
	}
	return cell{Text: l.spoken(v.Kind, v.Text)}
}

// stateTone is the colour of a member's state.
func stateTone(s member.State) kit.Tone {
	switch s {
	case member.Active:
		return kit.Good
	case member.New:
		return kit.Info
	case member.Blocked:
		return kit.Bad
	}
	return kit.Plain
}

// chips are the conditions in words, each with a way to drop it.
func (l *memberList) chips() []kit.Link {
	var out []kit.Link
	for _, c := range l.Conditions {
		name := string(c.Op) + "." + c.Field
		out = append(out, kit.Link{Text: l.said(&c), Href: l.href(func(q url.Values) { q.Del(name) })})
	}
	return out
}

// said is a condition in words: «Уровень: Золото, Серебро», «Возраст: от 18».
func (l *memberList) said(c *segment.Condition) string {
	f, ok := l.cat.Get(c.Field)
	if !ok {
		if f, ok = l.cat.Named(c.Field); ok {
			return l.fieldName(&f)
		}
		return c.Field
	}
	words := make([]string, len(c.Values))
	for i, v := range c.Values {
		words[i] = l.spoken(f.Kind, l.valueName(&f, v))
	}
	return l.page.text("admin.members.said-"+string(c.Op), "field", l.fieldName(&f), "values", strings.Join(words, ", "),
		"from", first0(words), "to", last0(words))
}

func first0(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

func last0(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1]
}

// pages are the addresses of the parts before and after this one.
func (l *memberList) pages() (back, on string) {
	if l.prev != "" {
		back = l.href(func(q url.Values) { q.Set("before", l.prev) })
	}
	if l.next != "" {
		on = l.href(func(q url.Values) { q.Set("after", l.next) })
	}
	return back, on
}

// fields are those of which something can be asked, by their names.
func (l *memberList) fields() []kit.Option {
	var out []kit.Option
	for _, f := range l.cat.Fields() {
		if len(f.Ops) > 0 {
			out = append(out, kit.Option{Value: f.Code, Text: l.fieldName(&f), Chosen: f.Code == l.add})
		}
	}
	return out
}

// shown are the columns to choose from.
func (l *memberList) shown() []kit.Option {
	var out []kit.Option
	for _, f := range l.cat.Fields() {
		if f.Column && f.Code != "name" {
			out = append(out, kit.Option{Value: f.Code, Text: l.fieldName(&f), Chosen: slices.Contains(l.Columns, f.Code)})
		}
	}
	return out
}

// making is the field whose condition is being made, if there is one.
func (l *memberList) making() (segment.Field, bool) {
	f, ok := l.cat.Get(l.add)
	return f, ok && len(f.Ops) > 0
}

// opsOf are the operators of a field, by their names.
func (l *memberList) opsOf(f *segment.Field) []kit.Option {
	out := make([]kit.Option, len(f.Ops))
	for i, o := range f.Ops {
		out[i] = kit.Option{Value: string(o), Text: l.page.text("segment.op." + string(o))}
	}
	return out
}
