package scenario

import (
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"kopilka/client"
)

// sums are figures as one would first count them, by what they are of.
type sums struct {
	by                  map[string]map[string]*client.FiguresRow // day, outlet, cashier, campaign, and the months of each member
	total               client.FiguresRow
	kept, held, rounded int // refunds that show it
}

func (x *sums) row(by, key string) *client.FiguresRow {
	if x.by[by] == nil {
		x.by[by] = map[string]*client.FiguresRow{}
	}
	if x.by[by][key] == nil {
		x.by[by][key] = &client.FiguresRow{Back: &client.FiguresBack{}}
	}
	return x.by[by][key]
}

// rows are all that a receipt or refund counts in, but its campaigns.
func (x *sums) rows(day, outlet, cashier, member string) []*client.FiguresRow {
	out := []*client.FiguresRow{x.row("day", day), x.row("outlet", outlet), x.row("cashier", cashier), &x.total}
	if member != "" {
		out = append(out, x.row("member "+member, day[:7]), x.row("member "+member, "in all"))
	}
	return out
}

// slowFigures reads all receipts of all outlets, and counts.
func (s *shop) slowFigures(unlinked *sync.Map) *sums {
	s.Helper()
	x := &sums{by: map[string]map[string]*client.FiguresRow{}, total: client.FiguresRow{Back: &client.FiguresBack{}}}
	outlets, err := s.office.ListOutlets(s.Context(), nil)
	s.no(err)
	for _, o := range outlets.Items {
		q := &client.ListPurchasesQuery{Outlet: o.ID, Limit: 7}
		for {
			page, err := s.office.ListPurchases(s.Context(), q)
			s.no(err)
			for i := range page.Items {
				p, err := s.office.GetPurchase(s.Context(), page.Items[i].ID, nil)
				s.no(err)
				x.sale(p)
				var kopecks int64
				for k := range p.Refunds {
					kopecks += rounded(&p.Refunds[k])
					// One that an unlinked refund was split into is no refund of its own.
					_, part := unlinked.Load(p.Refunds[k].Key)
					x.refund(&p.Refunds[k], p.Member, part)
				}
				if p.State == "refunded" && kopecks != 0 {
					s.Errorf("%d kopecks of %s are lost by its parts", kopecks, p.ID)
				}
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
		}
	}
	unlinked.Range(func(_, v any) bool {
		f := v.(*client.Refund)
		x.refund(f, f.Member, false)
		return true
	})
	return x
}

func (x *sums) sale(p *client.Purchase) {
	for _, r := range x.rows(p.Day, p.Outlet, p.Cashier, p.Member) {
		r.Receipts++
		if p.Member != "" {
			r.MemberReceipts++
		}
		r.Gross += p.Gross
		r.Discount += p.Discount
		r.PaidWithPoints += p.PaidWithPoints
		r.Money += p.Due
		r.Spent += p.Spent
		r.Earned += p.Earned
	}
	acted := map[string]*client.FiguresRow{}
	of := func(rule string) *client.FiguresRow {
		c := campaignOf(rule)
		if acted[c] == nil {
			acted[c] = x.row("campaign", c)
			acted[c].Receipts++
			acted[c].Money += p.Due
		}
		return acted[c]
	}
	if p.Mode == "record" && len(p.Codes) > 0 {
		of("code-20") // the till has honoured it
	}
	for i := range p.Lines {
		for _, d := range p.Lines[i].Discounts {
			of(d.Rule).Discount += d.Amount
		}
		for _, e := range p.Lines[i].EarnedBy {
			of(e.Rule).Earned += e.Amount
		}
	}
}

// rounded is what the parts of a refund are off by: each amount of a line is
// rounded by itself.
func rounded(f *client.Refund) int64 {
	return f.Gross - f.Discount - f.PaidWithPoints - f.Kept - f.Held - f.Money
}

func (x *sums) refund(f *client.Refund, member string, part bool) {
	for n, shows := range map[*int]bool{&x.kept: f.Kept != 0, &x.held: f.Held != 0, &x.rounded: rounded(f) != 0} {
		if shows {
			*n++
		}
	}
	for _, r := range x.rows(f.Day, f.Outlet, f.Cashier, member) {
		if !part {
			r.Back.Refunds++
		}
		if f.Whole {
			r.Back.Whole++
		}
		r.Back.Gross += f.Gross
		r.Back.Discount += f.Discount
		r.Back.PaidWithPoints += f.PaidWithPoints
		r.Back.Money += f.Money
		r.Back.Withheld += f.Kept + f.Held
		r.Back.Rounding += rounded(f)
		r.Back.GivenBack += f.Given
		r.Back.TakenBack += f.Earned + f.Taken
	}
}

// period holds all that the test does.
const fromDay, toDay = "2026-03-01", "2026-04-30"

// sameFigures compares them with what is told, page by page.
func (s *shop) sameFigures(want *sums) {
	s.Helper()
	for _, by := range []client.GetFiguresBy{"day", "outlet", "cashier", "campaign"} {
		got := map[string]*client.FiguresRow{}
		q := &client.GetFiguresQuery{From: fromDay, To: toDay, By: by, Limit: 1}
		for {
			page, err := s.office.GetFigures(s.Context(), q)
			s.no(err)
			if page.BehindSeconds != 0 || !page.AsOf.Equal(s.clock.Now().Time()) {
				s.Errorf("as of %s, %d s behind", page.AsOf, page.BehindSeconds)
			}
			if diff := cmp.Diff(figuresOnly(&want.total), figuresOnly(rowOf(&page.Totals))); diff != "" {
				s.Errorf("totals by %s: %s", by, diff)
			}
			for i := range page.Items {
				r := &page.Items[i]
				key := r.Day + r.Outlet + r.Cashier + r.Campaign
				if got[key] != nil {
					s.Errorf("%s is told twice", key)
				}
				got[key] = r
				s.addsUp(string(by)+" "+key, r)
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
		}
		s.sameRows(string(by), want.by[string(by)], got)
	}
}

func (s *shop) sameRows(by string, want, got map[string]*client.FiguresRow) {
	s.Helper()
	var discount, earned, back, taken int64
	for key, r := range got {
		x := want[key]
		if x == nil {
			if r.Receipts != 0 || r.Back != nil && r.Back.Refunds != 0 {
				s.Errorf("by %s: %s is of nothing: %+v", by, key, r)
			}
			continue
		}
		if by == "campaign" {
			discount, earned = discount+r.Discount, earned+r.Earned
			if r.Back != nil {
				back, taken = back+r.Back.Discount, taken+r.Back.TakenBack
			}
			x.Back, r.Back, r.Uses = nil, nil, 0
		}
		if diff := cmp.Diff(figuresOnly(x), figuresOnly(r)); diff != "" {
			s.Errorf("by %s: %s: %s", by, key, diff)
		}
	}
	for key := range want {
		if got[key] == nil {
			s.Errorf("by %s: no row of %s", by, key)
		}
	}
	if by != "campaign" {
		return
	}
	page, err := s.office.GetFigures(s.Context(), &client.GetFiguresQuery{From: fromDay, To: toDay})
	s.no(err)
	whole := []int64{page.Totals.Discount, page.Totals.Earned, page.Totals.Back.Discount, page.Totals.Back.TakenBack}
	if diff := cmp.Diff(whole, []int64{discount, earned, back, taken}); diff != "" {
		s.Errorf("campaigns do not add up to all: %s", diff)
	}
}

// addsUp wants money to be what discounts, points and what was kept back leave of
// the prices.
func (s *shop) addsUp(of string, f *client.FiguresRow) {
	s.Helper()
	if strings.HasPrefix(of, "campaign") {
		return // it has no prices
	}
	if f.Gross-f.Discount-f.PaidWithPoints != f.Money {
		s.Errorf("%s: sold for %d less %d less %d, and %d paid", of, f.Gross, f.Discount, f.PaidWithPoints, f.Money)
	}
	if b := f.Back; b != nil && b.Gross-b.Discount-b.PaidWithPoints-b.Withheld-b.Rounding != b.Money {
		s.Errorf("%s: %+v do not add up", of, *b)
	}
}

// figuresOnly are the figures of receipts.
func figuresOnly(r *client.FiguresRow) client.FiguresRow {
	out := *r
	out.Day, out.Outlet, out.Cashier, out.Programme, out.Campaign, out.Average = "", "", "", "", "", 0
	out.Expired, out.Adjusted, out.Opened, out.Gifts, out.Levels = 0, 0, 0, 0, 0
	if out.Back == nil {
		out.Back = &client.FiguresBack{}
	}
	return out
}

func rowOf(f *client.Figures) *client.FiguresRow {
	return &client.FiguresRow{
		Receipts: f.Receipts, MemberReceipts: f.MemberReceipts, Gross: f.Gross, Discount: f.Discount, PaidWithPoints: f.PaidWithPoints,
		Money: f.Money, Average: f.Average, Spent: f.Spent, Earned: f.Earned, Back: f.Back,
	}
}

// sameOfMember compares a member's figures with those of his receipts.
func (s *shop) sameOfMember(want *sums, m string) {
	s.Helper()
	got, err := s.office.GetMemberFigures(s.Context(), m, nil)
	s.no(err)
	mine := want.by["member "+m]
	if diff := cmp.Diff(figuresOnly(mine["in all"]), figuresOnly(rowOf(&got.Totals))); diff != "" {
		s.Errorf("of %s: %s", m, diff)
	}
	if len(got.Months) != len(mine)-1 {
		s.Errorf("%d months of %s, want %d", len(got.Months), m, len(mine)-1)
	}
	for _, month := range got.Months {
		f := client.FiguresRow{
			Receipts: month.Receipts, MemberReceipts: month.MemberReceipts, Gross: month.Gross, Discount: month.Discount, PaidWithPoints: month.PaidWithPoints,
			Money: month.Money, Spent: month.Spent, Earned: month.Earned, Back: month.Back,
		}
		if diff := cmp.Diff(figuresOnly(mine[month.Month]), figuresOnly(&f)); diff != "" {
			s.Errorf("%s of %s: %s", month.Month, m, diff)
		}
		if month.Receipts > 0 && month.Average != month.Money/month.Receipts {
			s.Errorf("average %d of %d in %d", month.Average, month.Money, month.Receipts)
		}
	}
	if list, err := s.office.ListPurchases(s.Context(), &client.ListPurchasesQuery{Member: m, Limit: 1}); err != nil || !list.Items[0].At.Equal(got.LastPurchase) {
		s.Errorf("last bought at %s: %v %v", got.LastPurchase, list, err)
	}
}
