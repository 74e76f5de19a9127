package api

import (
	"context"
	"net/http"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Account is points in one programme that a member uses, as they are now: his
// own, or those of his household; while he is in one, his own rest.
type Account struct {
	ID           id.ID         `json:"id"`
	Programme    id.ID         `json:"programme"`
	Founder      home.ID       `json:"founder,omitzero"`
	Rests        bool          `json:"rests,omitempty"`
	State        string        `json:"state" enum:"open,closed"`
	Balance      Balance       `json:"balance"`
	Level        *AccountLevel `json:"level,omitempty"`
	Earned       money.Points  `json:"earned"`
	Spent        money.Points  `json:"spent"`
	Expired      money.Points  `json:"expired"`
	Purchases    int64         `json:"purchases"`
	Turnover     money.Amount  `json:"turnover"`
	Used         money.Amount  `json:"used"`
	OnUse        money.Points  `json:"on_use"`
	LastPurchase Time          `json:"last_purchase,omitzero"`
	Opened       Time          `json:"opened"`
	Lots         []Lot         `json:"lots"`
	Ending       []Ending      `json:"ending"`
}

// Lot is points of one accrual that are left.
type Lot struct {
	ID       id.ID        `json:"id"`
	Amount   money.Points `json:"amount"`
	Left     money.Points `json:"left"`
	State    string       `json:"state" enum:"pending,active"`
	OnUse    bool         `json:"on_use,omitempty"`
	Source   string       `json:"source"`
	EarnedAt Time         `json:"earned_at"`
	ActiveAt Time         `json:"active_at,omitzero"`
	Expires  Time         `json:"expires,omitzero"`
	Partner  id.ID        `json:"partner,omitzero"`
}

// OpenAccount says in which programme.
type OpenAccount struct {
	Programme id.ID `json:"programme"`
}

// Movement is one balanced entry of a member's journal: points that left one
// side and came to another.
type Movement struct {
	Seq       int64        `json:"seq"`
	Account   id.ID        `json:"account"`
	Kind      string       `json:"kind"`
	Debit     string       `json:"debit"`
	Credit    string       `json:"credit"`
	Points    money.Points `json:"points"`
	Lot       id.ID        `json:"lot,omitzero"`
	Operation OpID         `json:"operation,omitzero"`
	Gift      *GiftCause   `json:"gift,omitempty"`
	At        Time         `json:"at"`
	WrittenAt Time         `json:"written_at"`
}

// GiftCause says what a gift was given for, or why it was taken back.
type GiftCause struct {
	Occasion string `json:"occasion" enum:"welcome,first_purchase,birthday,relative_birthday,no_purchases"`
	Day      string `json:"day,omitempty" example:"2026-05-07"`
	Cause    OpID   `json:"cause,omitzero"`
}

// AdjustBody puts points in by hand, or takes them out.
type AdjustBody struct {
	Buyer     *Buyer       `json:"buyer"`
	Programme id.ID        `json:"programme"`
	Points    money.Points `json:"points"`
	Days      int          `json:"days,omitempty" minimum:"0" maximum:"36500"`
	Reason    string       `json:"reason" minLength:"1" maxLength:"500"`
}

// Adjustment is what was done by hand.
type Adjustment struct {
	ID      OpID         `json:"id"`
	Member  home.ID      `json:"member"`
	Account id.ID        `json:"account"`
	Points  money.Points `json:"points"`
	Reason  string       `json:"reason"`
	Actor   string       `json:"actor"`
	At      Time         `json:"at"`
	Balance Balance      `json:"balance"`
}

type (
	memberIn struct {
		Member home.ID `path:"member"`
	}
	openAccountIn struct {
		Member home.ID `path:"member"`
		Body   OpenAccount
	}
	movementsIn struct {
		Member  home.ID `path:"member"`
		Account id.ID   `query:"account"`
		Paging
	}
	adjustIn struct{ Body AdjustBody }
)

func accounts(a *API) {
	read := []identity.Scope{identity.MembersRead}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "accounts", status: status, scopes: scopes}
	}
	add(a, row("listAccounts", http.MethodGet, "/members/{member}/accounts", http.StatusOK, read), listAccounts)
	add(a, row("openAccount", http.MethodPost, "/members/{member}/accounts", http.StatusOK, []identity.Scope{identity.MembersWrite}), openAccount)
	add(a, row("listMovements", http.MethodGet, "/members/{member}/movements", http.StatusOK, read), listMovements)
	hand := row("adjustPoints", http.MethodPost, "/adjustments", http.StatusCreated, []identity.Scope{identity.PointsAdjust})
	hand.keyed = true
	add(a, hand, adjust)
}

// someone refuses a home that is no member's.
func someone(h home.ID) error {
	if h.Kind() != home.Member {
		return fault.New(fault.NotFound, "member.not-found")
	}
	return nil
}

// known tells a member who has nothing of a list from one that there isn't.
func (c *call) known(ctx context.Context, h home.ID, found int) error {
	if err := someone(h); err != nil || found > 0 {
		return err
	}
	_, err := member.Get(ctx, c.DB, h)
	return err
}

