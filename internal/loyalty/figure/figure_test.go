package figure_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const addEvent = `insert into event (home_id, event_id, doc) values ($1, $2, $3)`

// batches draws what transactions did.
func batches() *rapid.Generator[eventtype.Batch] {
	sum := func(t *rapid.T, name string) int64 { return rapid.Int64Range(0, 1e12).Draw(t, name) }
	event := rapid.Custom(func(t *rapid.T) eventtype.Event {
		e := eventtype.Event{
			Kind: rapid.SampledFrom([]eventtype.Kind{eventtype.Purchased, eventtype.Refunded, eventtype.Adjusted, eventtype.Opened, eventtype.Due, eventtype.Claimed}).Draw(t, "kind"),
			Home: home.ID(rapid.Int64Range(-5, 5).Draw(t, "home")), Seq: sum(t, "seq"), Op: id.ID(sum(t, "op")),
			At:     clock.Micros(rapid.Int64Range(0, 2e15).Draw(t, "at")),
			Day:    rapid.SampledFrom([]string{"2026-01-01", "2026-01-02", ""}).Draw(t, "day"),
			Outlet: id.ID(rapid.Int64Range(0, 2).Draw(t, "outlet")), Programme: id.ID(rapid.Int64Range(0, 1).Draw(t, "programme")),
			Gross: money.Amount(sum(t, "gross")), Discount: money.Amount(sum(t, "discount")), Paid: money.Amount(sum(t, "paid")),
			Money: money.Amount(sum(t, "money")), Withheld: money.Amount(rapid.Int64Range(-9, 9).Draw(t, "withheld")), Spent: money.Points(sum(t, "spent")), Earned: money.Points(rapid.Int64Range(-9, 9).Draw(t, "earned")),
			Expired: money.Points(sum(t, "expired")), Last: rapid.Bool().Draw(t, "last"),
		}
		e.Member = e.Home > 0
		e.Cashier = id.ID(rapid.Int64Range(0, 2).Draw(t, "cashier"))
		e.Acts = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) eventtype.Act {
			return eventtype.Act{
				Campaign: rapid.SampledFrom([]string{"base", "spring", "\"tea\" & <cake>"}).Draw(t, "campaign"), Uses: rapid.Int64Range(0, 1).Draw(t, "uses"),
				Discount: money.Amount(sum(t, "off")), Earned: money.Points(rapid.Int64Range(-9, 9).Draw(t, "points")), Again: rapid.Bool().Draw(t, "again"),
			}
		}), 0, 3, func(a eventtype.Act) string { return a.Campaign }).Draw(t, "acts")
		return e
	})
	head := rapid.Custom(func(t *rapid.T) eventtype.Head {
		return eventtype.Head{
			Home: home.ID(rapid.Int64().Draw(t, "home")), Seq: sum(t, "seq"), Hash: rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"),
		}
	})
	return rapid.Custom(func(t *rapid.T) eventtype.Batch {
		return eventtype.Batch{Events: rapid.SliceOfN(event, 0, 6).Draw(t, "events"), Heads: rapid.SliceOfN(head, 0, 4).Draw(t, "heads")}
	})
}

// rows are those of all tables.
type rows struct {
	Days      map[figure.Key]figure.Sums
	Cashiers  map[figure.CashierKey]figure.Sums
	Campaigns map[figure.CampaignKey]figure.CampaignSums
}

func noRows() rows {
	return rows{map[figure.Key]figure.Sums{}, map[figure.CashierKey]figure.Sums{}, map[figure.CampaignKey]figure.CampaignSums{}}
}

// slowFold is the fold as one would first write it.
func slowFold(b *eventtype.Batch) rows {
	out := noRows()
	for _, e := range b.Events {
		k := figure.Key{Day: e.Day, Outlet: e.Outlet, Programme: e.Programme}
		if k.Day == "" {
			k.Day = e.At.Time().Format(time.DateOnly)
		}
		s := out.Days[k]
		switch e.Kind {
		case eventtype.Purchased:
			s[figure.Receipts]++
			if e.Member {
				s[figure.MemberReceipts]++
			}
			for c, v := range map[figure.Column]int64{
				figure.Gross: int64(e.Gross), figure.Discount: int64(e.Discount), figure.Paid: int64(e.Paid),
				figure.Money: int64(e.Money), figure.Spent: int64(e.Spent), figure.Earned: int64(e.Earned),
			} {
				s[c] += v
			}
		case eventtype.Refunded:
			s[figure.Refunds]++
			if e.Last {
				s[figure.RefundsWhole]++
			}
			for c, v := range map[figure.Column]int64{
				figure.RefundGross: int64(e.Gross), figure.RefundDiscount: int64(e.Discount), figure.RefundPaid: int64(e.Paid), figure.RefundWithheld: int64(e.Withheld),
				figure.RefundMoney: int64(e.Money), figure.RefundSpent: int64(e.Spent), figure.RefundEarned: int64(e.Earned),
			} {
				s[c] += v
			}
		case eventtype.Claimed:
			s[figure.MemberReceipts]++
			s[figure.Earned] += int64(e.Earned)
		case eventtype.Adjusted:
			s[figure.Adjusted] += int64(e.Earned)
		case eventtype.Opened:
			s[figure.Opened]++
			s[figure.Gifts] += int64(e.Earned)
		case eventtype.Due:
			s[figure.Expired] += int64(e.Expired)
		}
		was := out.Days[k]
		out.Days[k] = s
		switch e.Kind {
		case eventtype.Purchased, eventtype.Refunded, eventtype.Claimed:
			sk := figure.CashierKey{Key: k, Cashier: e.Cashier}
			sum := out.Cashiers[sk]
			for c := range sum {
				sum[c] += s[c] - was[c]
			}
			out.Cashiers[sk] = sum
			slowActs(out, k, &e)
		}
	}
	return out
}

