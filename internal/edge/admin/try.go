package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// tries is the page on which a programme, or its draft, is tried on a receipt
// that is only imagined. It is read by its address and stores nothing.
func tries(a *Admin) {
	a.get("/programmes/{programme}/try", staff.ProgrammeSee, (*page).try)
}

// triedLines is how many positions the form has at first; a button adds one, up
// to what a receipt may have.
const triedLines = 4

// tryView is the form and what came out.
type tryView struct {
	Name, Action, Back string
	Whole              string
	Wrong              []kit.Field
	Who, Where, More   []fieldView
	Imagined           []fieldView
	Find               *fieldView // nil: all that is there is offered
	Lines              [][]fieldView
	Places             []fieldView // none: no tickets are sold
	Rows, MoreRows     string      // how many lines there are; "": no more may be added
	Result             *triedView
}

// triedView is what the receipt would come to.
type triedView struct {
	Away   string     // why no such receipt would come to be there
	Level  []kit.Pair // none: the programme has no levels, or nobody stands at any
	Own    bool       // what becomes of the level is not told to whoever works at some outlets
	Lines  []receiptLine
	Totals []kit.Pair
	Said   []string
	Steps  []kit.Happening

	Refused []kit.Happening // of every other rule, why it could not act
}

// trying is a programme being tried.
type trying struct {
	*partForm
	of    *rule.Programme
	rows  int          // of positions
	named []kit.Option // members who are called as was typed, where there are several
}

func (p *page) try() error {
	i, err := p.param("programme")
	if err != nil {
		return err
	}
	q := p.r.URL.Query()
	t := &trying{partForm: &partForm{drafting: &drafting{page: p, names: p.naming()}, name: "try", f: p.filled(q)}}
	if t.of, err = t.programme(i, q); err != nil {
		return err
	}
	t.names.of, t.rows = t.of, rowsOf(q)
	v := tryView{Name: t.of.Name, Action: programmesPath + "/" + i.String() + "/try", Back: programmesPath + "/" + i.String()}
	if q.Get("of") == "draft" {
		v.Back += "/draft"
	}
	t.imagines()
	if q.Get("till") != "" {
		if v.Result, err = t.run(); err != nil {
			return err
		}
	} else {
		t.usualTry()
	}
	t.form(&v)
	for name, said := range t.f.wrong { // nothing is refused in silence
		if !slices.Contains(t.shown, name) {
			t.f.whole = said
		}
	}
	v.Whole, v.Wrong = t.f.problems()
	if v.Whole != "" || len(v.Wrong) > 0 {
		return p.again(p.text("admin.try.title"), "/programmes", tryPage(v))
	}
	return p.show(p.text("admin.try.title"), "/programmes", tryPage(v))
}

// programme is the one in force, or the draft if that is asked for or there is
// nothing else.
func (t *trying) programme(i id.ID, q url.Values) (*rule.Programme, error) {
	pr := t.Programmes.Current().Get(i)
	if pr != nil && q.Get("of") != "draft" {
		q.Set("of", "force")
		return pr, nil
	}
	if !t.can(staff.ProgrammeEdit) {
		return nil, fault.New(fault.NotFound, "programme.not-found")
	}
	d, err := t.drafting.page.drafting()
	if err != nil {
		return nil, err
	}
	if d.read == nil {
		return nil, fault.New(fault.Invalid, "programme.invalid")
	}
	q.Set("of", "draft")
	out := d.read.Programme
	if out.ID = i; pr != nil {
		out.Version = pr.Version
	}
	return &out, nil
}

// usualTry fills the form as it is seen first: now, one purchase of a thousand.
func (t *trying) usualTry() {
	now := ui.Of(t.ctx()).Now.In(ui.Of(t.ctx()).Zone)
	for key, v := range map[string]string{"day": now.Format(time.DateOnly), "time": now.Format("15:04"), "line.0.price": "1000", "line.0.quantity": "1", "most": "yes"} {
		t.f.values.Set(key, v)
	}
}

