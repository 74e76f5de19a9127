package scenario

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/client"
	"kopilka/internal/app"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/i18n"
)

// rulesOfFigures give points, a discount that needs no code, and one of a code
// with a limit.
const rulesOfFigures = `
code: figures
name: Показатели
earning: {rate: 10%}
spending: {share: 50%}
settings: {clawback: money, refund_conditions: difference}
campaigns:
  - id: open
    name: Акция на бар
    scope: {type: bar}
    rules:
      - {id: open-5, name: 5 % на бар, kind: discount, rate: 5%}
      - {id: open-big, name: 7 % от 500, kind: discount, stage: receipt, rate: 7%, when: {sum: {from: 500}}}
      - {id: open-bonus, name: Бонусы за бар, kind: accrual, rate: 3%}
  - id: code
    name: Промокод
    codes: [ВЕСНА]
    limits: {in_all: 5, return: yes}
    rules:
      - {id: code-20, name: 20 % по промокоду, kind: discount, rate: 20%}
`

// campaignOf says whose the rules above are.
func campaignOf(rule string) string {
	switch {
	case rule == "till":
		return "till"
	case strings.HasPrefix(rule, "open"):
		return "open"
	case strings.HasPrefix(rule, "code"):
		return "code"
	}
	return "base"
}

// TestFiguresAreTheSumsOfReceipts: whatever shops do, on however many processes,
// figures by day, outlet, cashier and campaign are what listing all receipts
// comes to; and those of a member what his come to.
func TestFiguresAreTheSumsOfReceipts(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := open(t, dialect, "2026-03-30 12:00")
			s.put(rulesOfFigures)
			services := []*app.Service{s.service}
			if dialect == db.Postgres {
				services = append(services, second(s))
			}
			outlets, err := s.office.ListOutlets(t.Context(), nil)
			s.no(err)
			codes := map[string]string{}
			for _, o := range outlets.Items {
				codes[o.ID] = o.Code
			}
			members := []string{"", s.joins("Анна"), s.joins("Олег")}
			var working sync.WaitGroup
			var unlinked sync.Map
			for worker := range 3 {
				tills := s.tillsAt(services[worker%len(services)])
				working.Go(func() {
					w := &seller{shop: s, rnd: rand.New(rand.NewPCG(7, uint64(worker))), members: members, outlets: codes, unlinked: &unlinked} //nolint:gosec // the same each time
					w.work(tills, worker, 25)
				})
			}
			working.Wait()
			for _, x := range services {
				_, err := x.Figures.Drain(t.Context())
				s.no(err)
			}
			want := s.slowFigures(&unlinked)
			if want.kept == 0 || want.held == 0 || want.rounded == 0 {
				t.Errorf("this proves nothing: %d kept, %d held, %d times rounded", want.kept, want.held, want.rounded)
			}
			s.sameFigures(want)
			for _, m := range members[1:] {
				s.sameOfMember(want, m)
			}
			s.kopilka("verify")
		})
	}
}

// second is the program once more, on the same base.
func second(s *shop) *app.Service {
	texts, err := i18n.Load()
	s.no(err)
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr, cfg.DB.MaxConns = config.DSN(s.url), "127.0.0.1:0", 4
	other, err := app.Start(s.Context(), app.ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts, Clock: s.clock})
	s.no(err)
	s.Cleanup(func() { s.no(other.Close(context.WithoutCancel(s.Context()))) })
	return other
}

// seller does random things at a till.
type seller struct {
	*shop
	rnd      *rand.Rand
	members  []string
	outlets  map[string]string // codes by id
	unlinked *sync.Map         // refunds of no purchase, by id
	sold     []*client.Purchase
	n        int
}

func (w *seller) work(tills map[string]*client.Client, worker, steps int) {
	for range steps {
		outlet := []string{"hall", "site"}[w.rnd.IntN(2)]
		w.n++
		w.step(tills, tills[outlet], fmt.Sprintf("%d-%d", worker, w.n))
		w.clock.Add(time.Duration(w.rnd.Int64N(3)) * time.Hour) // over nights and the month's turn
	}
}

