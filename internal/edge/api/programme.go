package api

import (
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Programme is a loyalty programme in one version.
type Programme struct {
	ID      id.ID `json:"id"`
	Version int64 `json:"version"`
	ProgrammeBody
}

// ProgrammeChange is a programme as it is to be, made from the version that
// was read before; where that is no longer the newest nothing is changed.
type ProgrammeChange struct {
	ProgrammeBody
	Version int64 `json:"version" minimum:"1"`
}

// ProgrammeBody is a whole programme. What is left out has its default.
type ProgrammeBody struct {
	Code     string            `json:"code" minLength:"1" maxLength:"64" example:"bonus"`
	Name     string            `json:"name" minLength:"1" maxLength:"200"`
	On       bool              `json:"on"`
	Priority int               `json:"priority" required:"false" minimum:"-1000000" maximum:"1000000"`
	From     string            `json:"from,omitempty" maxLength:"10" example:"2026-01-01"`
	To       string            `json:"to,omitempty" maxLength:"10" example:"2026-12-31"`
	Zone     string            `json:"zone,omitempty" maxLength:"64" example:"Europe/Moscow"`
	TermsURL string            `json:"terms_url,omitempty" maxLength:"1000"`
	Outlets  []id.ID           `json:"outlets,omitempty" maxItems:"20000"`
	Partners []id.ID           `json:"partners,omitempty" maxItems:"10000"`
	Settings ProgrammeSettings `json:"settings" required:"false"`
	Earning  ProgrammeEarning  `json:"earning"`
	Spending ProgrammeSpending `json:"spending"`
	Welcome  ProgrammeGift     `json:"welcome" required:"false"`
	Offers   []ProgrammeOffer  `json:"offers,omitempty" maxItems:"1000"`
}

// ProgrammeSettings are the terms of a programme.
type ProgrammeSettings struct {
	PointValue      *money.Amount   `json:"point_value,omitempty" minimum:"1"`
	AccrualStep     *money.Points   `json:"accrual_step,omitempty" minimum:"1"`
	SpendStep       *money.Points   `json:"spend_step,omitempty" minimum:"1"`
	Round           *money.Rounding `json:"round,omitempty"`
	EarnOn          *rule.EarnOn    `json:"earn_on,omitempty" enum:"before,after"`
	EarnMoneyOnly   *bool           `json:"earn_money_only,omitempty"`
	EarnWithSpend   *bool           `json:"earn_with_spend,omitempty"`
	PriceFloor      *money.Amount   `json:"price_floor,omitempty" minimum:"0"`
	ReturnSpent     *bool           `json:"return_spent,omitempty"`
	Clawback        *rule.Clawback  `json:"clawback,omitempty" enum:"debt,money,forgive"`
	ExpiredReturn   *int            `json:"expired_return,omitempty" minimum:"0" maximum:"36500"`
	UnlinkedTakes   *bool           `json:"unlinked_refund,omitempty"`
	SpendProofAbove *money.Points   `json:"spend_proof_above,omitempty"`
	LateMax         *int            `json:"late_max,omitempty" minimum:"0" maximum:"36500"`
}

// ProgrammeEarning is the accrual rule.
type ProgrammeEarning struct {
	Rate   money.Rate            `json:"rate"`
	ByType map[string]money.Rate `json:"by_type,omitempty"`
	Delay  int                   `json:"delay" required:"false" minimum:"0" maximum:"36500"`
	Expiry ProgrammeExpiry       `json:"expiry" required:"false"`
	Rule   string                `json:"rule,omitempty" maxLength:"64"`
	Note   string                `json:"note,omitempty" maxLength:"1000"`
}

// ProgrammeExpiry is the term of points.
type ProgrammeExpiry struct {
	Mode  rule.ExpiryMode `json:"mode" enum:"never,accrual,purchase,dates"`
	Days  int             `json:"days,omitempty" minimum:"0" maximum:"36500"`
	Dates []string        `json:"dates,omitempty" maxItems:"366"`
}

// ProgrammeSpending is the spending rule.
type ProgrammeSpending struct {
	Share  money.Rate            `json:"share"`
	ByType map[string]money.Rate `json:"by_type,omitempty"`
}

// ProgrammeGift is points with a term of their own.
type ProgrammeGift struct {
	Points money.Points `json:"points" minimum:"0"`
	Days   int          `json:"days,omitempty" minimum:"0" maximum:"36500"`
}

// ProgrammeOffer is a discount that a code opens: a rate of the receipt, or a
// fixed sum.
type ProgrammeOffer struct {
	ID       string       `json:"id" minLength:"1" maxLength:"64"`
	Name     string       `json:"name,omitempty" maxLength:"200"`
	Codes    []string     `json:"codes" minItems:"1" maxItems:"10000"`
	Rate     money.Rate   `json:"rate,omitempty"`
	Amount   money.Amount `json:"amount,omitempty" minimum:"0"`
	LeastSum money.Amount `json:"least_sum,omitempty" minimum:"0"`
	From     string       `json:"from,omitempty" maxLength:"10" example:"2026-01-01"`
	To       string       `json:"to,omitempty" maxLength:"10" example:"2026-12-31"`
	Members  bool         `json:"members" required:"false"`
	Limits   OfferLimits  `json:"limits" required:"false"`
}

// OfferLimits bound the uses of an offer; 0 is no bound.
type OfferLimits struct {
	InAll     int64 `json:"in_all" required:"false" minimum:"0"`
	PerCode   int64 `json:"per_code" required:"false" minimum:"0"`
	PerMember int64 `json:"per_member" required:"false" minimum:"0"`
	Return    bool  `json:"return" required:"false"`
}

// programme is the domain's programme, with defaults where nothing is told.
func (b *ProgrammeBody) programme() rule.Programme {
	p := rule.Programme{
		Code: b.Code, Name: b.Name, On: b.On, Priority: b.Priority, From: b.From, To: b.To, Zone: b.Zone, TermsURL: b.TermsURL,
		Outlets: b.Outlets, Partners: b.Partners, Settings: b.Settings.settings(),
		Earning: rule.Earning{
			Rate: b.Earning.Rate, ByType: b.Earning.ByType, Delay: b.Earning.Delay, Rule: b.Earning.Rule, Note: b.Earning.Note,
			Expiry: rule.Expiry{Mode: b.Earning.Expiry.Mode, Days: b.Earning.Expiry.Days, Dates: b.Earning.Expiry.Dates},
		},
		Spending: rule.Spending{Share: b.Spending.Share, ByType: b.Spending.ByType},
		Welcome:  rule.Gift{Points: b.Welcome.Points, Days: b.Welcome.Days},
	}
	for i := range b.Offers {
		o := &b.Offers[i]
		offer := rule.Offer{
			ID: o.ID, Name: o.Name, Codes: o.Codes, Rate: o.Rate, Amount: o.Amount, LeastSum: o.LeastSum, From: o.From, To: o.To, Members: o.Members,
			Limits: rule.Limits{InAll: o.Limits.InAll, PerCode: o.Limits.PerCode, PerHead: o.Limits.PerMember, Return: o.Limits.Return},
		}
		p.Campaigns = append(p.Campaigns, offer.Campaign())
	}
	return p
}

func (s *ProgrammeSettings) settings() rule.Settings {
	out := rule.DefaultSettings()
	take(&out.PointValue, s.PointValue)
	take(&out.AccrualStep, s.AccrualStep)
	take(&out.SpendStep, s.SpendStep)
	take(&out.Round, s.Round)
	take(&out.EarnOn, s.EarnOn)
	take(&out.EarnMoneyOnly, s.EarnMoneyOnly)
	take(&out.EarnWithSpend, s.EarnWithSpend)
	take(&out.PriceFloor, s.PriceFloor)
	take(&out.ReturnSpent, s.ReturnSpent)
	take(&out.Clawback, s.Clawback)
	take(&out.ExpiredReturn, s.ExpiredReturn)
	take(&out.UnlinkedTakes, s.UnlinkedTakes)
	take(&out.SpendProofAbove, s.SpendProofAbove)
	take(&out.LateMax, s.LateMax)
	return out
}

// take sets what was told.
func take[T any](at, told *T) {
	if told != nil {
		*at = *told
	}
}

// programmeOf shares what it can with p, which does not change.
func programmeOf(p *rule.Programme) Programme {
	s, e := &p.Settings, &p.Earning
	out := Programme{ID: p.ID, Version: p.Version, ProgrammeBody: ProgrammeBody{
		Code: p.Code, Name: p.Name, On: p.On, Priority: p.Priority, From: p.From, To: p.To, Zone: p.Zone, TermsURL: p.TermsURL,
		Outlets: p.Outlets, Partners: p.Partners,
		Settings: ProgrammeSettings{
			PointValue: &s.PointValue, AccrualStep: &s.AccrualStep, SpendStep: &s.SpendStep, Round: &s.Round, EarnOn: &s.EarnOn,
			EarnMoneyOnly: &s.EarnMoneyOnly, EarnWithSpend: &s.EarnWithSpend, PriceFloor: &s.PriceFloor, ReturnSpent: &s.ReturnSpent,
			Clawback: &s.Clawback, ExpiredReturn: &s.ExpiredReturn, UnlinkedTakes: &s.UnlinkedTakes, SpendProofAbove: &s.SpendProofAbove,
			LateMax: &s.LateMax,
		},
		Earning: ProgrammeEarning{
			Rate: e.Rate, ByType: e.ByType, Delay: e.Delay, Rule: e.Rule, Note: e.Note,
			Expiry: ProgrammeExpiry{Mode: e.Expiry.Mode, Days: e.Expiry.Days, Dates: e.Expiry.Dates},
		},
		Spending: ProgrammeSpending{Share: p.Spending.Share, ByType: p.Spending.ByType},
		Welcome:  ProgrammeGift{Points: p.Welcome.Points, Days: p.Welcome.Days},
	}}
	for i := range p.Campaigns {
		out.Offers = append(out.Offers, offerOf(&p.Campaigns[i]))
	}
	return out
}

// offerOf reads a campaign back as the offer that it was made of.
func offerOf(c *rule.Campaign) ProgrammeOffer {
	out := ProgrammeOffer{
		ID: c.ID, Name: c.Name, Codes: c.Codes, From: c.From, To: c.To,
		Limits: OfferLimits{InAll: c.Limits.InAll, PerCode: c.Limits.PerCode, PerMember: c.Limits.PerHead, Return: c.Limits.Return},
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		out.Rate, out.Amount = r.Rate, r.Amount
		for _, w := range r.When {
			switch {
			case w.Field == rule.FieldMember:
				out.Members = true
			case w.Field == rule.FieldSum && w.From != nil:
				out.LeastSum = money.Amount(*w.From)
			}
		}
	}
	return out
}
