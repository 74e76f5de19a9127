package admin

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/fault"
)

// slotKind says how one value of the text is shown in a form.
type slotKind uint8

const (
	aLine slotKind = iota
	aFigure
	aDay
	anArea
	aTick   // usually no
	aTicked // usually yes
	aPick
	someOf
	someWords // typed, with commas between them
	yearDays  // days of any year, likewise
)

// slot is one value of a part of the text: its key, or keys with dots between
// them, which is the name of its field and of its faults too.
type slot struct {
	key     string
	as      slotKind
	label   string // of its text; "": draft-<part>-<last key>
	said    string // its label itself, where that is no text of ours
	about   string
	options []kit.Option
	needed  bool
}

// groupView is some fields of a form that belong together.
type groupView struct {
	Title, About string
	More, Open   bool
	Rows         []rowView
	Do           []rowView // what is added by a button
}

// rowView is fields side by side.
type rowView struct {
	Title  string
	Fields []fieldView
	Act    *kit.Action
	Find   *kit.Action // beside the fields: looks up what they may be
}

// fieldView is a field and how it is shown.
type fieldView struct {
	kit.Field
	As slotKind
	On bool
}

// formView is the form of one part of a draft.
type formView struct {
	Title, Action, Back, Edition string
	Whole                        string
	Wrong                        []kit.Field
	Groups                       []groupView
	Hidden                       []sentAlong
	Says                         *saidView
}

// partForm is one part of a draft being edited.
type partForm struct {
	*drafting
	f      *form
	name   string // of the part: head, earning, rule …
	at     string // its path in the text; "" and add: it is new
	add    string // the list that a new one goes to
	title  string
	hidden []sentAlong
	field  func(path string) string // of the form, by a path in the part's text; nil: they are the same
	shown  []string                 // names of the fields
	says   *saidView                // beside the form; nil: nothing is
}

// load puts what the text says into the form.
func (e *partForm) load(part draft.Part, slots []slot) {
	for _, s := range slots {
		x := partOfKey(part, s.key)
		switch s.as {
		case someOf:
			e.f.values[s.key] = x.List()
		case someWords:
			e.f.values.Set(s.key, wordsOut(x.List()))
		case yearDays:
			e.f.values.Set(s.key, e.yearDaysSaid(x.List()))
		case aTicked:
			e.f.values.Set(s.key, map[bool]string{true: "yes"}[x.Word != "no"])
		default:
			e.f.values.Set(s.key, x.Word)
		}
	}
}

// collect makes the part of the text out of what was typed.
func (e *partForm) collect(slots []slot) draft.Part {
	var out draft.Part
	for _, s := range slots {
		putAt(&out, strings.Split(s.key, "."), e.value(s))
	}
	return out
}

func (e *partForm) value(s slot) draft.Part {
	switch s.as {
	case aTick:
		if e.f.on(s.key) {
			return draft.Part{Word: "yes"}
		}
		return draft.Part{}
	case aTicked:
		if e.f.on(s.key) {
			return draft.Part{}
		}
		return draft.Part{Word: "no"}
	case aFigure:
		return e.figure(s.key)
	case someOf:
		return oneOrMany(e.f.values[s.key])
	case someWords:
		return oneOrMany(wordsIn(e.f.get(s.key)))
	case aDay:
		if t, err := parseDay(e.f.get(s.key), time.UTC); err == nil {
			return draft.Part{Word: t.Format(time.DateOnly)}
		}
	case yearDays:
		return oneOrMany(yearDaysIn(e.f.get(s.key)))
	}
	return draft.Part{Word: e.f.get(s.key)}
}

// figure is a number that was typed, as the text has it.
func (e *partForm) figure(key string) draft.Part { return draft.Part{Word: e.ungrouped(e.f.get(key))} }

// oneOrMany is words as the text has them: one by itself.
func oneOrMany(words []string) draft.Part {
	if len(words) == 1 {
		return draft.Part{Word: words[0]}
	}
	return draft.Words(words...)
}

