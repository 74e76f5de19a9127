package admin

import (
	"cmp"
	"net/url"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// memberCardPages is what is done with the cards of a member.
func memberCardPages(a *Admin) {
	a.get("/members/{member}/cards/new", staff.CardsEdit, (*page).newCard)
	a.post("/members/{member}/cards/new", staff.CardsEdit, (*page).newCardSent)
	const one = "/members/{member}/cards/{card}"
	a.get(one, staff.MembersSee, (*page).memberCard)
	a.get(one+"/replace", staff.CardsEdit, (*page).replaceCard)
	a.post(one+"/replace", staff.CardsEdit, (*page).replaceCardSent)
	a.post(one+"/secret", staff.CardsEdit, (*page).remakeSecret)
	a.post(one+"/block", staff.CardsEdit, (*page).blockCard)
	for _, d := range []struct {
		path string
		do   func(*page, *member.Member, card.Card) error
	}{{"/activate", (*page).activateCard}, {"/unblock", (*page).unblockCard}, {"/lose", (*page).loseCard}} {
		a.post(one+d.path, staff.CardsEdit, func(p *page) error {
			m, c, err := p.cardOf()
			if err != nil {
				return err
			}
			if err := d.do(p, &m, c); err != nil {
				return err
			}
			return p.to(cardPath(&c), "card-changed")
		})
	}
}

// maxCardNumber bounds what is typed or scanned of a number, in characters.
const maxCardNumber = 64

func cardPath(c *card.Card) string { return memberPath(c.Home) + "/cards/" + c.ID.String() }

// cardOf is the card of the address and whose it is.
func (p *page) cardOf() (member.Member, card.Card, error) {
	m, err := p.readMember()
	if err != nil {
		return m, card.Card{}, err
	}
	i, err := p.param("card")
	if err != nil {
		return m, card.Card{}, err
	}
	c, err := card.Get(p.ctx(), p.DB, m.Home, i)
	return m, c, err
}

// cardView is a card with what can be done with it.
type cardView struct {
	Name, Member, Back, Path string
	State                    string
	Tone                     kit.Tone
	BlockReason              string
	About                    []kit.Pair
	Actions                  []kit.Action
	Secret                   string // that was made just now
}

func (p *page) memberCard() error {
	m, c, err := p.cardOf()
	if err != nil {
		return err
	}
	return p.showCard(&m, &c, p.taken().Secret)
}

func (p *page) showCard(m *member.Member, c *card.Card, secret string) error {
	t, err := card.GetType(p.ctx(), p.DB, c.Type)
	if err != nil {
		return err
	}
	v := cardView{
		Name: p.text("admin.card.title", "number", c.Number), Member: p.memberName(m), Back: memberPath(m.Home), Path: cardPath(c),
		State: p.text("admin.card." + string(c.State)), Tone: cardTone(c.State), BlockReason: c.BlockReason, Secret: secret,
	}
	add := func(key, value string) {
		if value != "" {
			v.About = append(v.About, kit.Pair{Name: p.text(key), Value: value})
		}
	}
	add("admin.card.type", t.Name)
	add("admin.card.kind", p.text("admin.card.kind-"+string(t.Kind)))
	add("admin.card.issued", ui.DateTime(p.ctx(), c.IssuedAt))
	if o, ok := p.Directory.Outlet(c.IssuedOutlet); ok {
		add("admin.card.outlet", o.Name)
	}
	add("admin.card.changed", ui.DateTime(p.ctx(), c.ChangedAt))
	add("admin.card.secret", p.yesNo(c.HasSecret))
	add("admin.card.qr", p.yesNo(c.HasQR))
	if c.ReplacedBy != 0 {
		if next, err := card.Get(p.ctx(), p.DB, m.Home, c.ReplacedBy); err == nil {
			add("admin.card.replaced-by", next.Number)
		}
	}
	if p.can(staff.CardsEdit) && !m.State.Gone() {
		v.Actions = p.cardActions(c)
	}
	return p.show(v.Name, "/members", cardPage(v))
}

// cardActions are what a card in its state allows.
func (p *page) cardActions(c *card.Card) []kit.Action {
	activate := kit.Action{Text: p.text("admin.card.activate"), Icon: "check", Weight: kit.Primary, Dialog: "activate"}
	unblock := kit.Action{Text: p.text("admin.card.unblock"), Icon: "check", Dialog: "unblock-card"}
	block := kit.Action{Text: p.text("admin.card.block"), Icon: "lock", Weight: kit.Risky, Dialog: "block-card"}
	lose := kit.Action{Text: p.text("admin.card.lose"), Icon: "alert-triangle", Weight: kit.Risky, Dialog: "lose"}
	replace := kit.Action{Text: p.text("admin.card.replace"), Icon: "refresh", Href: cardPath(c) + "/replace"}
	secret := kit.Action{Text: p.text("admin.card.remake-secret"), Icon: "keyboard", Dialog: "secret"}
	switch c.State {
	case card.New:
		return []kit.Action{activate, replace, block, lose}
	case card.Active:
		return []kit.Action{secret, replace, block, lose}
	case card.Blocked:
		return []kit.Action{unblock, replace, lose}
	case card.Lost:
		replace.Weight = kit.Primary
		return []kit.Action{replace}
	}
	return nil
}

func cardTone(s card.State) kit.Tone {
	return map[card.State]kit.Tone{card.Active: kit.Good, card.New: kit.Info, card.Blocked: kit.Bad, card.Lost: kit.Warn}[s]
}

func (p *page) activateCard(m *member.Member, c card.Card) error {
	_, err := p.Cards.Activate(p.ctx(), m.Home, c.ID, p.actor())
	return err
}

func (p *page) blockCard() error {
	m, c, err := p.cardOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if _, err = p.Cards.Block(p.ctx(), m.Home, c.ID, f.get("reason"), p.actor()); err != nil {
		return p.instead(f, err, "reason", func() sheet {
			return sheet{
				Title: p.text("admin.card.block-ask", "card", c.Number), Sub: p.text("admin.card.block-text"), Here: "/members", Crumbs: p.memberCrumbs(&m),
				Action: cardPath(&c) + "/block", Back: cardPath(&c), Do: p.text("admin.card.block"),
				Parts: []sheetPart{{Entries: []entry{f.asked("reason", "admin.member.block-reason", card.MaxReason)}}},
			}
		})
	}
	return p.to(cardPath(&c), "card-changed")
}

func (p *page) unblockCard(m *member.Member, c card.Card) error {
	_, err := p.Cards.Unblock(p.ctx(), m.Home, c.ID, p.actor())
	return err
}

func (p *page) loseCard(m *member.Member, c card.Card) error {
	_, err := p.Cards.Lose(p.ctx(), m.Home, c.ID, p.actor())
	return err
}

// remakeSecret makes a card's secret code anew and shows it, once.
func (p *page) remakeSecret() error {
	m, c, err := p.cardOf()
	if err != nil {
		return err
	}
	made, err := p.Cards.RegenerateSecret(p.ctx(), m.Home, c.ID, p.actor())
	if err != nil {
		return err
	}
	return p.give(given{At: cardPath(&made.Card), Secret: made.Secret})
}

func (p *page) newCard() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	last, err := p.lastCard(&m)
	if err != nil {
		return err
	}
	return p.askCard(p.filled(url.Values{"last": {last}}), &m, nil)
}

