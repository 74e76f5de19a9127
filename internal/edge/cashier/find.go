package cashier

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/offline"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/money"
)

const (
	mostFound  = 10 // members that are told of at once
	mostCodes  = 10 // of his promo codes
	birthdayIn = 14 // days before and after it when it is told
	endingIn   = 30 * 24 * time.Hour
)

// Found is a member as a cashier sees him.
type Found struct {
	ID       home.ID     `json:"id"`
	Kind     member.Kind `json:"kind"` // what he was found by
	Number   string      `json:"number"`
	Name     string      `json:"name"`
	Initials string      `json:"initials"`
	Phone    string      `json:"phone,omitempty"` // masked
	Card     string      `json:"card,omitempty"`  // its last four characters
	Secret   bool        `json:"secret"`          // the card has a secret code
	Serves   bool        `json:"serves"`
	Why      string      `json:"why,omitempty"` // why he is not served
	Activate bool        `json:"activate"`      // he is to be activated

	Level     string       `json:"level,omitempty"`
	Next      string       `json:"next,omitempty"` // what is left to the next
	Active    money.Points `json:"active"`
	Spendable money.Points `json:"spendable"`
	Pending   money.Points `json:"pending"`
	Debt      money.Points `json:"debt"`
	Notes     []Note       `json:"notes"`
	Codes     []PromoCode  `json:"codes"`

	Seen *offline.Buyer `json:"seen,omitempty"` // as the till's own rules look at him
}

// Note is something about the member that a cashier may say to him or should
// know.
type Note struct {
	Tone string `json:"tone"` // gold, brand, info, warn
	Icon string `json:"icon"`
	Text string `json:"text"`
}

// PromoCode is one of the member's own.
type PromoCode struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// foundBy is what the API says of one that it found.
type foundBy struct {
	Kind       member.Kind            `json:"kind"`
	Value      string                 `json:"value"`
	Identifier member.IdentifierState `json:"identifier"`
	Serves     bool                   `json:"serves"`
	Member     struct {
		ID home.ID `json:"id"`
	} `json:"member"`
}