func (t *trying) form(v *tryView) {
	add := func(to *[]fieldView, s slot) {
		s.label = "try-" + s.key
		*to = append(*to, t.show(s))
	}
	tills := slices.DeleteFunc(slices.Clone(t.names.options(rule.FieldTill)), func(o kit.Option) bool { return !t.ownTill(o.Value) })
	add(&v.Where, slot{key: "till", as: aPick, options: tills})
	add(&v.Where, slot{key: "day", as: aDay})
	add(&v.Where, slot{key: "time", as: aFigure})
	if t.can(staff.MembersSee) {
		add(&v.Who, slot{key: "who"})
		if len(t.named) > 0 {
			add(&v.Who, slot{key: "whom", as: aPick, options: append([]kit.Option{{Text: t.text("admin.draft.choose")}}, t.named...)})
		}
	}
	add(&v.Imagined, slot{key: "imagined", as: aTick})
	levels := append([]kit.Option{{Text: t.text("admin.try.no-level")}}, t.names.options(rule.FieldLevel)...)
	add(&v.Imagined, slot{key: "level", as: aPick, options: levels})
	add(&v.Imagined, slot{key: "points", as: aFigure})
	add(&v.Imagined, slot{key: "spent", as: aFigure})
	add(&v.Imagined, slot{key: "birth", as: aDay})
	if groups := t.names.options(rule.FieldMemberGroup); len(groups) > 0 {
		add(&v.Imagined, slot{key: "group", as: aPick, options: append([]kit.Option{{Text: t.text("admin.try.no-group")}}, groups...)})
	}
	t.lineFields(v)
	for _, s := range t.places() {
		add(&v.Places, s)
	}
	add(&v.More, slot{key: "most", as: aTick})
	add(&v.More, slot{key: "codes"})
	if channels := t.channels(); len(channels) > 1 {
		add(&v.More, slot{key: "channel", as: aPick, options: channels})
	} else {
		add(&v.More, slot{key: "channel"})
	}
	add(&v.More, slot{key: "payment", as: aPick, options: append([]kit.Option{{Text: t.text("admin.try.any-payment")}}, t.names.options(rule.FieldPayment)...)})
}

// lineFields adds the positions; where there is a playbill, each may be of tickets.
func (t *trying) lineFields(v *tryView) {
	goods, sessions, find := t.offers()
	v.Find = find
	slots := []slot{{key: "sku", as: aPick, options: append([]kit.Option{{Text: t.text("admin.try.bare-sum")}}, goods...)}, {key: "price", as: aFigure}, {key: "quantity", as: aFigure}}
	if len(sessions) > 0 {
		slots = append(slots, slot{key: "session", as: aPick, options: append([]kit.Option{{Text: t.text("admin.try.no-session")}}, sessions...)})
	}
	for i := range t.rows {
		var row []fieldView
		for _, s := range slots {
			s.label = "try-" + s.key
			s.key = t.rowKey("line", i, s.key)
			f := t.show(s)
			switch s.label {
			case "try-sku": // a product has a price of its own
				f.Clears = t.rowKey("line", i, "price")
			case "try-price":
				f.Example = t.text("admin.try.own-price")
			}
			row = append(row, f)
		}
		v.Lines = append(v.Lines, row)
	}
	v.Rows = strconv.Itoa(t.rows)
	if t.rows < rule.MaxLines {
		v.MoreRows = strconv.Itoa(t.rows + 1)
	}
}

// places asks where in the hall the tickets are: zones and sectors that halls have.
func (t *trying) places() (out []slot) {
	if len(t.names.options(rule.FieldSession)) == 0 {
		return nil
	}
	for _, of := range []rule.Field{rule.FieldZone, rule.FieldSector} {
		if list := t.names.options(of); len(list) > 0 {
			out = append(out, slot{key: string(of), as: aPick, options: append([]kit.Option{{Text: t.text("admin.try.any-place")}}, list...)})
		}
	}
	return out
}

// ownTill tells whether a till, by its word, is where the reader works.
func (t *trying) ownTill(word string) bool {
	i, _ := t.names.Find(rule.FieldTill, word)
	place, ok := t.Directory.Place(i)
	return ok && t.who.At(place.Outlet.ID)
}