// lastCard names the newest of a member's cards: a form that was made before it
// issues no other.
func (p *page) lastCard(m *member.Member) (string, error) {
	list, err := card.List(p.ctx(), p.DB, m.Home)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[len(list)-1].ID.String(), nil
}

// askCard asks for a card to be issued, in the place of another where there is
// one.
func (p *page) askCard(f *form, m *member.Member, old *card.Card) error {
	types, err := card.Types(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	var options []kit.Option
	for _, t := range types {
		if t.Active {
			options = append(options, kit.Option{Value: t.ID.String(), Text: t.Name})
		}
	}
	if len(options) == 0 {
		return fault.New(fault.Conflict, "admin.no-card-type")
	}
	if f.values.Get("type") == "" && old != nil {
		f.values.Set("type", old.Type.String())
	}
	form := memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.text("admin.card.new-title", "name", p.memberName(m)), Action: memberPath(m.Home) + "/cards/new", Back: memberPath(m.Home) + "/cards",
		Do: p.text("admin.card.new-do"), Hidden: []sentAlong{{"last", f.values.Get("last")}},
		Fields: []kit.Field{
			f.field("type", "card-type", of(options...)),
			f.field("number", "card-number", first, narrow, most(maxCardNumber)),
			f.field("secret", "card-secret", narrow, kind("text", "off"), most(card.MaxSecret)),
		},
	}
	if old != nil {
		form.Title, form.Do = p.text("admin.card.replace-title", "number", old.Number), p.text("admin.card.replace-do")
		form.Action, form.Back = cardPath(old)+"/replace", cardPath(old)
	}
	return p.showForm(f, form)
}

