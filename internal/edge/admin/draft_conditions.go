package admin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
)

// wants are the conditions of a form: when, or scope. Each is a field, and what
// is wanted of it; the fields of the form are when.0.field, when.0.in and so on.
type wants struct {
	*partForm
	name string
	of   []rule.Of
}

func (e *partForm) wants(name string) wants {
	if name == "scope" {
		return wants{e, name, []rule.Of{rule.OfLine}}
	}
	return wants{e, name, []rule.Of{rule.OfReceipt, rule.OfMember}}
}

// maxWants bounds the conditions of one form.
const maxWants = 30

func (a wants) key(i int, what string) string { return fmt.Sprintf("%s.%d.%s", a.name, i, what) }

func (a wants) count() int {
	n := 0
	for n < maxWants && a.f.values.Get(a.key(n, "field")) != "" {
		n++
	}
	return n
}

// load puts the conditions of the text into the form; one that wants some words
// and none of others is two.
func (a wants) load(part draft.Part) {
	i := 0
	put := func(field, mode string, x draft.Part) {
		a.f.values.Set(a.key(i, "field"), field)
		a.f.values.Set(a.key(i, "mode"), mode)
		a.loadOne(i, rule.Field(field), x)
		i++
	}
	for _, group := range part.Items() {
		for k, field := range group.Keys {
			x := group.Parts[k]
			info := rule.InfoOf(rule.Field(field))
			if info == nil || info.Ranged() || len(x.Keys) == 0 {
				put(field, "in", x)
				continue
			}
			if in := x.Get("in"); !in.None() {
				put(field, "in", in)
			}
			if not := x.Get("not"); !not.None() {
				put(field, "not", not)
			}
		}
	}
}

func (a wants) loadOne(i int, field rule.Field, x draft.Part) {
	v := a.f.values
	info := rule.InfoOf(field)
	if info == nil || !info.Ranged() {
		v[a.key(i, "in")] = x.List()
		if !a.ticked(field, x.List()) {
			v.Set(a.key(i, "words"), a.wordsShown(field, x.List()))
		}
		return
	}
	from, to := x.Get("from").Word, x.Get("to").Word
	switch {
	case x.Word != "" && info.Form == rule.Minute:
		from, to, _ = strings.Cut(x.Word, "-")
	case x.Word != "":
		from, to = x.Word, x.Word
	}
	v.Set(a.key(i, "from"), from)
	v.Set(a.key(i, "to"), to)
	v.Set(a.key(i, "below"), x.Get("below").Word)
}

// ticked tells whether a field's words are chosen from a list, not typed.
func (a wants) ticked(field rule.Field, words []string) bool {
	if a.names.found(field) {
		return len(words) <= maxOffered
	}
	return len(a.names.options(field)) > 0 && len(a.names.options(field)) < maxOffered
}

// add puts one more condition into the form, and drop takes one out.
func (a wants) add(field string) {
	if rule.InfoOf(rule.Field(field)) == nil || a.count() == maxWants {
		return
	}
	i := a.count()
	a.f.values.Set(a.key(i, "field"), field)
	a.f.values.Set(a.key(i, "mode"), "in")
	if ofBirthday(rule.Field(field)) { // the day itself, unless others are asked for
		a.f.values.Set(a.key(i, "from"), "0")
		a.f.values.Set(a.key(i, "to"), "0")
	}
}

// ofBirthday tells whether a field counts days from a birthday.
func ofBirthday(field rule.Field) bool {
	return field == rule.FieldBirthday || field == rule.FieldRelative
}

func (a wants) drop(i int) {
	n := a.count()
	for ; i+1 < n; i++ {
		for _, what := range wantsParts() {
			a.f.values[a.key(i, what)] = a.f.values[a.key(i+1, what)]
		}
	}
	for _, what := range wantsParts() {
		a.f.values.Del(a.key(n-1, what))
	}
}