// run tries the receipt of the form; nil where the form is wrong.
func (t *trying) run() (*triedView, error) {
	c, at, err := t.cart()
	if err != nil || c == nil {
		return nil, err
	}
	trial := &purchase.Trial{Programme: t.of, At: at}
	if t.f.on("imagined") {
		trial.Member = t.imagined()
		c.Buyer = purchase.Buyer{}
	} else if c.Buyer.None() {
		c.Wish.Max = false // nobody has points
	}
	if len(t.f.wrong) > 0 {
		return nil, nil
	}
	q, err := t.Desk.Try(t.ctx(), c, trial)
	if err != nil {
		if !t.f.refuse(err) {
			return nil, err
		}
		return nil, nil
	}
	v, err := t.result(c, q)
	if err == nil {
		v.Away = t.away(c.Till, at)
	}
	return v, err
}

// away says that the till's outlet is under another programme on that day, or
// under none: what was counted is what this one would give there.
func (t *trying) away(till id.ID, at clock.Micros) string {
	place, _ := t.Directory.Place(till)
	o := &place.Outlet
	set := t.Programmes.Current()
	if set.Get(t.of.ID) != t.of {
		set = set.With(t.of)
	}
	switch there := set.For(o.ID, o.PartnerID, o.BusinessDay(at)); there {
	case t.of:
		return ""
	case nil:
		return t.text("admin.try.nowhere", "outlet", o.Name)
	default:
		return t.text("admin.try.elsewhere", "outlet", o.Name, "name", there.Name)
	}
}

// cart is the receipt that was typed.
func (t *trying) cart() (*purchase.Cart, clock.Micros, error) {
	till, ok := t.names.Find(rule.FieldTill, t.f.get("till"))
	place, ok2 := t.Directory.Place(till)
	if !ok || !ok2 || !t.who.At(place.Outlet.ID) {
		t.f.wrong["till"] = t.text("admin.try.no-till")
		return nil, 0, nil
	}
	c := &purchase.Cart{Till: till, Key: "try", Codes: wordsIn(t.f.get("codes")), Channel: t.f.get("channel"), Wish: rule.Wish{Max: t.f.on("most")}}
	t.lines(c)
	at := t.moment(&place)
	if err := t.buyer(c); err != nil {
		return nil, 0, err
	}
	if len(t.f.wrong) > 0 {
		return nil, 0, nil
	}
	if kind := t.f.get("payment"); kind != "" {
		var sum money.Amount
		for _, l := range c.Lines {
			whole, _ := money.MulDiv(int64(l.Price), int64(l.Quantity), int64(money.Piece), money.HalfUp)
			sum += money.Amount(whole)
		}
		c.Payments = []purchase.Payment{{Kind: kind, Amount: sum}}
	}
	return c, at, nil
}

func (t *trying) lines(c *purchase.Cart) {
	for i := range t.rows {
		sku, price := t.f.get(t.rowKey("line", i, "sku")), t.f.get(t.rowKey("line", i, "price"))
		if price == "" && sku == "" {
			continue
		}
		l := purchase.CartLine{SKU: cmp.Or(sku, "sum-"+strconv.Itoa(i+1)), Name: t.text("admin.try.bare-sum")}
		if sku != "" {
			l.Name = t.names.call(rule.FieldProduct, sku)
		}
		l.Price = t.priceOf(t.rowKey("line", i, "price"), price, sku)
		var err error
		l.Quantity, err = money.ParseQuantity(cmp.Or(t.f.number(t.rowKey("line", i, "quantity")), "1"))
		if err == nil && l.Quantity == 0 {
			err = fault.New(fault.Invalid, "purchase.quantity")
		}
		if err != nil {
			t.f.wrong[t.rowKey("line", i, "quantity")] = t.Texts.Fault(t.lang(), fault.From(err))
		}
		if l.Place.Session = t.f.get(t.rowKey("line", i, "session")); l.Place.Session != "" {
			l.Place.Zone, l.Place.Sector = t.f.get("zone"), t.f.get("sector")
		}
		c.Lines = append(c.Lines, l)
	}
}

// priceOf is a line's price: that which was typed or, of a product, its own.
func (t *trying) priceOf(name, typed, sku string) money.Amount {
	if typed == "" {
		if x, err := t.Products.BySKU(t.ctx(), sku); err == nil {
			return x.Price
		}
	}
	return t.sum(name, typed)
}

