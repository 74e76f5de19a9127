package api

import (
	"context"
	"net/http"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// AccountLevel is where an account stands now, and what is left to the next
// level.
type AccountLevel struct {
	Level string     `json:"level"`
	Name  string     `json:"name,omitempty"`
	Since Time       `json:"since,omitzero"`
	Until Time       `json:"until,omitzero"`
	Floor string     `json:"floor,omitempty"`
	Held  Time       `json:"held,omitzero"`
	Next  *NextLevel `json:"next,omitempty"`
}

// NextLevel is what is left to a level: all of it or, with any, one thing.
type NextLevel struct {
	Level  string       `json:"level"`
	Name   string       `json:"name,omitempty"`
	Any    bool         `json:"any,omitempty"`
	Days   int          `json:"days,omitempty"`
	Total  money.Amount `json:"total,omitempty"`
	Sum    money.Amount `json:"sum,omitempty"`
	Parts  []LevelPart  `json:"parts,omitempty"`
	Visits int64        `json:"visits,omitempty"`
	Points money.Points `json:"points,omitempty"`
}

// LevelPart is what is left to be spent on goods of some types.
type LevelPart struct {
	Types []string     `json:"types"`
	Sum   money.Amount `json:"sum"`
}

// MemberLevel is a member's level in a programme.
type MemberLevel struct {
	Programme id.ID        `json:"programme"`
	Level     AccountLevel `json:"level"`
}

// LevelChange is one change of an account's level.
type LevelChange struct {
	ID        OpID         `json:"id"`
	Account   id.ID        `json:"account"`
	At        Time         `json:"at"`
	WrittenAt Time         `json:"written_at"`
	From      string       `json:"from"`
	To        string       `json:"to"`
	Until     Time         `json:"until,omitzero"`
	Cause     string       `json:"cause" enum:"purchase,visit,refund,adjustment,time,hand,opening,rules"`
	Operation OpID         `json:"operation,omitzero"`
	Given     money.Points `json:"given,omitempty"`
	Taken     money.Points `json:"taken,omitempty"`
	Short     money.Points `json:"short,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Actor     string       `json:"actor,omitempty"`
}

// LevelBody puts a member at a level by hand.
type LevelBody struct {
	Buyer     *Buyer `json:"buyer"`
	Programme id.ID  `json:"programme"`
	Level     string `json:"level" maxLength:"64"`
	Until     string `json:"until,omitempty" maxLength:"10"`
	Reason    string `json:"reason" minLength:"1" maxLength:"500"`
}

// LeveledByHand is what was done by hand, and the account's points after it.
type LeveledByHand struct {
	Member  home.ID     `json:"member"`
	Change  LevelChange `json:"change"`
	Balance Balance     `json:"balance"`
}

type levelIn struct{ Body LevelBody }

func levels(a *API) {
	add(a, operation{
		id: "listLevelChanges", method: http.MethodGet, path: "/members/{member}/levels", group: "accounts", status: http.StatusOK,
		scopes: []identity.Scope{identity.MembersRead},
	}, listLevelChanges)
	add(a, operation{
		id: "setLevel", method: http.MethodPost, path: "/levels", group: "accounts", status: http.StatusCreated,
		scopes: []identity.Scope{identity.PointsAdjust}, keyed: true,
	}, setLevel)
}

func accountLevelOf(v *purchase.LevelView) *AccountLevel {
	if v == nil {
		return nil
	}
	out := &AccountLevel{Since: Time(v.Since), Until: Time(v.Until), Held: Time(v.Held), Next: nextLevelOf(v.Next)}
	if v.Level != nil {
		out.Level, out.Name = v.Level.ID, v.Level.Name
	}
	if v.Floor != nil {
		out.Floor = v.Floor.ID
	}
	return out
}

func nextLevelOf(n *level.Left) *NextLevel {
	if n == nil {
		return nil
	}
	l := n.Level
	out := &NextLevel{
		Level: l.ID, Name: l.Name, Any: l.Any, Days: l.Days, Total: n.Total, Sum: n.Sum, Visits: n.Visits, Points: n.Points,
	}
	for i, left := range n.Parts {
		out.Parts = append(out.Parts, LevelPart{Types: l.Parts[i].Types, Sum: left})
	}
	return out
}

// levelsOf are a member's levels in all programmes that have any.
func (c *call) levelsOf(ctx context.Context, h home.ID) ([]MemberLevel, error) {
	if !c.Programmes.Current().HasLevels() {
		return nil, nil
	}
	list, err := c.Desk.Accounts(ctx, h)
	if err != nil {
		return nil, err
	}
	var out []MemberLevel
	for i := range list {
		if l := accountLevelOf(list[i].Level); l != nil {
			out = append(out, MemberLevel{list[i].Account.Programme, *l})
		}
	}
	return out, nil
}

func changeOf(x *ledger.LevelChange, cause OpID) LevelChange {
	out := LevelChange{
		ID: OpID{x.Home, x.ID}, Account: x.Account, At: Time(x.At), WrittenAt: Time(x.WrittenAt), From: x.From, To: x.To, Until: Time(x.Until),
		Cause: string(x.Cause), Given: x.Given, Taken: x.Taken, Short: x.Short, Reason: x.Reason, Actor: x.Actor,
	}
	if x.Op != 0 {
		out.Operation = cause
	}
	return out
}

func listLevelChanges(ctx context.Context, c *call, in *movementsIn) (*Page[LevelChange], error) {
	var before id.ID
	if in.After != "" {
		n, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil || n <= 0 {
			return nil, badCursor()
		}
		before = id.ID(n)
	}
	limit := in.limit()
	list, homes, err := c.Desk.LevelChanges(ctx, in.Member, in.Account, before, limit+1)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	if err != nil {
		return nil, err
	}
	out := &Page[LevelChange]{Items: []LevelChange{}}
	for i := range list {
		if i == limit {
			out.Next = list[i-1].ID.String()
			break
		}
		out.Items = append(out.Items, changeOf(&list[i], opOf(homes.Ref(list[i].Op))))
	}
	return out, nil
}

func setLevel(ctx context.Context, c *call, in *levelIn) (*LeveledByHand, error) {
	b := &in.Body
	buyer, err := c.buyer(b.Buyer)
	if err != nil {
		return nil, err
	}
	done, err := c.Desk.SetLevel(ctx, &purchase.LevelRequest{
		By: c.who.KeyID, Key: c.key, Buyer: buyer, Programme: b.Programme, Level: b.Level, Until: b.Until,
		Reason: b.Reason, Actor: "key " + c.who.KeyID.String(),
	})
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	return &LeveledByHand{Member: done.Change.Home, Change: changeOf(&done.Change, OpID{done.Change.Home, done.Change.Op}), Balance: balanceOf(done.Balance)}, nil
}
