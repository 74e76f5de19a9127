package admin

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/setting"
)

// simplePart is a part of a programme that is there once: its fields stand in
// the text under one key, or beside each other.
type simplePart struct {
	at     string // of the map that the keys are of
	slots  func(e *partForm) []slot
	groups func(e *partForm, slots []slot) []groupView // nil: one below the other
	ready  func(draft.Part) draft.Part                 // of the text, to be shown
	back   func(draft.Part) draft.Part                 // of the form, to be written
	field  func(is draft.Part, path string) string     // of the form, by a path in the text; nil: they are the same
}

func simpleParts() map[string]simplePart {
	return map[string]simplePart{
		"head":     {slots: headSlots},
		"earning":  {at: "earning", slots: earningSlots, ready: wideExpiry, back: narrowExpiry(string(rule.Never))},
		"spending": {at: "spending", slots: spendingSlots},
		"gifts":    {slots: giftSlots, groups: giftGroups, ready: wideGifts, back: narrowGifts, field: giftField},
		"settings": {at: "settings", slots: settingSlots},
		"groups":   {at: "groups", slots: groupSlots},
	}
}

func headSlots(e *partForm) []slot {
	return []slot{
		{key: "name", needed: true},
		{key: "gives", as: aPick, options: e.choices("admin.draft.gives.", "", string(rule.GivesPoints), string(rule.GivesDiscounts))},
		{key: "from", as: aDay},
		{key: "to", as: aDay},
		{key: "outlets", as: someOf, options: e.names.options(rule.FieldOutlet)},
		{key: "partners", as: someOf, options: e.names.options(rule.FieldPartner)},
		{key: "zone", as: aPick, options: e.zones(e.f.values.Get("zone"))},
		{key: "terms_url"},
		{key: "code", needed: true},
		{key: "priority", as: aFigure},
		{key: "active", as: aTicked},
	}
}

// groupSlots ask of each rule group, named by a rule or by the text, what
// becomes of its rules' points together.
func groupSlots(e *partForm) []slot {
	var out []slot
	for _, name := range ruleGroups(&e.read.Programme) {
		out = append(out, slot{key: name, as: aPick, said: e.text("admin.draft.of-group", "name", name), options: e.choices("admin.draft.combine.", "", string(rule.TakeBest))})
	}
	return out
}

// ruleGroups are the rule groups of a programme by their names. One whose name
// has a dot is left to the text: a form's fields are named by ways.
func ruleGroups(p *rule.Programme) []string {
	seen := map[string]bool{}
	add := func(name string) { seen[name] = seen[name] || name != "" && !strings.ContainsAny(name, ".[]") }
	for name := range p.Groups {
		add(name)
	}
	lists := [][]rule.Rule{p.Rules}
	for i := range p.Levels {
		lists = append(lists, p.Levels[i].Rules)
	}
	for i := range p.Campaigns {
		lists = append(lists, p.Campaigns[i].Rules)
	}
	for _, list := range lists {
		for i := range list {
			add(list[i].Group)
		}
	}
	maps.DeleteFunc(seen, func(_ string, named bool) bool { return !named })
	return slices.Sorted(maps.Keys(seen))
}

// choices are words of the program's own, each with its text; "" is what holds
// where nothing is said.
func (p *page) choices(texts string, words ...string) []kit.Option {
	out := make([]kit.Option, len(words))
	for i, w := range words {
		key := texts + w
		if w == "" {
			key = texts + "usual"
		}
		out[i] = kit.Option{Value: w, Text: p.text(key)}
	}
	return out
}

// typed is one slot for each type of goods, and for those that the text has.
func (e *partForm) typed(key string) (out []slot) {
	for _, o := range e.ofTypes(key) {
		out = append(out, slot{key: key + "." + stepOf(o.Value), as: aFigure, said: e.text("admin.draft.of-type", "type", o.Text)})
	}
	return out
}

func (e *partForm) ofTypes(key string) []kit.Option {
	options := slices.Clone(e.names.options(rule.FieldType))
	for _, code := range e.parts.At(e.at).Get(key).Keys {
		if !slices.ContainsFunc(options, func(o kit.Option) bool { return o.Value == code }) {
			options = append(options, kit.Option{Value: code, Text: code})
		}
	}
	return options
}

func earningSlots(e *partForm) []slot {
	out := append([]slot{{key: "rate", as: aFigure}}, e.typed("by_type")...)
	return append(append(out, slot{key: "delay", as: aFigure}, slot{key: "on_use", as: aTick}), e.expirySlots("expiry", string(rule.Never))...)
}

// expirySlots ask when points end; usual is what it is where nothing is said.
func (e *partForm) expirySlots(key, usual string) []slot {
	modes := []string{string(rule.Never), string(rule.AfterPurchase), string(rule.AfterAccrual), string(rule.OnDates)}
	options := e.choices("admin.draft.expiry.", modes...)
	if usual != string(rule.Never) {
		options = append([]kit.Option{{Text: e.text("admin.draft.expiry.usual")}}, options...)
	}
	return []slot{
		{key: key + ".mode", as: aPick, options: options, label: "draft-expiry-mode"},
		{key: key + ".days", as: aFigure, label: "draft-expiry-days"},
		{key: key + ".dates", as: yearDays, label: "draft-expiry-dates"},
	}
}

