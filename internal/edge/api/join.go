package api

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Join is what an order tells of its guest, who may become a member by it.
type Join struct {
	Surname     string          `json:"surname,omitempty" maxLength:"100"`
	Name        string          `json:"name,omitempty" maxLength:"100"`
	Patronymic  string          `json:"patronymic,omitempty" maxLength:"100"`
	Identifiers []NewIdentifier `json:"identifiers,omitempty" maxItems:"10"`
	Proof       id.ID           `json:"proof,omitzero"`
	Consents    []NewConsent    `json:"consents,omitempty" maxItems:"20"`
	Himself     bool            `json:"self,omitempty"`
}

// Joining says whose a guest's receipt is.
type Joining struct {
	Member home.ID     `json:"member,omitzero"`
	New    bool        `json:"new,omitempty"`
	Code   string      `json:"code,omitempty" example:"join.consents"`
	Detail string      `json:"detail,omitempty"`
	Errors []JoinWrong `json:"errors,omitempty"`
}

// JoinWrong is one wrong place of what was told of a guest.
type JoinWrong struct {
	Path   string `json:"path" example:"phone"`
	Code   string `json:"code" example:"member.mandatory"`
	Detail string `json:"detail"`
}

// mayJoin refuses, before anything is sold, what nobody may tell of a guest.
func (c *call) mayJoin(g purchase.Guest, in *Join) error {
	if in == nil {
		return nil
	}
	if g.None() {
		return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "join", Code: "join.no-guest"})
	}
	if in.Himself {
		return c.himself()
	}
	return nil
}

// join gives what was sold to a guest to the member whose it is, and says why
// he stays a guest if he does.
func (c *call) join(ctx context.Context, p *purchase.Purchase, g purchase.Guest, in *Join, fiscal bool) (*Purchase, error) {
	by := c.actor()
	if in != nil && in.Himself {
		by.Source = member.FromSelf
	}
	j, err := c.Joins.Order(ctx, p, g, in.in(), by)
	if err != nil || j == nil {
		return nil, err
	}
	if j.Why != nil {
		out := c.made(p, fiscal)
		why := c.Faults.Problem(ctx, j.Why)
		out.Joining = &Joining{Code: why.Code, Detail: why.Detail}
		for _, e := range why.Errors {
			out.Joining.Errors = append(out.Joining.Errors, JoinWrong{Path: e.Path, Code: e.Code, Detail: e.Detail})
		}
		return out, nil
	}
	c.lookForGuest(ctx, j.Member)
	out := c.kept(j.Purchase, fiscal)
	out.Joining = &Joining{Member: j.Member, New: j.New}
	return out, nil
}

func (in *Join) in() *join.Order {
	if in == nil {
		return nil
	}
	out := &join.Order{
		Profile: member.Profile{Surname: in.Surname, Name: in.Name, Patronymic: in.Patronymic}, Proof: in.Proof, Consents: consentsIn(in.Consents),
	}
	for _, n := range in.Identifiers {
		out.Identifiers = append(out.Identifiers, n.in())
	}
	return out
}

// lookForGuest gives a member what he bought as a guest. What can't be given
// now is given later.
func (c *call) lookForGuest(ctx context.Context, h home.ID) {
	if err := c.Joins.Look(ctx, h); err != nil {
		c.Log.WarnContext(ctx, "purchases of a guest not given to the member yet", "error", err)
	}
}
