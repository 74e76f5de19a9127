package admin

import (
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// naming calls what a programme names as people do, and offers what it may
// name. It is good for one request.
type naming struct {
	*draft.Base
	p      *page
	of     *rule.Programme // whose levels and campaigns are meant; nil: nobody's
	loaded map[rule.Field][]kit.Option
	own    []member.CustomField // once they are loaded
	events map[string]string    // names of events that were asked for
	halls  map[string]playbill.Hall
}

func (p *page) naming() *naming {
	return &naming{Base: draft.NewBase(p.ctx(), p.DB, p.Directory), p: p, loaded: map[rule.Field][]kit.Option{}, events: map[string]string{}, halls: map[string]playbill.Hall{}}
}

// teller says rules of a programme in the reader's words.
func (p *page) teller(names *naming, of *rule.Programme) spoken.Teller {
	names.of = of
	return spoken.Teller{Speaker: spoken.Speaker{Texts: p.Texts, Lang: p.lang(), Names: spokenNames{names}}, Call: names.call}
}

// spokenNames call what has an id by its name, not by its code.
type spokenNames struct{ *naming }

// Word is the name of what has the id.
func (n spokenNames) Word(of rule.Field, i id.ID) (string, bool) {
	code, ok := n.naming.Word(of, i)
	if !ok {
		return "", false
	}
	return n.call(of, code), true
}

// Called is the name of what the text names by a word.
func (n spokenNames) Called(of rule.Field, word string) string { return n.call(of, word) }

// call is the name of what the text names by a word; the word where there is no
// other.
func (n *naming) call(of rule.Field, word string) string {
	if own := n.ownField(of); own != nil {
		return n.p.ownValue(own, word)
	}
	switch of {
	case rule.FieldEvent, rule.FieldSession, rule.FieldHall:
		return n.callShown(of, word)
	case rule.FieldEventType, rule.FieldChannel, rule.FieldTag:
		return word
	}
	for _, o := range n.options(of) {
		if strings.EqualFold(o.Value, word) {
			return o.Text
		}
	}
	if key := "rule.type." + word; of == rule.FieldType && n.p.Texts.Has(n.p.lang(), key) {
		return n.p.text(key) // of a sample, before there are any goods
	}
	if of == rule.FieldProduct {
		if g, err := n.goods().BySKU(n.p.ctx(), word); err == nil {
			return g.Name
		}
	}
	return word
}

// calls are words of a list by their names.
func (n *naming) calls(of rule.Field, list string) string {
	words := wordsIn(list)
	for i := range words {
		words[i] = n.call(of, words[i])
	}
	return n.p.quoted(words)
}

func (n *naming) goods() *catalog.Registry { return catalog.New(n.p.DB, nil) }

// options are all that a field may be, as far as that is known: words of the
// text with their names.
func (n *naming) options(of rule.Field) []kit.Option {
	if list, ok := n.loaded[of]; ok {
		return list
	}
	n.loaded[of] = nil
	n.loaded[of] = apart(n.load(of))
	return n.loaded[of]
}

// apart tells options of one name apart by their words: two types may both be
// called Tickets.
func apart(list []kit.Option) []kit.Option {
	called := map[string]int{}
	for _, o := range list {
		called[o.Text]++
	}
	for i := range list {
		if o := &list[i]; called[o.Text] > 1 && o.Text != o.Value {
			o.Text += " (" + o.Value + ")"
		}
	}
	return list
}

// maxOffered is how many of a list a form offers to tick.
const maxOffered = 300

func (n *naming) load(of rule.Field) (out []kit.Option) {
	p := n.p
	add := func(value, text string) {
		if len(out) < maxOffered {
			out = append(out, kit.Option{Value: value, Text: text})
		}
	}
	page := reference.Page{Limit: maxOffered}
	switch of {
	case rule.FieldOutlet:
		for _, code := range p.Directory.OutletCodes() {
			o, _ := p.Directory.OutletByCode(code)
			add(code, o.Name)
		}
	case rule.FieldPartner:
		for _, code := range p.Directory.PartnerCodes() {
			o, _ := p.Directory.PartnerByCode(code)
			add(code, o.Name)
		}
	case rule.FieldTill:
		n.tills(add)
	case rule.FieldType:
		list, err := n.goods().Types(p.ctx(), page)
		for _, x := range itemsOf(n, list, err) {
			add(x.Code, n.typeName(x))
		}
	case rule.FieldGroup:
		list, err := n.goods().Groups(p.ctx(), page)
		for _, x := range itemsOf(n, list, err) {
			add(x.Code, x.Name)
		}
	case rule.FieldCashier:
		list, err := p.Identity.Cashiers(p.ctx(), 0, page)
		for _, x := range itemsOf(n, list, err) {
			add(x.Code, x.Name)
		}
	case rule.FieldCardType:
		list, err := card.Types(p.ctx(), p.DB)
		for _, x := range itemsOf(n, reference.List[card.Type]{Items: list}, err) {
			add(x.Code, x.Name)
		}
	case rule.FieldMemberGroup, rule.FieldCategory:
		words := n.Words(of)
		slices.Sort(words)
		for _, w := range words {
			add(w, w)
		}
	case rule.FieldEvent, rule.FieldEventType, rule.FieldSession, rule.FieldHall, rule.FieldZone, rule.FieldSector:
		n.ofPlaybill(of, add)
	case rule.FieldChannel:
		for _, w := range n.channelsKnown() {
			add(w, w)
		}
	case rule.FieldTag:
		for _, w := range n.tagsKnown() {
			add(w, w)
		}
	case rule.CustomField:
		list, err := member.CustomFields(p.ctx(), p.DB)
		n.own = itemsOf(n, reference.List[member.CustomField]{Items: list}, err)
		for _, x := range n.own {
			name := x.LabelRU
			if p.lang() == i18n.EN && x.LabelEN != "" {
				name = x.LabelEN
			}
			add(x.Key, name)
		}
	default:
		n.ofProgram(of, add)
	}
	return out
}

// ofProgram is what the program or the programme itself names.
func (n *naming) ofProgram(of rule.Field, add func(value, text string)) {
	switch info, own := rule.InfoOf(of), n.ownField(of); {
	case own != nil:
		for _, o := range n.p.ownOptions(own) {
			add(o.Value, o.Text)
		}
	case of == rule.FieldWeekday:
		for i, day := range draft.Weekdays() {
			add(day, n.p.text("why.weekday."+string(rune('1'+i))))
		}
	case of == rule.FieldLevel && n.of != nil:
		for i := range n.of.Levels {
			add(n.of.Levels[i].ID, orID(n.of.Levels[i].Name, n.of.Levels[i].ID))
		}
	case of == spoken.FieldCampaign && n.of != nil:
		for i := range n.of.Campaigns {
			add(n.of.Campaigns[i].ID, orID(n.of.Campaigns[i].Name, n.of.Campaigns[i].ID))
		}
	case of == rule.FieldPayment:
		for _, kind := range []string{"cash", "card", "sbp", "certificate", "deposit", "pushkin"} {
			add(kind, n.p.payKind(kind))
		}
	case info != nil && (info.Form == rule.Flag || info.Form == rule.Choice):
		values := info.Values
		if info.Form == rule.Flag {
			values = []string{"yes", "no"}
		}
		for _, v := range values {
			add(v, n.p.text("why.word."+v))
		}
	}
}

func orID(name, i string) string {
	if name == "" {
		return i
	}
	return name
}

func (n *naming) tills(add func(value, text string)) {
	for _, word := range n.p.Directory.TillCodes() {
		if i, ok := n.Find(rule.FieldTill, word); ok {
			if place, ok := n.p.Directory.Place(i); ok {
				add(word, place.Outlet.Name+" – "+place.Till.Name)
			}
		}
	}
}

func (n *naming) typeName(t catalog.Type) string {
	if n.p.lang() == i18n.EN && t.NameEN != "" {
		return t.NameEN
	}
	return orID(t.NameRU, t.Code)
}

// itemsOf is what could be read of a list; a form that offers less than there
// is still takes all.
func itemsOf[T any](n *naming, list reference.List[T], err error) []T {
	if err != nil {
		n.p.Log.WarnContext(n.p.ctx(), "a form offers less than there is", "error", err)
		return nil
	}
	return list.Items
}

// offered are a field's options, and those words that are chosen and not among them:
// no form takes away what it does not know.
func (n *naming) offered(of rule.Field, chosen []string) []kit.Option {
	out := slices.Clone(n.options(of))
	for _, w := range chosen {
		if !slices.ContainsFunc(out, func(o kit.Option) bool { return strings.EqualFold(o.Value, w) }) {
			out = append(out, kit.Option{Value: w, Text: n.chosenSaid(of, w)})
		}
	}
	return out
}

// chosenSaid is what a word that is chosen is called in a form.
func (n *naming) chosenSaid(of rule.Field, word string) string {
	name := n.call(of, word)
	if of == rule.FieldEvent {
		return withCode(name, word)
	}
	return name
}

// found tells whether a field's values are too many to offer: they are looked up.
func (n *naming) found(of rule.Field) bool {
	switch of {
	case rule.FieldProduct:
		return true
	case rule.FieldEvent, rule.FieldHall:
		return len(n.options(of)) >= maxOffered
	case rule.FieldSession:
		return len(n.options(of)) > sessionsOffered
	}
	return false
}

// find looks values of a field up by what they are called.
func (n *naming) find(of rule.Field, words string) []kit.Option {
	if of != rule.FieldProduct {
		return n.findShown(of, words)
	}
	list, err := n.goods().Products(n.p.ctx(), catalog.Filter{}, reference.Page{Find: words, Limit: foundAtOnce})
	var out []kit.Option
	for _, g := range itemsOf(n, list, err) {
		out = append(out, kit.Option{Value: g.SKU, Text: g.Name})
	}
	return out
}

// foundAtOnce is how many one search offers.
const foundAtOnce = 20