// find tells of the members that a text names, with what a cashier needs and
// nothing more. The API looks for them, so guessing is slowed as anybody's is.
func (c *Cashier) find(k *call) error {
	var in struct {
		Q string `json:"q"`
	}
	if err := read(k, &in); err != nil {
		return err
	}
	a := c.ask(k, http.MethodGet, "/members/find?q="+url.QueryEscape(in.Q), nil)
	if a.status != http.StatusOK {
		a.relay(k)
		return nil
	}
	var list struct {
		Items []foundBy `json:"items"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &list); err != nil {
		return err
	}
	out := struct {
		Found []Found `json:"found"`
	}{Found: []Found{}}
	for i := range list.Items[:min(len(list.Items), mostFound)] {
		f, err := c.found(k, &list.Items[i])
		if err != nil {
			return err
		}
		out.Found = append(out.Found, *f)
	}
	return write(k, http.StatusOK, out)
}

func (c *Cashier) found(k *call, by *foundBy) (*Found, error) {
	ctx := k.r.Context()
	m, err := member.Get(ctx, c.DB, by.Member.ID)
	if err != nil {
		return nil, err
	}
	f := &Found{
		ID: m.Home, Kind: by.Kind, Number: m.Number, Name: nameOf(&m), Initials: initials(&m), Serves: by.Serves, Notes: []Note{}, Codes: []PromoCode{},
	}
	if phone := m.Main(member.Phone); phone != "" {
		f.Phone = ui.Masked(phone)
	}
	if by.Kind == member.Card {
		f.Card = by.Value[max(0, len(by.Value)-4):]
		cards, err := card.List(ctx, c.DB, m.Home)
		if err != nil {
			return nil, err
		}
		f.Secret = slices.ContainsFunc(cards, func(x card.Card) bool { return x.HasSecret && x.Number == by.Value })
	}
	c.state(k, f, &m, by)
	if err := c.account(k, f); err != nil {
		return nil, err
	}
	c.notes(k, f, &m)
	if by.Serves {
		if f.Seen, err = c.seen(k, f.ID); err != nil {
			return nil, err
		}
	}
	return f, c.codes(k, f)
}

// state tells whether he may be served, and what has to be done first.
func (c *Cashier) state(k *call, f *Found, m *member.Member, by *foundBy) {
	ctx := k.r.Context()
	f.Activate = m.State == member.New
	switch {
	case by.Serves:
	case m.State == member.Blocked:
		f.Why = ui.T(ctx, "pos.why.blocked", "reason", m.BlockReason)
		if m.BlockReason == "" {
			f.Why = ui.T(ctx, "pos.why.blocked-bare")
		}
	case m.State == member.New:
		f.Why = ui.T(ctx, "pos.why.new")
	case by.Identifier != member.On && by.Kind == member.Card:
		f.Why = ui.T(ctx, "pos.why.card-off")
	default:
		f.Why = ui.T(ctx, "pos.why.closed")
	}
}

// account tells of his points and level in the programme of the till.
func (c *Cashier) account(k *call, f *Found) error {
	p := c.programme(k)
	if p == nil {
		return nil
	}
	list, err := c.Desk.Accounts(k.r.Context(), f.ID)
	if err != nil {
		return err
	}
	for i := range list {
		v := &list[i]
		if v.Account.Programme != p.ID || v.Rests {
			continue
		}
		f.Active, f.Spendable, f.Pending, f.Debt = v.Account.Active, v.Account.Spendable(), v.Account.Pending, v.Account.Debt
		c.level(k, f, v.Level)
		c.ending(k, f, v)
	}
	return nil
}

func (c *Cashier) level(k *call, f *Found, l *purchase.LevelView) {
	if l == nil {
		return
	}
	if l.Level != nil {
		f.Level = l.Level.Name
	}
	if l.Next != nil {
		f.Next = left(k, l.Next)
	}
}

// left says in words what is left to a level.
func left(k *call, n *level.Left) string {
	ctx := k.r.Context()
	var parts []string
	sum := max(n.Total, n.Sum)
	for _, p := range n.Parts {
		sum = max(sum, p)
	}
	if sum > 0 {
		parts = append(parts, ui.Money(ctx, sum))
	}
	if n.Visits > 0 {
		parts = append(parts, ui.T(ctx, "pos.visits", "count", n.Visits))
	}
	if n.Points > 0 {
		parts = append(parts, ui.Points(ctx, n.Points))
	}
	if len(parts) == 0 {
		return ""
	}
	word := "pos.and"
	if n.Level.Any {
		word = "pos.or"
	}
	return ui.T(ctx, "pos.left", "level", n.Level.Name, "what", strings.Join(parts, ui.T(ctx, word)))
}

// ending tells of the points that expire soon.
func (c *Cashier) ending(k *call, f *Found, v *purchase.AccountView) {
	ctx := k.r.Context()
	for _, e := range v.Ending {
		if e.At <= c.Clock.Now().Add(endingIn) {
			f.Notes = append(f.Notes, Note{Tone: "gold", Icon: "flame", Text: ui.T(ctx, "pos.note.ending", "points", ui.Points(ctx, e.Points), "day", ui.Date(ctx, e.At))})
			return
		}
	}
}

func (c *Cashier) notes(k *call, f *Found, m *member.Member) {
	ctx := k.r.Context()
	if days, ok := toBirthday(m.Profile.BirthDate, k.at.Outlet.Local(c.Clock.Now())); ok {
		key := "pos.note.birthday-in"
		switch {
		case days == 0:
			key = "pos.note.birthday"
		case days < 0:
			key, days = "pos.note.birthday-was", -days
		}
		f.Notes = append(f.Notes, Note{Tone: "gold", Icon: "cake", Text: ui.T(ctx, key, "count", days)})
	}
	if f.Pending > 0 {
		f.Notes = append(f.Notes, Note{Tone: "gold", Icon: "history", Text: ui.T(ctx, "pos.note.pending", "points", ui.Points(ctx, f.Pending))})
	}
	if f.Debt > 0 {
		f.Notes = append(f.Notes, Note{Tone: "warn", Icon: "alert-triangle", Text: ui.T(ctx, "pos.note.debt", "points", ui.Points(ctx, f.Debt))})
	}
	if f.Serves && f.Activate {
		f.Notes = append(f.Notes, Note{Tone: "warn", Icon: "alert-triangle", Text: ui.T(ctx, "pos.note.new")})
	}
	if f.Next != "" {
		f.Notes = append(f.Notes, Note{Tone: "brand", Icon: "award", Text: f.Next})
	}
	if m.Household != 0 {
		f.Notes = append(f.Notes, Note{Tone: "info", Icon: "users", Text: ui.T(ctx, "pos.note.household")})
	}
	if m.Profile.Comment != "" {
		f.Notes = append(f.Notes, Note{Tone: "info", Icon: "info-circle", Text: m.Profile.Comment})
	}
}

// toBirthday is how many days are left to the nearest birthday, below zero since
// it; false: it is not near. 29 February is kept on the 28th.
func toBirthday(born string, now time.Time) (int, bool) {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return 0, false
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	for _, year := range []int{now.Year(), now.Year() + 1, now.Year() - 1} {
		on := time.Date(year, b.Month(), b.Day(), 0, 0, 0, 0, time.UTC)
		if on.Month() != b.Month() {
			on = time.Date(year, b.Month(), b.Day()-1, 0, 0, 0, 0, time.UTC)
		}
		if days := int(on.Sub(today) / (24 * time.Hour)); days >= -birthdayIn && days <= birthdayIn {
			return days, true
		}
	}
	return 0, false
}

func (c *Cashier) codes(k *call, f *Found) error {
	ctx := k.r.Context()
	list, err := promo.List(ctx, c.DB, promo.Filter{Home: f.ID}, mostCodes)
	if err != nil {
		return err
	}
	set, now := c.Programmes.Current(), c.Clock.Now()
	for i := range list {
		code := &list[i]
		of := set.Get(code.Programme)
		if of == nil || code.On(of.Day(now)) != promo.Active || code.Held(now) {
			continue
		}
		if campaign := of.CampaignOf(code.Campaign); campaign != nil {
			f.Codes = append(f.Codes, PromoCode{promo.Shown(code.Code), campaign.Name})
		}
	}
	return nil
}

func nameOf(m *member.Member) string {
	name := strings.TrimSpace(m.Profile.Name + " " + m.Profile.Surname)
	return cmp.Or(name, "№ "+m.Number)
}

func initials(m *member.Member) string {
	var out strings.Builder
	for _, part := range []string{m.Profile.Name, m.Profile.Surname} {
		for _, r := range part {
			out.WriteRune(r)
			break
		}
	}
	return cmp.Or(out.String(), "№")
}