func wantsParts() []string {
	return []string{"field", "mode", "in", "words", "from", "to", "below", "find"}
}

// collect makes the conditions of the text: a map of fields, or a list of such
// maps where one is wants twice.
func (a wants) collect() draft.Part {
	var groups []draft.Part
	for i := range a.count() {
		field := a.f.get(a.key(i, "field"))
		x := a.collectOne(i, rule.Field(field))
		at := slices.IndexFunc(groups, func(g draft.Part) bool { return !slices.Contains(g.Keys, field) })
		if at < 0 {
			groups, at = append(groups, draft.Part{}), len(groups)
		}
		groups[at].Keys, groups[at].Parts = append(groups[at].Keys, field), append(groups[at].Parts, x)
	}
	switch len(groups) {
	case 0:
		return draft.Part{}
	case 1:
		return groups[0]
	}
	return draft.Part{Parts: groups}
}

func (a wants) collectOne(i int, field rule.Field) draft.Part {
	get := func(what string) draft.Part { return a.figure(a.key(i, what)) }
	info := rule.InfoOf(field)
	if info != nil && info.Ranged() {
		return a.collectRange(info, get("from"), get("to"), get("below"))
	}
	words := slices.Clone(a.f.values[a.key(i, "in")])
	for _, w := range a.wordsTyped(field, a.f.get(a.key(i, "words"))) {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		words = []string{""} // told as missing, beside the field
	}
	if a.f.get(a.key(i, "mode")) != "not" {
		return oneOrMany(words)
	}
	var out draft.Part
	out.Put("not", oneOrMany(words))
	return out
}

func (a wants) collectRange(info *rule.FieldInfo, from, to, below draft.Part) draft.Part {
	switch {
	case info.Form == rule.Minute && !from.None() && !to.None():
		return draft.Part{Word: from.Word + "-" + to.Word}
	case from.Word == to.Word && !from.None():
		return from
	}
	var out draft.Part
	out.Put("from", from)
	out.Put("to", to)
	out.Put("below", below)
	return out
}

// group shows the conditions, and a way to ask for one more.
func (a wants) group() groupView {
	out := groupView{Title: a.text("admin.draft.group." + a.name), About: a.text("admin.draft.group." + a.name + "-about")}
	for i := range a.count() {
		out.Rows = append(out.Rows, a.rowOf(i))
	}
	add := slot{key: "add." + a.name, as: aPick, said: a.text("admin.draft.add-condition"), options: append([]kit.Option{{Text: a.text("admin.draft.choose")}}, a.fields()...)}
	out.Do = []rowView{{Fields: []fieldView{a.partForm.show(add)}, Act: &kit.Action{Text: a.text("admin.draft.add-it"), Icon: "plus", Submit: true, Name: "do", Value: "add:" + a.name}}}
	return out
}

// fields are all that can be wants, in the reader's words.
func (a wants) fields() (out []kit.Option) {
	tell := a.teller(a.names, a.names.of)
	for _, info := range rule.Fields() {
		if slices.Contains(a.of, info.Of) {
			out = append(out, kit.Option{Value: string(info.Field), Text: tell.Field(info.Field)})
		}
	}
	if slices.Contains(a.of, rule.OfMember) {
		for _, o := range a.names.options(rule.CustomField) {
			out = append(out, kit.Option{Value: rule.CustomField + o.Value, Text: o.Text})
		}
	}
	return out
}

