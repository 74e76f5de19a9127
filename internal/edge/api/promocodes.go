package api

import (
	"context"
	"fmt"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// PromoCode is a promo code that was given out.
type PromoCode struct {
	Code       string      `json:"code" example:"K7QWMX4HTRAD"`
	Programme  id.ID       `json:"programme"`
	Campaign   string      `json:"campaign"`
	Member     home.ID     `json:"member,omitzero"`
	Guest      string      `json:"guest,omitempty" example:"+7 9** ***-**-67"`
	State      promo.State `json:"state" enum:"active,used,withdrawn"`
	Until      string      `json:"until,omitempty" example:"2026-12-31"`
	MadeAt     Time        `json:"made_at"`
	MadeBy     string      `json:"made_by,omitempty"`
	AwardedFor OpID        `json:"awarded_for,omitzero"`
	UsedAt     Time        `json:"used_at,omitzero"`
	UsedBy     OpID        `json:"used_by,omitzero"`
}

// MemberPromoCode is a member's own promo code with what it is for.
type MemberPromoCode struct {
	PromoCode
	CampaignName string      `json:"campaign_name,omitempty"`
	Sizes        []PromoSize `json:"sizes"`
}

// PromoSize is what a rule of a promo code's campaign gives; what is not there
// is not its way.
type PromoSize struct {
	Kind     rule.Kind    `json:"kind" enum:"tariff,discount,spending,accrual"`
	Rate     money.Rate   `json:"rate,omitzero"`
	Amount   money.Amount `json:"amount,omitzero"`
	Points   money.Points `json:"points,omitzero"`
	EachUnit bool         `json:"each_unit,omitempty"`
	Multiply money.Rate   `json:"multiply,omitzero"`
}

// NewPromoCodes is promo codes to be made.
type NewPromoCodes struct {
	Programme id.ID     `json:"programme"`
	Campaign  string    `json:"campaign" minLength:"1" maxLength:"100"`
	Count     int       `json:"count" minimum:"1" maximum:"1000"`
	Members   []home.ID `json:"members,omitempty" maxItems:"1000"`
	Guests    []Guest   `json:"guests,omitempty" maxItems:"1000"`
	Until     string    `json:"until,omitempty" maxLength:"10" example:"2026-12-31"`
}

// Award is a promo code that a rule gave the member for the purchase.
type Award struct {
	Campaign string `json:"campaign"`
	Code     string `json:"code" example:"K7QWMX4HTRAD"`
	Until    string `json:"until,omitempty" example:"2026-12-31"`
}

type (
	makePromoCodesIn struct{ Body NewPromoCodes }
	listPromoCodesIn struct {
		Programme id.ID   `query:"programme"`
		Campaign  string  `query:"campaign" maxLength:"100"`
		Member    home.ID `query:"member"`
		State     string  `query:"state" enum:"active,used,withdrawn"`
		After     string  `query:"after" maxLength:"64"`
		Limit     int     `query:"limit" maximum:"200"`
	}
	promoCodeIn struct {
		Code string `path:"code"`
	}
	memberPromoCodesIn struct {
		Member home.ID `path:"member"`
		After  string  `query:"after" maxLength:"64"`
		Limit  int     `query:"limit" maximum:"200"`
	}
)

// promoCodes has the codes that were given out. Whoever knows a code that is
// no member's can use it, so they are for who may change reference data only;
// a member's own are for who may read the member.
func promoCodes(a *API) {
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "promo", status: status, scopes: scopes}
	}
	add(a, row("listPromoCodes", http.MethodGet, "/promo/codes", http.StatusOK, write), listPromoCodes)
	making := row("makePromoCodes", http.MethodPost, "/promo/codes", http.StatusCreated, write)
	making.once = true
	add(a, making, makePromoCodes)
	add(a, row("getPromoCode", http.MethodGet, "/promo/codes/{code}", http.StatusOK, write), getPromoCode)
	add(a, row("withdrawPromoCode", http.MethodPost, "/promo/codes/{code}/withdraw", http.StatusOK, write), withdrawPromoCode)
	add(a, row("listMemberPromoCodes", http.MethodGet, "/members/{member}/promo-codes", http.StatusOK,
		[]identity.Scope{identity.MembersRead}), listMemberPromoCodes)
}

func makePromoCodes(ctx context.Context, c *call, in *makePromoCodesIn) (*Page[PromoCode], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	p, err := c.programme(ctx, in.Body.Programme)
	if err != nil {
		return nil, err
	}
	owners, err := c.promoOwners(&in.Body)
	if err != nil {
		return nil, err
	}
	codes := promo.Codes{DB: c.DB, Clock: c.Clock}
	return once(ctx, c, in, func(ctx context.Context) (*Page[PromoCode], []string, error) {
		list, err := codes.Make(ctx, promo.Order{
			Programme: p, Campaign: in.Body.Campaign, Count: in.Body.Count, Owners: owners, Expires: in.Body.Until, By: c.author(),
		})
		out, err := all(list, err, promoCodeOf)
		return out, each(list, func(v promo.Code) string { return v.Code }), err
	}, c.promoCodesAgain)
}

// promoOwners are whose codes are to be: members, or whoever has phones and e-mails.
func (c *call) promoOwners(in *NewPromoCodes) ([]promo.Owner, error) {
	if len(in.Members) > 0 && len(in.Guests) > 0 {
		return nil, fault.New(fault.Invalid, "promo.whose")
	}
	out := promo.OfMembers(in.Members...)
	for i := range in.Guests {
		g, err := c.guest(&in.Guests[i], fmt.Sprintf("guests[%d]", i))
		if err != nil {
			return nil, err
		}
		out = append(out, promo.Owner{Guest: c.Desk.GuestHash(g), Shown: member.Ref(g).Mask()})
	}
	return out, nil
}