// tillsAt are clients of a till of each outlet, at one process.
func (s *shop) tillsAt(service *app.Service) map[string]*client.Client {
	s.Helper()
	out := map[string]*client.Client{}
	outlets, err := s.office.ListOutlets(s.Context(), nil)
	s.no(err)
	for _, o := range outlets.Items {
		tills, err := s.office.ListTills(s.Context(), &client.ListTillsQuery{Outlet: o.ID})
		s.no(err)
		key, err := s.office.CreateKey(s.Context(), &client.NewKey{Till: tills.Items[0].ID, Name: "at " + service.URL, Rate: 1_000_000})
		s.no(err)
		s.no(service.Refresh(s.Context()))
		out[o.Code], err = client.New(service.URL, key.Token)
		s.no(err)
		s.Cleanup(out[o.Code].Close)
	}
	return out
}

func (w *seller) cashier() string { return []string{"", w.trainee}[w.rnd.IntN(2)] }

func (w *seller) step(tills map[string]*client.Client, till *client.Client, key string) {
	ctx := w.Context()
	sku := []string{"ticket", "bar", "goods"}[w.rnd.IntN(3)]
	pieces, price := w.rnd.IntN(4)+1, w.rnd.Int64N(90000)+1
	var buyer *client.Buyer
	if m := w.members[w.rnd.IntN(len(w.members))]; m != "" {
		buyer = &client.Buyer{Member: m}
	}
	var codes []string
	if w.rnd.IntN(3) == 0 {
		codes = []string{"весна"}
	}
	switch w.rnd.IntN(7) {
	case 0, 1, 2:
		p, _, err := till.CommitPurchase(ctx, key, &client.CommitBody{
			Cashier: w.cashier(), Buyer: buyer, Codes: codes, Lines: []client.CartLine{line(sku, pieces, price), line("bar", 1, 300_00)}, SpendMax: buyer != nil && w.rnd.IntN(2) == 0,
		}, nil)
		if w.passes(err) {
			w.sold = append(w.sold, p)
		}
	case 3:
		p, _, err := till.RecordPurchase(ctx, key, &client.RecordBody{
			Cashier: w.cashier(), Buyer: buyer, Codes: codes, At: w.clock.Now().Time().Add(-time.Duration(w.rnd.Int64N(60)) * time.Hour),
			Lines: []client.RecordLine{{SKU: sku, Quantity: fmt.Sprint(pieces), Price: price, Discount: w.rnd.Int64N(price)}},
		}, nil)
		if w.passes(err) {
			w.sold = append(w.sold, p)
		}
	case 4, 5:
		if len(w.sold) == 0 {
			return
		}
		p := w.sold[w.rnd.IntN(len(w.sold))]
		till = tills[w.outlets[p.Outlet]] // by its id it is found where it was sold
		body := &client.RefundBody{Cashier: w.cashier(), Purchase: client.PurchaseRef{ID: p.ID}, Whole: true}
		if w.rnd.IntN(3) > 0 {
			body.Whole, body.Lines = false, []client.RefundPart{{Line: int64(w.rnd.IntN(len(p.Lines))), Quantity: "1"}}
		}
		_, _, err := till.RefundPurchase(ctx, key, body)
		w.passes(err)
	case 6:
		r, _, err := till.RefundUnlinked(ctx, key, &client.UnlinkedBody{Cashier: w.cashier(), Buyer: buyer, Lines: []client.UnlinkedLine{{SKU: "bar", Quantity: "1", Price: 300_00}}})
		if w.passes(err) {
			w.unlinked.Store(r.Rest.Key, &r.Rest)
		}
	}
}

