package admin

import (
	"net/http"
	"net/url"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// cardPages is the pages of cards: their types, plastic printed ahead, and a
// card that is found by its number. Numbers in stock are for who may change
// them only: whoever knows the number of a card may be served by it.
func cardPages(a *Admin) {
	a.get("/cards", staff.ReferenceSee, (*page).cardTypes)
	a.get("/cards/new", staff.CardsEdit, (*page).newCardType, Everywhere)
	a.post("/cards/new", staff.CardsEdit, (*page).newCardTypeSent, Everywhere)
	a.get("/cards/types/{type}", staff.CardsEdit, (*page).editCardType, Everywhere)
	a.post("/cards/types/{type}", staff.CardsEdit, (*page).editCardTypeSent, Everywhere)
	a.get("/cards/find", staff.MembersSee, (*page).findCard)
	a.get("/cards/batches", staff.CardsEdit, (*page).cardBatches, Everywhere)
	a.get("/cards/batches/new", staff.CardsEdit, (*page).newCardBatch, Everywhere)
	a.post("/cards/batches/new", staff.CardsEdit, (*page).newCardBatchSent, Everywhere)
	a.get("/cards/batches/load", staff.CardsEdit, (*page).loadCardBatch, Everywhere)
	a.post("/cards/batches/load", staff.CardsEdit, (*page).loadCardBatchSent, Everywhere)
	a.get("/cards/batches/{batch}", staff.CardsEdit, (*page).cardBatch, Everywhere)
	a.get("/cards/batches/{batch}/file", staff.CardsEdit, (*page).cardBatchFile, Everywhere)
	a.post("/cards/batches/{batch}/void", staff.CardsEdit, (*page).voidCard, Everywhere)
}

const (
	cardsHere   = "/cards"
	cardsPath   = Base + cardsHere
	batchesPath = cardsPath + "/batches"
	findPath    = cardsPath + "/find"
)

// cardTabs are the parts of the pages of cards that the reader may see.
func (p *page) cardTabs(here string) []kit.Link {
	out := []kit.Link{{Text: p.text("admin.cards.types"), Href: cardsPath, Here: here == cardsPath}}
	if p.goes("/cards/batches") {
		out = append(out, kit.Link{Text: p.text("admin.cards.batches"), Href: batchesPath, Here: here == batchesPath})
	}
	if p.can(staff.MembersSee) {
		out = append(out, kit.Link{Text: p.text("admin.cards.find"), Href: findPath, Here: here == findPath})
	}
	return out
}

func (p *page) cardTypes() error {
	s := p.shelfOf(p.text("admin.nav.cards"), cardsHere, cardsPath)
	may := p.goes("/cards/new")
	s.Tabs = p.cardTabs(cardsPath)
	s.Actions = p.newOne(may, "admin.cards.new-type", cardsPath+"/new")
	s.Icon, s.None, s.NoneText = "credit-card", p.text("admin.cards.no-types"), p.text("admin.cards.no-types-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.card.type"), Class: "c-who"},
		{Text: p.text("admin.cards.kind"), Class: "c-last"},
		{Text: p.text("admin.cards.properties")},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	list, err := card.Types(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	for i := range list {
		t := &list[i]
		r := shelfRow{Name: t.Name, Sub: t.Code, Cells: []string{p.text("admin.cards.kind-" + string(t.Kind)), p.propertiesOf(t)}, State: p.text("admin.cards.closed")}
		if t.Active {
			r.State, r.Tone = p.text("admin.cards.issued"), kit.Good
		}
		if may {
			r.Href = cardsPath + "/types/" + t.ID.String()
		}
		s.Rows = append(s.Rows, r)
	}
	return p.showShelf(s)
}

// propertiesOf are the properties of a type in words.
func (p *page) propertiesOf(t *card.Type) string {
	v := &t.Properties
	out := ""
	add := func(on bool, text string) {
		if on && out != "" {
			out += ", "
		}
		if on {
			out += text
		}
	}
	add(v.Prefix != "", p.text("admin.cards.prefix-is", "prefix", v.Prefix))
	add(v.Secret, p.text("admin.cards.with-secret"))
	add(v.ByHand, p.text("admin.cards.by-hand"))
	add(v.StockOnly, p.text("admin.cards.stock-only"))
	add(v.Unchecked, p.text("admin.cards.unchecked"))
	return out
}

func cardKinds() []card.Kind { return []card.Kind{card.Plastic, card.Virtual, card.Phone, card.Wallet} }

func (p *page) newCardType() error {
	return p.askCardType(p.filled(url.Values{"kind": {string(card.Plastic)}, "properties.prefix": {"27"}}), card.Type{})
}

func (p *page) askCardType(f *form, t card.Type) error {
	s := sheet{
		Title: p.text("admin.cards.new-type"), Here: cardsHere, Action: cardsPath + "/new", Back: cardsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.cards"), Href: cardsPath}},
	}
	kinds := make([]kit.Option, 0, len(cardKinds()))
	for _, k := range cardKinds() {
		kinds = append(kinds, kit.Option{Value: string(k), Text: p.text("admin.cards.kind-" + string(k)), Hint: p.text("admin.cards.kind-" + string(k) + "-hint")})
	}
	code, kind := f.field("code", "card-code", needed, narrow, most(card.MaxCode)), f.field("kind", "card-kind", of(kinds...))
	if t.ID != 0 {
		s.Title, s.Action = t.Name, cardsPath+"/types/"+t.ID.String()
		code.Off, kind.Off = true, true
	}
	s.Parts = []sheetPart{
		{Entries: []entry{{Field: f.field("name", "outlet-name", needed, first, most(card.MaxName))}, {Field: code}, {Field: kind, as: asChoice}}},
		{Name: p.text("admin.cards.properties"), Hint: p.text("admin.cards.properties-hint"), Entries: []entry{
			{Field: f.field("properties.prefix", "card-prefix", narrow, mode("numeric"), most(4))},
			f.box("secret", "type-secret"), f.box("by_hand", "card-by-hand"), f.box("stock_only", "card-stock-only"), f.box("unchecked", "card-unchecked"),
		}},
	}
	if t.ID != 0 {
		s.Parts = append(s.Parts, sheetPart{Entries: []entry{f.box("active", "card-active")}})
	}
	return p.ask(f, s)
}

func (p *page) newCardTypeSent() error { return p.saveCardType(card.Type{Active: true}) }

func (p *page) cardTypeOf() (card.Type, error) {
	i, err := p.param("type")
	if err != nil {
		return card.Type{}, err
	}
	return card.GetType(p.ctx(), p.DB, i)
}

func (p *page) editCardType() error {
	t, err := p.cardTypeOf()
	if err != nil {
		return err
	}
	v := &t.Properties
	return p.askCardType(p.filled(url.Values{
		"name": {t.Name}, "code": {t.Code}, "kind": {string(t.Kind)}, "properties.prefix": {v.Prefix}, "secret": yes(v.Secret), "by_hand": yes(v.ByHand),
		"stock_only": yes(v.StockOnly), "unchecked": yes(v.Unchecked), "active": yes(t.Active),
	}), t)
}

func (p *page) editCardTypeSent() error {
	t, err := p.cardTypeOf()
	if err != nil {
		return err
	}
	return p.saveCardType(t)
}

func (p *page) saveCardType(t card.Type) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to := t
	to.Name = f.get("name")
	if t.ID == 0 {
		to.Code, to.Kind = f.get("code"), card.Kind(f.get("kind"))
	} else {
		f.values.Set("code", t.Code)
		f.values.Set("kind", string(t.Kind))
		to.Active = f.on("active")
	}
	to.Properties = card.Properties{Prefix: f.get("properties.prefix"), Secret: f.on("secret"), ByHand: f.on("by_hand"), StockOnly: f.on("stock_only"), Unchecked: f.on("unchecked")}
	if _, err := p.Cards.SaveType(p.ctx(), to); err != nil {
		if f.refuse(renamed(inField(err, map[string]string{"card.code-taken": "code"}), "properties", "kind")) {
			return p.askCardType(f, t)
		}
		return err
	}
	return p.to(cardsPath, "saved")
}