func (c *call) promoCodesAgain(ctx context.Context, made []string) (*Page[PromoCode], error) {
	list := make([]promo.Code, 0, len(made))
	for _, code := range made {
		v, err := promo.Get(ctx, c.DB, code)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return all(list, nil, promoCodeOf)
}

func listPromoCodes(ctx context.Context, c *call, in *listPromoCodesIn) (*Page[PromoCode], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	if in.Campaign != "" && in.Programme == 0 {
		return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "programme", Code: "api.required"})
	}
	limit := limitOf(in.Limit)
	list, err := promo.List(ctx, c.DB, promo.Filter{
		Programme: in.Programme, Campaign: in.Campaign, Home: in.Member, State: promo.State(in.State), After: in.After,
	}, limit+1)
	if err == nil && in.Member != 0 {
		err = c.known(ctx, in.Member, len(list))
	}
	out, err := cut(list, err, limit, promoCodeOf, func(p PromoCode) string { return p.Code })
	if err == nil {
		err = findAwarded(ctx, c.Desk, out.Items, func(p *PromoCode) *PromoCode { return p })
	}
	return out, err
}

func getPromoCode(ctx context.Context, c *call, in *promoCodeIn) (*PromoCode, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	code, err := promo.Get(ctx, c.DB, in.Code)
	return c.oneCode(ctx, code, err)
}

func withdrawPromoCode(ctx context.Context, c *call, in *promoCodeIn) (*PromoCode, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	codes := promo.Codes{DB: c.DB, Clock: c.Clock}
	code, err := codes.Withdraw(ctx, in.Code)
	return c.oneCode(ctx, code, err)
}

func (c *call) oneCode(ctx context.Context, code promo.Code, err error) (*PromoCode, error) {
	out, err := one(code, err, promoCodeOf)
	if err == nil {
		err = findAwarded(ctx, c.Desk, []*PromoCode{out}, func(p **PromoCode) *PromoCode { return *p })
	}
	return out, err
}

func listMemberPromoCodes(ctx context.Context, c *call, in *memberPromoCodesIn) (*Page[MemberPromoCode], error) {
	limit := limitOf(in.Limit)
	var list []promo.Code
	var guests []string
	err := someone(in.Member)
	if err == nil {
		guests, err = c.Desk.GuestsOf(ctx, c.DB, in.Member)
	}
	if err == nil {
		list, err = promo.List(ctx, c.DB, promo.Filter{Home: in.Member, Guests: guests, After: in.After}, limit+1)
	}
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	set := c.Programmes.Current()
	render := func(p promo.Code) MemberPromoCode {
		out := MemberPromoCode{PromoCode: promoCodeOf(p), Sizes: []PromoSize{}}
		if of := set.Get(p.Programme); of != nil {
			if k := of.CampaignOf(p.Campaign); k != nil {
				out.CampaignName, out.Sizes = k.Name, each(promo.Sizes(k), promoSizeOf)
			}
		}
		return out
	}
	out, err := cut(list, err, limit, render, func(p MemberPromoCode) string { return p.Code })
	if err == nil {
		err = findAwarded(ctx, c.Desk, out.Items, func(p *MemberPromoCode) *PromoCode { return &p.PromoCode })
	}
	return out, err
}

func promoSizeOf(s promo.Size) PromoSize {
	return PromoSize{Kind: s.Kind, Rate: s.Rate, Amount: s.Amount, Points: s.Points, EachUnit: s.EachUnit, Multiply: s.Multiply}
}

func promoCodeOf(p promo.Code) PromoCode {
	out := PromoCode{
		Code: promo.Shown(p.Code), Programme: p.Programme, Campaign: p.Campaign, Member: p.Home, Guest: p.Shown, State: p.State, Until: p.Expires,
		MadeAt: Time(p.MadeAt), MadeBy: p.MadeBy, UsedAt: Time(p.UsedAt),
	}
	if p.Op != 0 {
		out.AwardedFor = OpID{p.Home, p.Op}
	}
	if p.UsedOp != 0 {
		out.UsedBy = OpID{p.UsedHome, p.UsedOp}
	}
	return out
}

// awardsOf renders the codes that a purchase gave.
func awardsOf(list []purchase.Award) []Award {
	if len(list) == 0 {
		return nil
	}
	return each(list, func(a purchase.Award) Award { return Award{a.Campaign, promo.Shown(a.Code), a.Until} })
}

// findAwarded finds the receipts that codes were awarded for where those are not
// in their members' homes: they were given to them later.
func findAwarded[T any](ctx context.Context, desk *purchase.Desk, list []T, of func(*T) *PromoCode) error {
	ops := map[home.ID][]id.ID{}
	for i := range list {
		if p := of(&list[i]); p.AwardedFor.ID != 0 {
			ops[p.Member] = append(ops[p.Member], p.AwardedFor.ID)
		}
	}
	for h, named := range ops {
		at, err := desk.OpHomes(ctx, h, named)
		if err != nil {
			return err
		}
		for i := range list {
			if p := of(&list[i]); p.Member == h && p.AwardedFor.ID != 0 {
				p.AwardedFor = opOf(at.Ref(p.AwardedFor.ID))
			}
		}
	}
	return nil
}