// passes lets a refusal by a rule pass and nothing else.
func (w *seller) passes(err error) bool {
	w.Helper()
	if p, ok := errors.AsType[*client.Problem](err); ok && (p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusConflict) {
		return false
	}
	if err != nil {
		w.Error(err)
	}
	return err == nil
}

// What may not be asked, and what a key of some outlets sees.
func TestWhoSeesWhichFigures(t *testing.T) {
	tell(t, boxOffice, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, outlet: "hall", lines: []client.CartLine{line("bar", 1, 100_00)}, due: 100_00})
		s.sells(&receipt{who: anna, outlet: "site", lines: []client.CartLine{line("bar", 1, 300_00)}, due: 300_00})
		_, err := s.service.Figures.Drain(s.Context())
		s.no(err)
		outlets, err := s.office.ListOutlets(s.Context(), nil)
		s.no(err)
		ids := map[string]string{}
		for _, o := range outlets.Items {
			ids[o.Code] = o.ID
		}
		hall := s.bound(ids["hall"], identity.ReportsRead, identity.MembersRead)
		one := &client.GetFiguresQuery{From: "2026-03-02", To: "2026-03-02"}
		page, err := hall.GetFigures(s.Context(), one)
		s.no(err)
		if page.Totals.Money != 100_00 || page.Totals.Opened != 0 {
			s.Errorf("the hall sees %+v", page.Totals)
		}
		f, err := hall.GetMemberFigures(s.Context(), anna, nil)
		s.no(err)
		if f.Totals.Money != 100_00 || f.Totals.Average != 100_00 {
			s.Errorf("the hall sees %+v of her", f.Totals)
		}
		_, err = hall.GetFigures(s.Context(), &client.GetFiguresQuery{From: "2026-03-02", To: "2026-03-02", Outlets: ids["hall"] + "," + ids["site"]})
		s.refused(err, 403, "api.other-outlet")
		_, err = s.bound("", identity.ReportsRead).GetMemberFigures(s.Context(), anna, nil)
		s.refused(err, 403, "identity.scope-missing")
		_, err = s.tills["hall"].GetFigures(s.Context(), one)
		s.refused(err, 403, "identity.scope-missing")
		for _, wrong := range []client.GetFiguresQuery{
			{From: "2026-03-02", To: "2026-03-01"}, {From: "2026-02-30", To: "2026-03-01"}, {From: "2024-01-01", To: "2026-03-01"}, {From: "x", To: "2026-03-01"},
		} {
			_, err := s.office.GetFigures(s.Context(), &wrong)
			s.refused(err, 400, "figure.period", "figure.period-most")
		}
		_, err = s.office.GetMemberFigures(s.Context(), "12345", nil)
		s.refused(err, 404, "member.not-found")
		year, err := s.office.GetFigures(s.Context(), &client.GetFiguresQuery{From: "2025-01-01", To: "2027-01-02", By: "outlet", Outlets: ids["site"]})
		s.no(err)
		if len(year.Items) != 1 || year.Items[0].Outlet != ids["site"] || year.Totals.Money != 300_00 {
			s.Errorf("of the site: %+v", year)
		}
		s.clock.Set(clock.Of(s.clock.Now().Time().Add(time.Hour)))
	})
}

// refused wants a refusal of one of the codes.
func (s *shop) refused(err error, status int, codes ...string) {
	s.Helper()
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != status || !slices.Contains(codes, p.Code) {
		s.Errorf("%v, want %d %v", err, status, codes)
	}
}

// bound is a client of a key with some scopes, of one outlet or ("") of all.
func (s *shop) bound(outlet string, scopes ...identity.Scope) *client.Client {
	s.Helper()
	k := &client.NewKey{Name: "reports", Rate: 1_000_000}
	if outlet != "" {
		k.Outlets = []string{outlet}
	}
	for _, scope := range scopes {
		k.Scopes = append(k.Scopes, string(scope))
	}
	made, err := s.office.CreateKey(s.Context(), k)
	s.no(err)
	return s.client(made.Token, "ru")
}