func putAt(to *draft.Part, way []string, part draft.Part) {
	step := codeOf(way[0])
	if len(way) == 1 {
		to.Put(step, part)
		return
	}
	inner := to.Get(step)
	putAt(&inner, way[1:], part)
	to.Put(step, inner)
}

// partOfKey is the value of a slot.
func partOfKey(p draft.Part, key string) draft.Part {
	for step := range strings.SplitSeq(key, ".") {
		p = p.Get(codeOf(step))
	}
	return p
}

// A code may have dots, and a slot's key has them between its steps: in a key those
// of a code are written as a sign that no code has.

func stepOf(code string) string { return strings.ReplaceAll(code, ".", "·") }

func codeOf(step string) string { return strings.ReplaceAll(step, "·", ".") }

// rows shows slots, each on its own row.
func (e *partForm) rows(slots ...slot) []rowView {
	out := make([]rowView, len(slots))
	for i, s := range slots {
		out[i] = rowView{Fields: []fieldView{e.show(s)}}
	}
	return out
}

// row shows slots side by side.
func (e *partForm) row(slots ...slot) rowView {
	var out rowView
	for _, s := range slots {
		out.Fields = append(out.Fields, e.show(s))
	}
	return out
}

// rowOf is a row whose fields are called as those of other groups: above the form
// they are told apart by the group.
func (e *partForm) rowOf(group string, slots ...slot) rowView {
	from := len(e.f.fields)
	out := e.row(slots...)
	for i := range e.f.fields[from:] {
		e.f.fields[from+i].Label = group + ": " + e.f.fields[from+i].Label
	}
	return out
}

// show is a slot as its field.
func (e *partForm) show(s slot) fieldView {
	label := s.label
	if label == "" {
		label = "draft-" + e.name + "-" + s.key[strings.LastIndexByte(s.key, '.')+1:]
	}
	e.shown = append(e.shown, s.key)
	v := fieldView{As: s.as}
	v.Field = e.f.field(s.key, label)
	if s.said != "" {
		v.Label, v.Hint = s.said, s.about
		if v.Error != "" {
			e.f.fields[len(e.f.fields)-1].Label = s.said
		}
	}
	v.Needed = s.needed
	switch s.as {
	case aFigure:
		v.Narrow, v.Mode = true, "decimal"
	case aDay:
		v.Kind, v.Narrow = "date", true
	case anArea:
		v.Rows = 3
	case aTick, aTicked:
		v.On = e.f.on(s.key)
	case aPick:
		for _, o := range s.options {
			o.Chosen = o.Value == v.Value
			v.Options = append(v.Options, o)
		}
	case someOf:
		v.Options = tickedOf(s.options, e.f.values[s.key])
	}
	return v
}

// tickedOf ticks what is chosen; what is chosen and not offered is offered as it
// is, so that no form takes away what it does not know.
func tickedOf(options []kit.Option, chosen []string) []kit.Option {
	out := slices.Clone(options)
	for i := range out {
		out[i].Chosen = slices.ContainsFunc(chosen, func(c string) bool { return strings.EqualFold(c, out[i].Value) })
	}
	for _, c := range chosen {
		if !slices.ContainsFunc(out, func(o kit.Option) bool { return strings.EqualFold(o.Value, c) }) {
			out = append(out, kit.Option{Value: c, Text: c, Chosen: true})
		}
	}
	return out
}

// errors takes in what is wrong with the new text: what lies in this part goes
// beside its fields, all else above them.
func (e *partForm) errors(err error, names []string) {
	wrong := fault.From(err)
	if len(wrong.Fields) == 0 {
		e.f.whole = e.Texts.Fault(e.lang(), wrong)
	}
	for _, w := range wrong.Fields {
		if (w.Code == "programme.level-same" || w.Code == "programme.level-called") && e.name == "level" && !strings.HasPrefix(w.Path, e.at+".") {
			continue // said of this level already
		}
		said := e.Texts.FaultField(e.lang(), e.named(w))
		if w.Code == "programme.text-missing" { // it names a key of the text, which the form's reader has never seen
			said = e.missing(w.Path)
		}
		name, ok := strings.CutPrefix(w.Path, e.at)
		name = strings.TrimPrefix(name, ".")
		if e.field != nil {
			name = e.field(name)
		}
		if !ok {
			e.f.whole = strings.TrimSpace(e.f.whole + " " + e.inWords(w))
			continue
		}
		if at := nearest(name, names); at != "" {
			e.f.wrong[at] = said
			continue
		}
		e.f.whole = strings.TrimSpace(e.f.whole + " " + said)
	}
}