// cardTypeOptions are the types that cards may be issued of.
func (p *page) cardTypeOptions(may func(*card.Type) bool) ([]kit.Option, error) {
	list, err := card.Types(p.ctx(), p.DB)
	var out []kit.Option
	for i := range list {
		if list[i].Active && may(&list[i]) {
			out = append(out, kit.Option{Value: list[i].ID.String(), Text: list[i].Name})
		}
	}
	return out, err
}

func plastic(t *card.Type) bool { return t.Kind == card.Plastic }

// batchesAtOnce is how many batches one part of their list has.
const batchesAtOnce = 50

func (p *page) cardBatches() error {
	s := p.shelfOf(p.text("admin.nav.cards"), cardsHere, batchesPath)
	s.Tabs = p.cardTabs(batchesPath)
	s.Actions = append([]kit.Action{{Text: p.text("admin.cards.load"), Icon: "upload", Href: batchesPath + "/load"}}, p.newOne(true, "admin.cards.new-batch", batchesPath+"/new")...)
	s.Icon, s.None, s.NoneText = "credit-card", p.text("admin.cards.no-batches"), p.text("admin.cards.no-batches-text")
	s.Columns = []kit.Column{{Text: p.text("admin.cards.batch"), Class: "c-who"}, {Text: p.text("admin.card.type"), Class: "c-tag"}, {Text: p.text("admin.cards.size"), Right: true, Class: "c-sum"}}
	after, _ := id.Parse(s.query.Get("after"))
	list, err := card.Batches(p.ctx(), p.DB, after, batchesAtOnce+1)
	if err != nil {
		return err
	}
	if len(list) > batchesAtOnce {
		list = list[:batchesAtOnce]
		s.after(list[batchesAtOnce-1].ID.String())
	}
	for i := range list {
		b := &list[i]
		s.Rows = append(s.Rows, shelfRow{
			Href: batchesPath + "/" + b.ID.String(), Name: p.batchName(b), Sub: b.Note, Cells: []string{p.cardTypeName(b.Type), ui.Number(p.ctx(), b.Size)},
		})
	}
	return p.showShelf(s)
}