// cardSent is what was typed of a card to be issued.
func (p *page) cardSent(f *form, m *member.Member) (card.NewCard, error) {
	t, err := id.Parse(f.get("type"))
	if err != nil {
		return card.NewCard{}, fault.New(fault.NotFound, "card.no-type")
	}
	last, err := p.lastCard(m)
	if err == nil && last != f.get("last") {
		err = fault.New(fault.Conflict, "admin.card-again")
	}
	return card.NewCard{Type: t, Number: f.get("number"), Secret: f.get("secret")}, err
}

func (p *page) newCardSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	in, err := p.cardSent(f, &m)
	var made card.Issued
	if err == nil {
		made, err = p.Cards.Issue(p.ctx(), m.Home, in, p.actor())
	}
	if err != nil {
		if f.refuse(cardFault(err)) {
			return p.askCard(f, &m, nil)
		}
		return err
	}
	return p.issued(&made)
}

// issued shows a card that was issued: with its secret code, where one was made
// for it.
func (p *page) issued(made *card.Issued) error {
	if made.Secret != "" {
		return p.give(given{At: cardPath(&made.Card), Secret: made.Secret})
	}
	return p.to(cardPath(&made.Card), "card-issued")
}

func (p *page) replaceCard() error {
	m, c, err := p.cardOf()
	if err != nil {
		return err
	}
	last, err := p.lastCard(&m)
	if err != nil {
		return err
	}
	return p.askCard(p.filled(url.Values{"last": {last}}), &m, &c)
}

func (p *page) replaceCardSent() error {
	m, c, err := p.cardOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	in, err := p.cardSent(f, &m)
	var made card.Issued
	if err == nil {
		made, err = p.Cards.Replace(p.ctx(), m.Home, c.ID, in, p.actor())
	}
	if err != nil {
		if f.refuse(cardFault(err)) {
			return p.askCard(f, &m, &c)
		}
		return err
	}
	return p.issued(&made)
}

// cardFault gives a refusal the field of the form that it is about.
func cardFault(err error) error {
	switch e := fault.From(err); e.Code {
	case "card.number-needed", "card.bad-number", "card.misread", "card.number-taken", "card.not-in-stock", "card.other-type", "card.number-not-asked":
		return at(e, "number")
	case "card.bad-secret":
		return at(e, "secret")
	case "card.no-type", "card.type-closed", "card.no-phone":
		return at(e, "type")
	}
	return err
}

// at gives a fault the field of a form that it is about.
func at(e *fault.Error, place string) error {
	if len(e.Fields) > 0 {
		return e
	}
	out := *e
	out.Kind = cmp.Or(map[fault.Kind]fault.Kind{fault.NotFound: fault.Invalid}[e.Kind], e.Kind)
	return (&out).With(out.At(place))
}