func (a wants) rowOf(i int) rowView {
	field := rule.Field(a.f.values.Get(a.key(i, "field")))
	tell := a.teller(a.names, a.names.of)
	out := rowView{
		Title: sentence([]string{tell.Field(field)}),
		Act:   &kit.Action{Text: a.text("admin.draft.drop"), Icon: "x", Submit: true, Small: true, Weight: kit.Quiet, Name: "do", Value: "drop:" + a.name + ":" + strconv.Itoa(i)},
	}
	a.hidden = append(a.hidden, sentAlong{a.key(i, "field"), string(field)})
	a.partForm.hidden = a.hidden
	put := func(s slot) { out.Fields = append(out.Fields, a.partForm.show(s)) }
	hide := func() { out.Fields[len(out.Fields)-1].HideName = true } // the title says it
	info := rule.InfoOf(field)
	said := func(key string) string { return a.text("admin.draft."+key, "field", tell.Field(field)) }
	if info != nil && info.Ranged() {
		a.span(i, info, put)
		return out
	}
	words := a.f.values[a.key(i, "in")]
	if info == nil || info.Form != rule.Flag {
		put(slot{key: a.key(i, "mode"), as: aPick, said: said("mode"), options: a.choices("admin.draft.mode-", "in", "not")})
		hide()
	}
	switch {
	case a.names.found(field) && a.ticked(field, words):
		put(slot{key: a.key(i, "in"), as: someOf, said: said("chosen"), options: a.chosenAndFound(field, words, a.f.get(a.key(i, "find")))})
		hide()
		put(slot{key: a.key(i, "find"), said: a.text("admin.draft.find-" + string(field)), about: a.text("admin.draft.find-how")})
		out.Find = a.finds()
		a.f.values.Del(a.key(i, "words"))
	case a.ticked(field, words):
		put(slot{key: a.key(i, "in"), as: someOf, said: said("any-of"), options: a.names.offered(field, words)})
		hide()
		if freeWords(field) {
			put(slot{key: a.key(i, "words"), said: a.text("admin.draft.others"), about: a.text(a.wordsHow(field))})
		}
	default:
		a.f.values.Del(a.key(i, "in"))
		put(slot{key: a.key(i, "words"), said: said("words"), about: a.text(a.wordsHow(field))})
		hide()
	}
	return out
}

// chosenAndFound are the values that are chosen, by name, and those that the words find.
func (e *partForm) chosenAndFound(field rule.Field, chosen []string, words string) []kit.Option {
	var out []kit.Option
	for _, w := range chosen {
		out = append(out, kit.Option{Value: w, Text: e.names.chosenSaid(field, w)})
	}
	if words == "" {
		return out
	}
	for _, o := range e.names.find(field, words) {
		if !slices.Contains(chosen, o.Value) {
			out = append(out, o)
		}
	}
	return out
}

// finds is the button that looks for what was typed.
func (e *partForm) finds() *kit.Action {
	return &kit.Action{Text: e.text("admin.draft.find-it"), Icon: "search", Submit: true, Name: "do", Value: "find"}
}

// span asks for a range: from, and to or below what.
func (a wants) span(i int, info *rule.FieldInfo, put func(slot)) {
	as := aFigure
	if info.Form == rule.Date {
		as = aDay
	}
	form := map[rule.Form]string{rule.Money: "money", rule.Minute: "time", rule.Date: "day"}[info.Form]
	if form == "" {
		form = "count"
	}
	from := slot{key: a.key(i, "from"), as: as, said: a.text("admin.draft.from-" + form)}
	if ofBirthday(info.Field) {
		from.about = a.text("admin.draft.birthday-how")
	}
	put(from)
	if info.Form == rule.Money {
		put(slot{key: a.key(i, "below"), as: as, said: a.text("admin.draft.below-money")})
		return
	}
	put(slot{key: a.key(i, "to"), as: as, said: a.text("admin.draft.to-" + form)})
}

// act does what a button of the conditions asks for: false where it is another.
func (e *partForm) act(do string) bool {
	what, rest, _ := strings.Cut(do, ":")
	switch what {
	case "add":
		e.wants(rest).add(e.f.get("add." + rest))
		e.f.values.Del("add." + rest)
	case "drop":
		name, at, _ := strings.Cut(rest, ":")
		a := e.wants(name)
		if i, err := strconv.Atoi(at); err == nil && i >= 0 && i < a.count() {
			a.drop(i)
		}
	case "fields", "find":
	default:
		return false
	}
	return true
}