// missing says of a place that it is empty: what a programme is never without is filled
// in, anything else may be cleared with what belongs to it.
func (e *partForm) missing(path string) string {
	s, simple := simpleParts()[e.name]
	switch {
	case e.name == "head" && path == "name":
		return e.text("admin.draft.no-name-programme")
	case simple && slices.ContainsFunc(s.slots(e), func(s slot) bool { return s.needed && strings.TrimPrefix(e.at+"."+s.key, ".") == path }):
		return e.text("admin.draft.fill")
	}
	return e.text("admin.draft.needed")
}

// nearest is the field that a path of a fault is about.
func nearest(path string, names []string) string {
	dotted := strings.NewReplacer("[", ".", "]", "").Replace(path)
	for _, n := range names {
		if codeOf(n) == dotted {
			return n
		}
	}
	for p := dotted; p != ""; {
		for _, n := range names {
			if at := codeOf(n); at == p || strings.HasPrefix(at, p+".") {
				return n
			}
		}
		i := strings.LastIndexByte(p, '.')
		if i < 0 {
			return ""
		}
		p = p[:i]
	}
	return ""
}

// write puts the part into the text and keeps that as the draft, if it is a
// programme then. keys are those that this form is about; others stay.
func (e *partForm) write(keys []string, was, is draft.Part, names []string) (bool, error) {
	text, err := e.written(keys, was, is)
	if err != nil {
		return false, err
	}
	read, err := draft.Read(text, e.names)
	if err == nil && e.name == "head" { // where the code is typed
		err = e.codeFree(read)
	}
	if err != nil {
		e.errors(err, names)
		return false, e.names.Err()
	}
	e.read = read
	err = e.save(string(text), e.f.get("edition"))
	if fault.Is(err, "programme.draft-changed") { // by an instant: sent again it is seen what was changed
		e.f.whole = e.meanwhile()
		return false, nil
	}
	return err == nil, err
}

// written is the text of the draft with the part as it was typed.
func (e *partForm) written(keys []string, was, is draft.Part) ([]byte, error) {
	t, err := draft.Open([]byte(e.stored.Text))
	if err != nil {
		return nil, err
	}
	if e.add != "" {
		e.at = fmt.Sprintf("%s[%d]", e.add, len(e.parts.At(e.add).Items()))
		err = t.Add(e.add, is)
	} else {
		for _, key := range keys {
			if err == nil && !is.Get(key).Equal(was.Get(key)) {
				err = t.Set(e.at, key, is.Get(key))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return t.Bytes()
}

// ask answers with the form.
func (e *partForm) ask(groups []groupView, query url.Values) error {
	action := e.path + "/part/" + e.name
	if len(query) > 0 {
		action += "?" + query.Encode()
	}
	edition := e.f.get("edition")
	if edition == "" {
		edition = fmt.Sprint(e.stored.Edition)
	}
	if e.add == "" && !e.f.on(begunField) {
		e.f.values.Set(begunField, begun(e.f.values))
	}
	hidden := append(slices.Clone(e.hidden), sentAlong{begunField, e.f.values.Get(begunField)})
	v := formView{Title: e.title, Action: action, Back: e.path, Edition: edition, Groups: groups, Hidden: hidden, Says: e.says}
	v.Whole, v.Wrong = e.f.problems()
	if v.Whole != "" || len(v.Wrong) > 0 {
		return e.again(v.Title, "/programmes", partFormPage(v, e.stored.Name))
	}
	return e.show1(v)
}

func (e *partForm) show1(v formView) error {
	return e.page.show(v.Title, "/programmes", partFormPage(v, e.stored.Name))
}
