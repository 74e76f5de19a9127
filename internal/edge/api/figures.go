package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Figures are the sums of a period: those that are nothing are not written.
type Figures struct {
	Receipts       int64        `json:"receipts"`
	MemberReceipts int64        `json:"member_receipts,omitempty"`
	Gross          money.Amount `json:"gross,omitempty"`
	Discount       money.Amount `json:"discount,omitempty"`
	Paid           money.Amount `json:"paid_with_points,omitempty"`
	Money          money.Amount `json:"money"`
	Average        money.Amount `json:"average,omitempty"`
	Spent          money.Points `json:"spent,omitempty"`
	Earned         money.Points `json:"earned,omitempty"`
	Uses           int64        `json:"uses,omitempty"`
	Back           FiguresBack  `json:"back,omitzero"`
	Expired        money.Points `json:"expired,omitempty"`
	Adjusted       money.Points `json:"adjusted,omitempty"`
	Opened         int64        `json:"opened,omitempty"`
	Gifts          money.Points `json:"gifts,omitempty"`
	Levels         money.Points `json:"levels,omitempty"`
}

// FiguresBack are the sums of refunds.
type FiguresBack struct {
	Refunds   int64        `json:"refunds"`
	Whole     int64        `json:"whole,omitempty"`
	Gross     money.Amount `json:"gross,omitempty"`
	Discount  money.Amount `json:"discount,omitempty"`
	Paid      money.Amount `json:"paid_with_points,omitempty"`
	Withheld  money.Amount `json:"withheld,omitempty"`
	Rounding  money.Amount `json:"rounding,omitempty"`
	Money     money.Amount `json:"money"`
	GivenBack money.Points `json:"given_back,omitempty"`
	TakenBack money.Points `json:"taken_back,omitempty"`
	Uses      int64        `json:"uses,omitempty"`
}

// FiguresRow is the figures of one day, outlet, cashier or campaign.
type FiguresRow struct {
	Day       string `json:"day,omitempty" example:"2026-03-02"`
	Outlet    id.ID  `json:"outlet,omitzero"`
	Cashier   id.ID  `json:"cashier,omitzero"`
	Programme id.ID  `json:"programme,omitzero"`
	Campaign  string `json:"campaign,omitempty"`
	Figures
}

// FiguresPage is a part of the rows, with the totals of all.
type FiguresPage struct {
	AsOf   Time         `json:"as_of"`
	Behind int64        `json:"behind_seconds"`
	Totals Figures      `json:"totals"`
	Items  []FiguresRow `json:"items"`
	Next   string       `json:"next,omitempty"`
}

// MonthFigures are a member's figures of one month.
type MonthFigures struct {
	Month string `json:"month" example:"2026-03"`
	Figures
}

// MemberFigures are a member's figures.
type MemberFigures struct {
	Totals Figures        `json:"totals"`
	First  Time           `json:"first_purchase,omitzero"`
	Last   Time           `json:"last_purchase,omitzero"`
	Months []MonthFigures `json:"months"`
}

type (
	figuresIn struct {
		From      string `query:"from" required:"true" example:"2026-03-01"`
		To        string `query:"to" required:"true" example:"2026-03-31"`
		By        string `query:"by" enum:"day,outlet,cashier,campaign"`
		Outlets   string `query:"outlets"`
		Programme id.ID  `query:"programme"`
		Paging
	}
	memberFiguresIn struct {
		Member    home.ID `path:"member"`
		Programme id.ID   `query:"programme"`
	}
)

func figures(a *API) {
	row := func(id, path string) operation {
		return operation{
			id: id, method: http.MethodGet, path: path, group: "figures", status: http.StatusOK, scopes: []identity.Scope{identity.ReportsRead},
		}.forOffice()
	}
	add(a, row("getFigures", "/figures"), getFigures)
	member := row("getMemberFigures", "/members/{member}/figures")
	member.also = identity.MembersRead
	add(a, member, getMemberFigures)
}