func listAccounts(ctx context.Context, c *call, in *memberIn) (*Page[Account], error) {
	list, err := c.Desk.Accounts(ctx, in.Member)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	if err != nil {
		return nil, err
	}
	out := &Page[Account]{Items: make([]Account, len(list))}
	for i := range list {
		out.Items[i] = accountOf(&list[i])
	}
	return out, nil
}

func accountOf(v *purchase.AccountView) Account {
	a := &v.Account
	out := Account{
		ID: a.ID, Programme: a.Programme, Founder: v.Shared, Rests: v.Rests, State: "open",
		Balance: Balance{Active: a.Active, Pending: a.Pending, Held: a.Held, Debt: a.Debt, Spendable: a.Spendable()},
		Earned:  a.Earned, Spent: a.Spent, Expired: a.Expired, Purchases: a.Purchases, Turnover: a.Turnover, Used: a.Used,
		LastPurchase: Time(a.LastPurchase), Opened: Time(a.Opened),
		Level: accountLevelOf(v.Level), Lots: make([]Lot, len(v.Lots)), Ending: endingOf(v.Ending),
	}
	if a.Closed {
		out.State = "closed"
	}
	for i := range v.Lots {
		l := &v.Lots[i]
		o := Lot{
			ID: l.ID, Amount: l.Amount, Left: l.Remaining, State: "active", Source: string(l.Source),
			EarnedAt: Time(l.EarnedAt), ActiveAt: Time(l.ActiveAt), Expires: Time(l.ExpiresAt), Partner: l.Partner,
		}
		if l.Pending {
			o.State = "pending"
		}
		if l.Waits {
			o.OnUse = true
			out.OnUse += l.Remaining
		}
		if l.Sliding {
			o.Expires = Time(a.SlideAt)
		}
		out.Lots[i] = o
	}
	return out
}

func openAccount(ctx context.Context, c *call, in *openAccountIn) (*Balance, error) {
	if err := someone(in.Member); err != nil {
		return nil, err
	}
	b, err := c.Desk.Open(ctx, in.Member, in.Body.Programme)
	if err != nil {
		return nil, err
	}
	out := balanceOf(b)
	return &out, nil
}

func listMovements(ctx context.Context, c *call, in *movementsIn) (*Page[Movement], error) {
	var before int64
	if in.After != "" {
		n, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil || n <= 0 {
			return nil, badCursor()
		}
		before = n
	}
	limit := in.limit()
	list, homes, err := c.Desk.Movements(ctx, in.Member, in.Account, before, limit+1)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	if err != nil {
		return nil, err
	}
	gifts, err := giftCauses(ctx, c, in.Member)
	if err != nil {
		return nil, err
	}
	render := func(p ledger.Posting) Movement {
		m := Movement{
			Seq: p.Seq, Account: p.Account, Kind: string(p.Kind), Debit: string(p.Debit), Credit: string(p.Credit),
			Points: p.Amount, Lot: p.Lot, At: Time(p.At), WrittenAt: Time(p.WrittenAt),
		}
		if p.Op != 0 {
			m.Operation = opOf(homes.Ref(p.Op))
		}
		m.Gift = gifts[p.Op]
		if p.Op == p.Account && p.Op != 0 { // the opening of the account
			m.Gift = &GiftCause{Occasion: "welcome"}
		}
		return m
	}
	return cut(list, nil, limit, render, func(m Movement) string { return strconv.FormatInt(m.Seq, 10) })
}

// giftCauses tells of all gifts of a member, by their operations.
func giftCauses(ctx context.Context, c *call, member home.ID) (map[id.ID]*GiftCause, error) {
	list, err := ledger.Presents(ctx, c.DB, member)
	if err != nil {
		return nil, err
	}
	ops := make([]id.ID, len(list))
	for i := range list {
		ops[i] = list[i].Op
	}
	homes, err := c.Desk.OpHomes(ctx, member, ops)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]*GiftCause, len(list))
	for i := range list {
		g := &list[i]
		out[g.ID] = &GiftCause{Occasion: g.Occasion, Day: g.Day}
		if g.Op != 0 {
			out[g.ID].Cause = opOf(homes.Ref(g.Op))
		}
	}
	return out, nil
}

func opOf(h home.ID, i id.ID) OpID { return OpID{h, i} }

func adjust(ctx context.Context, c *call, in *adjustIn) (*Adjustment, error) {
	b := &in.Body
	buyer, err := c.buyer(b.Buyer)
	if err != nil {
		return nil, err
	}
	a, err := c.Desk.Adjust(ctx, &purchase.AdjustRequest{
		By: c.who.KeyID, Key: c.key, Buyer: buyer, Programme: b.Programme, Points: b.Points, Days: b.Days,
		Reason: b.Reason, Actor: "key " + c.who.KeyID.String(),
	})
	if err != nil {
		return nil, err
	}
	c.replayed(a.Replayed)
	return &Adjustment{
		ID: OpID{a.Home, a.ID}, Member: a.Home, Account: a.Account, Points: a.Points, Reason: a.Reason, Actor: a.Actor,
		At: Time(a.At), Balance: balanceOf(a.Balance),
	}, nil
}