func slowActs(out rows, k figure.Key, e *eventtype.Event) {
	list := e.Acts
	if len(list) == 0 && (e.Discount != 0 || e.Earned != 0) {
		list = []eventtype.Act{{Campaign: rule.Base, Discount: e.Discount, Earned: e.Earned}}
	}
	for _, a := range list {
		ck := figure.CampaignKey{Key: k, Campaign: a.Campaign}
		s := out.Campaigns[ck]
		add := func(c figure.CampaignColumn, v int64) { s[c] += v }
		switch e.Kind {
		case eventtype.Refunded:
			add(figure.CampaignRefunds, 1)
			add(figure.CampaignRefundMoney, int64(e.Money))
			add(figure.RefundUses, a.Uses)
			add(figure.CampaignRefundDiscount, int64(a.Discount))
			add(figure.CampaignRefundEarned, int64(a.Earned))
		case eventtype.Purchased:
			add(figure.Uses, a.Uses)
			add(figure.CampaignDiscount, int64(a.Discount))
			fallthrough
		default:
			add(figure.CampaignEarned, int64(a.Earned))
			if e.Kind == eventtype.Purchased || !a.Again {
				add(figure.Acted, 1)
				add(figure.ActedMoney, int64(e.Money))
			}
		}
		out.Campaigns[ck] = s
	}
}

func plain(t *figure.Table) rows {
	out := noRows()
	for k, s := range t.Rows() {
		out.Days[k] = *s
	}
	for k, s := range t.Cashiers() {
		out.Cashiers[k] = *s
	}
	for k, s := range t.Campaigns() {
		out.Campaigns[k] = *s
	}
	return out
}

func TestFoldReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := batches().Draw(t, "batch")
		doc, err := json.Marshal(&b)
		if err != nil {
			t.Fatal(err)
		}
		f := figure.NewFold()
		if err := f.Add(doc); err != nil {
			t.Fatalf("%v: %s", err, doc)
		}
		if diff := cmp.Diff(slowFold(&b), plain(f.Table)); diff != "" {
			t.Fatalf("%s\n%s", diff, doc)
		}
		heads := []ledger.Head{}
		for _, h := range b.Heads {
			heads = append(heads, ledger.Head{Home: h.Home, Seq: h.Seq, Hash: ledger.Hash(h.Hash)})
		}
		if diff := cmp.Diff(heads, append([]ledger.Head{}, f.Heads...)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestFoldRefusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"e":[{"cs":[{"c":"\x"}]}]}`, `{"e":[{"cs":[5]}]}`, `{"e":[{"q":1}]}`, ``, `[]`, `{`, `{"e"`, `{"e":`, `{"e":[`, `{"e":[{"k":"purchase"`, `{"e":[{}]`, `{"e":[{},]}`, `{"e":[{"g":x}]}`, `{"e":[{"u":"1x"}]}`,
		`{"h":[{"x":"AA=="}]}`, `{"h":[{"x":"////////////////////////////////////////////////////////////////"}]}`, `{"e":"`, `{"e":[{"k":5}]}`,
	} {
		if err := figure.NewFold().Add([]byte(doc)); !fault.Is(err, "figure.event") {
			t.Errorf("%s: %v", doc, err)
		}
	}
	for _, doc := range []string{`{}`, `{"e":[],"h":[]}`, `{"e":null,"h":null}`, ` { "e" : [ { "k" : "due" , "new" : {"a":["b\"]",1.5e3,true,null]} } ] } `} {
		if err := figure.NewFold().Add([]byte(doc)); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add([]byte(`{"e":[{"k":"purchase","h":"1","s":1,"o":"2","t":5,"d":"2026-01-01","g":100}],"h":[{"h":"1","s":1,"x":"AA=="}]}`))
	f.Add([]byte(`{"e":[{"k":"purchase","q":"7","cs":[{"c":"a\u003c","n":1,"d":2,"e":3,"r":true}]}]}`))
	f.Add([]byte(`{"e":[{"k":"a\"b\\"}],"x":{"y":[1,{"z":null}]}}`))
	f.Fuzz(func(_ *testing.T, doc []byte) {
		_ = figure.NewFold().Add(doc)
		_ = figure.NewTable().AddPurchase(doc)
		_ = figure.NewTable().AddRefund(doc)
		_ = figure.NewTable().AddClaim(doc)
	})
}

func stored(t *testing.T, d *db.DB) rows {
	t.Helper()
	table := figure.NewTable()
	if err := table.AddStored(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return plain(table)
}

func merge(into, x rows) {
	for k, s := range x.Days {
		sum := into.Days[k]
		sum.Add(&s)
		into.Days[k] = sum
	}
	for k, s := range x.Cashiers {
		sum := into.Cashiers[k]
		sum.Add(&s)
		into.Cashiers[k] = sum
	}
	for k, s := range x.Campaigns {
		sum := into.Campaigns[k]
		sum.Add(&s)
		into.Campaigns[k] = sum
	}
}

// failing is a log whose every line fails the test.
type failing struct{ t *testing.T }

func (f failing) Write(line []byte) (int, error) {
	f.t.Error(string(line))
	return len(line), nil
}

// TestEachEventOnce lets many dispatchers fold while events are written. None
// may lose its turn so often that it gives up.
func TestEachEventOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := id.NewMaker(1)
		want := noRows()
		var heads int
		var all []eventtype.Batch
		for i := range 60 {
			all = append(all, batches().Example(i))
		}
		options := figure.Options{DB: d, Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(failing{t}, nil)), Batch: 2, Every: time.Microsecond}
		options.Heads = func(b *db.Batch, heads []ledger.Head) {
			for _, h := range heads {
				b.Exec(`insert into node (node, holder, leased_until) values ($1, '', $2)`, ids.New(), h.Seq)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for range 8 {
			running.Go(func() { figure.NewDispatcher(options).Run(ctx) })
		}
		for _, b := range all {
			merge(want, slowFold(&b))
			heads += len(b.Heads)
			doc, err := json.Marshal(&b)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Exec(t.Context(), addEvent, int64(heads%7), ids.New(), string(doc)); err != nil {
				t.Fatal(err)
			}
		}
		last := figure.NewDispatcher(options)
		if _, err := last.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		running.Wait()
		// A dispatcher that was stopped in the middle holds its events until the
		// server has noticed.
		for lag := time.Duration(1); lag > 0; {
			_, err := last.Drain(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if lag, err = last.Lag(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, stored(t, d)); diff != "" {
			t.Error(diff)
		}
		var kept int
		if err := d.Row(t.Context(), `select count(*) from node`).Scan(&kept); err != nil || kept != heads {
			t.Errorf("%d heads kept of %d: %v", kept, heads, err)
		}
	})
}

func TestLag(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		i := id.NewMaker(1).New()
		now := clock.NewFixed(i.Time().Add(5 * time.Second))
		registry := metrics.New("test")
		f := figure.NewDispatcher(figure.Options{DB: d, Clock: now, Log: slog.New(slog.DiscardHandler), Metrics: registry})
		if _, err := d.Exec(t.Context(), addEvent, 1, i, `{"e":[{"k":"open","t":5}],"h":[]}`); err != nil {
			t.Fatal(err)
		}
		if lag, err := f.Lag(t.Context()); lag != 5*time.Second || err != nil {
			t.Errorf("lag %s %v", lag, err)
		}
		if n, err := f.Drain(t.Context()); n != 1 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		if lag, err := f.Lag(t.Context()); lag != 0 || err != nil {
			t.Errorf("lag %s %v", lag, err)
		}
		want := map[figure.Key]figure.Sums{{Day: "1970-01-01"}: {figure.Opened: 1}}
		if diff := cmp.Diff(want, stored(t, d).Days); diff != "" {
			t.Error(diff)
		}
	})
}

// TestBrokenEventStays: what can't be read is not thrown away, and says which
// it is.
func TestBrokenEventStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := figure.NewDispatcher(figure.Options{DB: d, Clock: clock.System{}})
		if _, err := d.Exec(t.Context(), addEvent, 3, 4, `{"e":[`); err != nil {
			t.Fatal(err)
		}
		_, err := f.Drain(t.Context())
		if !fault.Is(err, "figure.event") || err.Error() != "event 4 of home 3: figure.event" {
			t.Errorf("got %v", err)
		}
		var n int
		if err := d.Row(t.Context(), `select count(*) from event`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d %v", n, err)
		}
	})
}
