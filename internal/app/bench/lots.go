package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// The lots of a benchmark are earned: each member has bought once, daysAgo days
// ago, under a programme whose rules have terms of their own, so that a receipt
// makes as many lots as are asked for. The first of
// them has ended last night, the next ends tonight, and so on: a night's dues
// are one of each account.
const (
	daysAgo   = 31
	firstTerm = daysAgo - 1 // days; what ends with last night

	// MaxLots is how many lots of a member there may be.
	MaxLots = 50

	boughtFor = 1_000_00 // kopecks
)

// lotRule is the n-th rule that makes a lot of its own.
func lotRule(n int) rule.Rule {
	return rule.Rule{
		ID: fmt.Sprintf("lot%d", n), Kind: rule.AccrualRule, Rate: money.Percent,
		Terms: &rule.Terms{Expiry: &rule.Expiry{Mode: rule.AfterAccrual, Days: firstTerm + n}},
	}
}

// fillLots makes each member buy once, and puts the programme back as it is
// measured under.
func (r *run) fillLots(ctx context.Context, d *db.DB, url string, ids *id.Maker, s *shop) error {
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return err
	}
	of := func(lots int) error {
		p := terms()
		p.Earning.Rate, p.Earning.ByType = 0, nil
		for n := range lots {
			p.Rules = append(p.Rules, lotRule(n))
		}
		old := programmes.Current().ByCode(p.Code)
		p.ID, p.Version = old.ID, old.Version
		_, err := programmes.Put(ctx, p, "bench")
		return err
	}
	if err := of(r.Lots); err != nil {
		return err
	}
	if err := r.sellLots(ctx, d, url, ids, s); err != nil {
		return err
	}
	if err := programmes.Refresh(ctx); err != nil {
		return err
	}
	return s.putProgramme(ctx, programmes, r.Rules)
}

// sellLots sells the first member's receipt by the desk and copies it.
func (r *run) sellLots(ctx context.Context, d *db.DB, url string, ids *id.Maker, s *shop) error {
	server, err := openDesk(ctx, url, clock.NewFixed(time.Now().AddDate(0, 0, -daysAgo)))
	if err != nil {
		return err
	}
	_, err = server.desk.Commit(ctx, boughtOnce(s.tills[0]))
	if err := errors.Join(err, server.Close(context.WithoutCancel(ctx))); err != nil {
		return fmt.Errorf("bench: the first receipt: %w", err)
	}
	return r.copyReceipts(ctx, d, ids)
}

func boughtOnce(till id.ID) *purchase.Cart {
	return &purchase.Cart{
		Till: till, Key: lotsKey(0), Buyer: purchase.Buyer{Kind: "phone", Value: phoneOf(0)},
		Lines: []purchase.CartLine{{SKU: skuOf(0), Quantity: money.Piece, Price: boughtFor}},
	}
}

// settleDues writes what is due, as the program does each minute, with nothing
// beside it.
func (r *run) settleDues(ctx context.Context, url string) error {
	server, err := openDesk(ctx, url, clock.System{})
	if err != nil {
		return err
	}
	defer func() { _ = server.Close(context.WithoutCancel(ctx)) }()
	began := time.Now()
	err = server.desk.SettleAllDue(ctx, func(n int) {
		r.report.Dues += int64(n)
		r.Step(Step{Name: SettlingDues, N: r.report.Dues})
	})
	if err != nil {
		return err
	}
	if took := time.Since(began); r.report.Dues > 0 {
		r.report.DuesPerMinute = round(float64(r.report.Dues)/took.Minutes(), 0)
	}
	return nil
}