// wideExpiry writes a term out that stands as one word.
func wideExpiry(p draft.Part) draft.Part {
	if x := p.Get("expiry"); x.Word != "" {
		var wide draft.Part
		wide.Put("mode", x)
		p = clonePart(p)
		p.Put("expiry", wide)
	}
	return p
}

// narrowExpiry is the other way round: it takes away what goes with another
// mode, and what is so where nothing is said.
func narrowExpiry(usual string) func(draft.Part) draft.Part {
	return func(p draft.Part) draft.Part {
		x := p.Get("expiry")
		var out draft.Part
		switch mode := x.Get("mode"); mode.Word {
		case string(rule.Never):
			if usual != mode.Word {
				out = mode
			}
		case string(rule.OnDates):
			out.Put("mode", mode)
			out.Put("dates", x.Get("dates"))
		case string(rule.AfterAccrual), string(rule.AfterPurchase):
			out.Put("mode", mode)
			out.Put("days", x.Get("days"))
		}
		p.Put("expiry", out)
		return p
	}
}

func clonePart(p draft.Part) draft.Part {
	p.Keys, p.Parts = slices.Clone(p.Keys), slices.Clone(p.Parts)
	return p
}

func spendingSlots(e *partForm) []slot {
	return append([]slot{{key: "share", as: aFigure}}, e.typed("by_type")...)
}

func giftSlots(e *partForm) []slot {
	out := []slot{
		{key: "welcome.points", as: aFigure},
		{key: "welcome.days", as: aFigure},
		{key: "welcome_self.points", as: aFigure},
		{key: "welcome_self.days", as: aFigure},
	}
	for _, o := range rule.Occasions() {
		key := "gifts." + string(o) + "."
		out = append(out, slot{key: key + "points", as: aFigure}, slot{key: key + "days", as: aFigure})
		switch o {
		case rule.FirstPurchase:
			out = append(out, slot{key: key + "from", as: aFigure})
		case rule.NoPurchases:
			out = append(out, slot{key: key + "silent", as: aFigure}, slot{key: key + "after", as: aFigure})
		default:
			out = append(out, slot{key: key + "before", as: aFigure}, slot{key: key + "after", as: aFigure})
		}
	}
	return out
}

func giftGroups(e *partForm, slots []slot) []groupView {
	out := []groupView{
		{Title: e.text("admin.draft.gift.welcome"), Rows: []rowView{e.rowOf(e.text("admin.draft.gift.welcome"), slots[0:2]...)}},
		{Title: e.text("admin.draft.gift.welcome-self"), About: e.text("admin.draft.gift.welcome-self-about"), Rows: []rowView{e.rowOf(e.text("admin.draft.gift.welcome-self"), slots[2:4]...)}},
	}
	for rest := slots[4:]; len(rest) > 0; {
		n := 4
		o := rule.Occasions()[len(out)-2]
		if o == rule.FirstPurchase {
			n = 3
		}
		title := e.text("rule.occasion." + string(o))
		out = append(out, groupView{Title: title, About: e.text("admin.draft.gift." + string(o)), Rows: []rowView{e.rowOf(title, rest[:n]...)}})
		rest = rest[n:]
	}
	return out
}

// wideGifts has the gifts for occasions by their occasions, and gifts of points
// alone written out.
func wideGifts(p draft.Part) draft.Part {
	out := clonePart(p)
	for _, key := range []string{"welcome", "welcome_self"} {
		if x := p.Get(key); x.Word != "" {
			var wide draft.Part
			wide.Put("points", x)
			out.Put(key, wide)
		}
	}
	var by draft.Part
	for _, g := range p.Get("gifts").Items() {
		by.Put(g.Get("on").Word, g)
	}
	out.Put("gifts", by)
	return out
}

func narrowGifts(p draft.Part) draft.Part {
	for _, key := range []string{"welcome", "welcome_self"} {
		if x := p.Get(key); x.Get("days").None() {
			p.Put(key, x.Get("points"))
		}
	}
	by := p.Get("gifts")
	list := draft.Part{Block: true}
	for i, on := range by.Keys {
		g := by.Parts[i]
		if !slices.ContainsFunc(g.Parts, func(x draft.Part) bool { return !x.None() }) {
			continue
		}
		var item draft.Part
		item.Put("on", draft.Part{Word: on})
		for j, key := range g.Keys {
			item.Put(key, g.Parts[j])
		}
		list.Parts = append(list.Parts, item)
	}
	p.Put("gifts", list)
	return p
}

var giftPath = regexp.MustCompile(`^gifts\[(\d+)\](.*)$`)