// sum is money that was typed into a field, or points, which have as many
// decimals; what is none, or is below zero, is said there.
func (t *trying) sum(name, typed string) money.Amount {
	n, err := money.ParseAmount(t.ungrouped(typed))
	if err == nil && n < 0 {
		err = fault.New(fault.Invalid, "money.negative")
	}
	if err != nil {
		t.f.wrong[name] = t.Texts.Fault(t.lang(), fault.From(err))
	}
	return n
}

// moment is the time of the receipt, on the outlet's clock.
func (t *trying) moment(place *partner.Place) clock.Micros {
	zone, err := time.LoadLocation(place.Outlet.Zone)
	if err != nil {
		zone = time.UTC
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", t.f.get("day")+" "+t.f.get("time"), zone)
	if _, wrong := time.Parse(time.DateOnly, t.f.get("day")); wrong != nil {
		t.f.wrong["day"] = t.text("admin.try.bad-day")
	} else if err != nil {
		t.f.wrong["time"] = t.text("admin.try.bad-time")
	}
	return clock.Of(at)
}

// imagined is the member that was made up.
func (t *trying) imagined() *rule.Member {
	points, spent := t.sum("points", cmp.Or(t.f.get("points"), "0")), t.sum("spent", cmp.Or(t.f.get("spent"), "0"))
	m := &rule.Member{Home: 1, Turnover: spent, Spendable: money.Points(points), Level: text.Fold(t.f.get("level")), LevelDay: t.f.get("day"), Birth: t.f.get("birth"), RegisteredDay: t.f.get("day")}
	if g, ok := t.names.Find(rule.FieldMemberGroup, t.f.get("group")); ok && t.f.get("group") != "" {
		m.Groups = []id.ID{g}
	}
	return m
}

func (t *trying) result(c *purchase.Cart, q *purchase.Quoted) (*triedView, error) {
	ctx, o := t.ctx(), q.Outcome
	names := &ruleNames{p: t.drafting.page, of: t.of}
	v := &triedView{}
	for i := range o.Lines {
		l, x := &o.Lines[i], &c.Lines[i]
		row := receiptLine{Name: x.Name, Quantity: i18n.Quantity(t.lang(), x.Quantity), Price: ui.Money(ctx, x.Price), Sum: ui.Money(ctx, l.Due)}
		for _, e := range o.Effects {
			for _, s := range e.Shares {
				if s.Line == i && e.Kind == rule.Discount {
					row.Off = append(row.Off, t.text("admin.receipt.off", "sum", ui.Money(ctx, money.Amount(s.Amount)), "by", names.owner(e.Rule)))
				}
			}
		}
		if l.Paid != 0 {
			row.Off = append(row.Off, t.text("admin.receipt.paid-with-points", "sum", ui.Money(ctx, l.Paid), "points", ui.Points(ctx, l.Points)))
		}
		if l.Earned != 0 {
			row.Points = ui.Signed(ctx, l.Earned)
		}
		v.Lines = append(v.Lines, row)
	}
	pair := func(key, value string) {
		v.Totals = append(v.Totals, kit.Pair{Name: t.text(key), Value: value})
	}
	pair("admin.receipt.gross", ui.Money(ctx, o.Gross))
	pair("admin.receipt.discount", ui.Money(ctx, -o.Discount))
	pair("admin.receipt.by-points", ui.Money(ctx, -o.Paid))
	pair("admin.receipt.due", ui.Money(ctx, o.Due))
	pair("admin.try.payable", ui.Points(ctx, o.Most))
	pair("admin.receipt.earned", ui.Signed(ctx, o.Earned))
	v.Own = t.who.Narrowed() && q.Rise != nil && !t.f.on("imagined")
	v.Level = t.level(q.Rise, v.Own)
	for _, m := range o.Messages {
		said := m.Text.RU
		if t.lang() == i18n.EN {
			said = cmp.Or(m.Text.EN, said)
		}
		v.Said = append(v.Said, said)
	}
	say := spoken.Speaker{Texts: t.Texts, Lang: t.lang(), Names: spokenNames{t.names}}
	v.Steps, v.Refused = t.reasonsSaid(o.Trace, q.Refused, &say, t.f.on("imagined"), names)
	return v, t.names.Err()
}