func getFigures(ctx context.Context, c *call, in *figuresIn) (*FiguresPage, error) {
	q := figure.Query{By: figure.By(in.By), From: in.From, To: in.To, Programme: in.Programme, Limit: in.limit() + 1}
	var err error
	if q.By == "" {
		q.By = figure.ByDay
	}
	if q.Outlets, err = c.outlets(in.Outlets); err != nil {
		return nil, err
	}
	if q.After, err = placeIn(q.By, in.After); err != nil {
		return nil, err
	}
	found, err := c.Figures.Read(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &FiguresPage{
		AsOf: Time(found.AsOf), Behind: int64(found.Behind.Seconds()), Totals: figuresOf(&found.Totals),
		Items: each(found.Rows[:min(in.limit(), len(found.Rows))], func(r figure.Row) FiguresRow { return figuresRow(q.By, &r) }),
	}
	if len(found.Rows) > in.limit() {
		out.Next = placeOut(q.By, found.Rows[in.limit()-1].Place)
	}
	return out, nil
}

// outlets are those that are asked for or, where none is named, all that the
// caller may see; none: all there are.
func (c *call) outlets(named string) ([]id.ID, error) {
	if named == "" {
		return c.who.OutletIDs, nil
	}
	var out []id.ID
	for word := range strings.SplitSeq(named, ",") {
		i, err := id.Parse(word)
		if err != nil {
			return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "outlets", Code: "id.invalid"})
		}
		if err := c.at(i); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// placeIn and placeOut turn the name of a row into a word.
func placeIn(by figure.By, word string) (*figure.Place, error) {
	if word == "" {
		return nil, nil
	}
	var err error
	p := &figure.Place{}
	switch by {
	case figure.ByOutlet, figure.ByCashier:
		p.ID, err = idOrNone(word)
	case figure.ByCampaign:
		programme, campaign, _ := strings.Cut(word, ":")
		p.Campaign = campaign
		p.Programme, err = idOrNone(programme)
	default:
		p.Day = word
	}
	if err != nil {
		return nil, badCursor()
	}
	return p, nil
}

// idOrNone reads an id; 0 stands for none: what belongs to no outlet, cashier or
// programme has a row too.
func idOrNone(word string) (id.ID, error) {
	if word == id.ID(0).String() {
		return 0, nil
	}
	return id.Parse(word)
}

func placeOut(by figure.By, p figure.Place) string {
	switch by {
	case figure.ByOutlet, figure.ByCashier:
		return p.ID.String()
	case figure.ByCampaign:
		return p.Programme.String() + ":" + p.Campaign
	}
	return p.Day
}

func figuresRow(by figure.By, r *figure.Row) FiguresRow {
	out := FiguresRow{Day: r.Day, Programme: r.Programme, Campaign: r.Place.Campaign}
	switch by {
	case figure.ByOutlet:
		out.Outlet = r.ID
	case figure.ByCashier:
		out.Cashier = r.ID
	}
	if by != figure.ByCampaign {
		out.Figures = figuresOf(&r.Sums)
		return out
	}
	s := &r.Acts
	out.Figures = Figures{
		Receipts: s[figure.Acted], Uses: s[figure.Uses], Money: money.Amount(s[figure.ActedMoney]),
		Discount: money.Amount(s[figure.CampaignDiscount]), Earned: money.Points(s[figure.CampaignEarned]),
		Back: FiguresBack{
			Refunds: s[figure.CampaignRefunds], Uses: s[figure.RefundUses], Money: money.Amount(s[figure.CampaignRefundMoney]),
			Discount: money.Amount(s[figure.CampaignRefundDiscount]), TakenBack: money.Points(s[figure.CampaignRefundEarned]),
		},
	}
	out.average()
	return out
}

func figuresOf(s *figure.Sums) Figures {
	out := Figures{
		Receipts: s[figure.Receipts], MemberReceipts: s[figure.MemberReceipts],
		Gross: money.Amount(s[figure.Gross]), Discount: money.Amount(s[figure.Discount]), Paid: money.Amount(s[figure.Paid]), Money: money.Amount(s[figure.Money]),
		Spent: money.Points(s[figure.Spent]), Earned: money.Points(s[figure.Earned]),
		Back: FiguresBack{
			Refunds: s[figure.Refunds], Whole: s[figure.RefundsWhole], Gross: money.Amount(s[figure.RefundGross]), Discount: money.Amount(s[figure.RefundDiscount]),
			Paid: money.Amount(s[figure.RefundPaid]), Withheld: money.Amount(s[figure.RefundWithheld]), Money: money.Amount(s[figure.RefundMoney]),
			GivenBack: money.Points(s[figure.RefundSpent]), TakenBack: money.Points(s[figure.RefundEarned]),
		},
		Expired: money.Points(s[figure.Expired]), Adjusted: money.Points(s[figure.Adjusted]), Opened: s[figure.Opened],
		Gifts: money.Points(s[figure.Gifts]), Levels: money.Points(s[figure.Levels]),
	}
	b := &out.Back
	b.Rounding = b.Gross - b.Discount - b.Paid - b.Withheld - b.Money
	out.average()
	return out
}

// average is what a receipt came to in money, of those that were sold.
func (f *Figures) average() {
	if f.Receipts > 0 {
		f.Average = f.Money / money.Amount(f.Receipts)
	}
}

func getMemberFigures(ctx context.Context, c *call, in *memberFiguresIn) (*MemberFigures, error) {
	if err := someone(in.Member); err != nil {
		return nil, err
	}
	// What was sold elsewhere is nothing to a key of some outlets.
	found, err := c.Figures.OfMember(ctx, figure.MemberQuery{Home: in.Member, Programme: in.Programme, May: c.who.At})
	if err == nil {
		err = c.known(ctx, in.Member, len(found.Months))
	}
	if err != nil {
		return nil, err
	}
	out := &MemberFigures{Totals: figuresOf(&found.Totals), First: Time(found.First), Last: Time(found.Last), Months: make([]MonthFigures, len(found.Months))}
	for i := range found.Months {
		out.Months[i] = MonthFigures{Month: found.Months[i].Month, Figures: figuresOf(&found.Months[i].Sums)}
	}
	return out, nil
}