func (p *page) batchName(b *card.Batch) string {
	return p.text("admin.cards.batch-of", "time", ui.DateTime(p.ctx(), b.MadeAt))
}

// cardTypeName is what a type of cards is called.
func (p *page) cardTypeName(i id.ID) string {
	t, err := card.GetType(p.ctx(), p.DB, i)
	if err != nil {
		return i.String()
	}
	return t.Name
}

func (p *page) newCardBatch() error {
	key, err := p.once()
	if key == "" {
		return err
	}
	return p.askCardBatch(p.filled(url.Values{"size": {"100"}, keyParam: {key}}))
}

func (p *page) askCardBatch(f *form) error {
	types, err := p.batchTypes()
	if err != nil {
		return err
	}
	s := sheet{
		Title: p.text("admin.cards.new-batch"), Here: cardsHere, Action: batchesPath + "/new", Back: batchesPath, Do: p.text("admin.cards.make"),
		Sub: p.text("admin.cards.new-batch-sub"), Crumbs: p.batchCrumbs(),
	}
	if len(types) == 0 {
		return p.noBatchYet(s.Title)
	}
	s.Hidden = []sentAlong{{keyParam, f.get(keyParam)}}
	s.Parts = []sheetPart{{Entries: lines(
		f.field("type", "card-type", needed, of(types...)),
		f.field("size", "card-size", needed, narrow, mode("numeric"), most(7)),
		f.field("note", "card-note", most(card.MaxNote)),
	)}}
	return p.ask(f, s)
}

// noBatchYet leads to a new type, without which no batch can be made.
func (p *page) noBatchYet(title string) error {
	var way []kit.Action
	if p.goes("/cards/new") {
		way = []kit.Action{{Text: p.text("admin.cards.new-type"), Icon: "plus", Weight: kit.Primary, Href: cardsPath + "/new"}}
	}
	body := nothingYet(p.batchCrumbs(), title, p.text("admin.cards.no-batch"), p.text("admin.cards.no-plastic"), way)
	if p.r.Method == http.MethodPost {
		return p.again(title, cardsHere, body)
	}
	return p.show(title, cardsHere, body)
}

// batchTypes are the types of cards that are made in batches: printed, with
// numbers of their own beginning.
func (p *page) batchTypes() ([]kit.Option, error) {
	return p.cardTypeOptions(func(t *card.Type) bool { return plastic(t) && t.Properties.Prefix != "" })
}

func (p *page) batchCrumbs() []kit.Link {
	return []kit.Link{{Text: p.text("admin.nav.cards"), Href: cardsPath}, {Text: p.text("admin.cards.batches"), Href: batchesPath}}
}

func (p *page) newCardBatchSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	types, err := p.batchTypes()
	if err != nil {
		return err
	}
	if len(types) == 0 {
		return p.askCardBatch(f)
	}
	var bad []fault.Field
	of := f.ref("type", &bad)
	if of == 0 && len(bad) == 0 {
		bad = append(bad, fault.Field{Path: "type", Code: "admin.bad-choice"})
	}
	n, err := strconv.Atoi(f.number("size"))
	if err != nil {
		bad = append(bad, fault.Field{Path: "size", Code: "admin.number"})
	}
	if len(bad) > 0 {
		f.refuse(fault.New(fault.Invalid, "admin.invalid").With(bad...))
		return p.askCardBatch(f)
	}
	b, seed, err := p.Cards.MakeBatchOnce(p.ctx(), f.key(), of, n, f.get("note"), p.actor())
	if err != nil {
		if f.usedUp(err) {
			f.whole = p.text("admin.cards.used-up")
			return p.askCardBatch(f)
		}
		if f.refuse(inField(err, map[string]string{"card.bad-size": "size", "card.bad-kind": "type", "card.bad-name": "note", "crypto.prefix-invalid": "type"})) {
			return p.askCardBatch(f)
		}
		return err
	}
	if seed == "" {
		return p.to(batchesPath+"/"+b.ID.String(), "saved")
	}
	return p.give(given{At: batchesPath + "/" + b.ID.String(), Secret: string(seed)})
}