// giftField is the field of a gift that the text has by its place in the list:
// the form has it by its occasion.
func giftField(is draft.Part, path string) string {
	m := giftPath.FindStringSubmatch(path)
	if m == nil {
		return path
	}
	n, err := strconv.Atoi(m[1])
	items := is.Get("gifts").Items()
	if err != nil || n >= len(items) {
		return path
	}
	return "gifts." + items[n].Get("on").Word + m[2]
}

// settingSlots are all settings of a programme, by the table of them.
func settingSlots(e *partForm) []slot {
	out := make([]slot, len(rule.ProgrammeSettings))
	for i := range rule.ProgrammeSettings {
		info := &rule.ProgrammeSettings[i].Info
		usual := e.settingSaid(info, info.Default)
		s := slot{key: info.Key, said: e.text(info.Title()), about: e.text(info.About()) + " " + e.text("admin.draft.usually", "value", usual), as: aFigure}
		switch info.Kind {
		case setting.Flag:
			s.as, s.about = aTick, e.text(info.About())
			if info.Default == "yes" {
				s.as = aTicked
			}
		case setting.Choice:
			s.as, s.about = aPick, e.text(info.About())
			s.options = []kit.Option{{Text: usual}}
			for _, c := range info.Choices {
				if c != info.Default {
					s.options = append(s.options, kit.Option{Value: c, Text: e.text(info.Word(c))})
				}
			}
		}
		out[i] = s
	}
	return out
}

// editor begins the form of a part.
func (p *page) editor() (*partForm, error) {
	d, err := p.drafting()
	if err != nil {
		return nil, err
	}
	name := p.partOf()
	e := &partForm{drafting: d, name: name, f: p.filled(url.Values{})}
	if d.read == nil {
		return e, nil
	}
	if name == "rule" || name == "level" || name == "campaign" {
		return e, e.place()
	}
	s, ok := simpleParts()[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "admin.no-page")
	}
	e.at, e.title = s.at, p.text("admin.draft.part."+name)
	return e, nil
}

func (p *page) draftPart() error {
	e, err := p.editor()
	if fault.Is(err, "programme.no-draft") {
		return p.toProgramme()
	}
	if err != nil {
		return p.partGone(err)
	}
	if e.read == nil {
		return p.to(e.path, "")
	}
	s, simple := simpleParts()[e.name]
	if !simple {
		return e.showItem()
	}
	if p.carried == nil {
		e.loadSimple(s)
	}
	return e.ask(e.simpleGroups(s, s.slots(e)), nil)
}

// partGone leads back to the draft whoever has the form of a part open that
// another has taken out meanwhile.
func (p *page) partGone(err error) error {
	if !fault.Is(err, "programme.no-part") {
		return err
	}
	i, err := p.param("programme")
	if err != nil {
		return err
	}
	return p.to(programmesPath+"/"+i.String()+"/draft", "draft-part-gone")
}

// loadSimple puts the part into the form as the draft has it.
func (e *partForm) loadSimple(s simplePart) {
	part := e.parts.At(e.at)
	if s.ready != nil {
		part = s.ready(part)
	}
	e.f.values.Set("zone", part.Get("zone").Word)
	e.load(part, s.slots(e))
	e.usual()
}

// usual fills in what is so where the text says nothing, so that no field of
// these is seen empty.
func (e *partForm) usual() {
	if e.name == "head" && e.f.values.Get("zone") == "" {
		e.f.values.Set("zone", e.read.Programme.Zone)
	}
	if e.name == "earning" && e.f.values.Get("expiry.mode") == "" {
		e.f.values.Set("expiry.mode", string(rule.Never))
	}
}

func (e *partForm) simpleGroups(s simplePart, slots []slot) []groupView {
	if s.groups != nil {
		return s.groups(e, slots)
	}
	return []groupView{{Rows: e.rows(slots...)}}
}

func (p *page) draftPartSent() error {
	e, err := p.editor()
	if err != nil {
		return p.partGone(err)
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if e.f = f; e.read == nil {
		return p.to(e.path, "")
	}
	s, simple := simpleParts()[e.name]
	if !simple {
		return e.itemSent()
	}
	if e.f.whole = e.takeDraft(); e.f.whole != "" {
		return e.ask(e.groups(), nil)
	}
	slots := s.slots(e)
	was, is := e.parts.At(e.at), e.collect(slots)
	if s.back != nil {
		is = s.back(is)
	}
	var keys, names []string
	for _, x := range slots {
		names = append(names, x.key)
		if key := firstKey(x.key); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if s.field != nil {
		e.field = func(path string) string { return s.field(is, path) }
	}
	done, err := e.write(keys, was, is, names)
	if err != nil {
		return err
	}
	if done {
		return p.to(e.path, "draft-saved")
	}
	return e.ask(e.simpleGroups(s, slots), nil)
}

func firstKey(key string) string {
	for i := range key {
		if key[i] == '.' {
			return key[:i]
		}
	}
	return key
}
