// Package purchasetest gives a test a small organization to sell in: an
// outlet with a till, a catalogue, a programme, members and a desk, on a base
// of its own, under a clock that the test sets.
package purchasetest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// Secret is that of a shop's base: whoever opens it beside the shop has it too.
var Secret = []byte("0123456789abcdef0123456789abcdef")

// Shop is an organization with one outlet and two tills.
type Shop struct {
	DB         *db.DB
	IDs        *id.Maker
	Clock      *clock.Fixed
	Desk       *purchase.Desk
	Programmes *programme.Programmes
	Programme  *rule.Programme
	Outlet     partner.Outlet
	Till       id.ID
	Other      id.ID // a second till
	Directory  *partner.Directory
	Catalog    *catalog.Index
	Playbill   *playbill.Index
}

// Start is when the shop's clock begins.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Programme is a simple programme: 10 % on tickets, 3 % on anything else, half
// of a bar line payable with points and all of the rest, gone after 90 days.
func Programme() rule.Programme {
	return rule.Programme{
		Code: "main", Name: "Основная", On: true, Zone: "Europe/Moscow", Settings: rule.DefaultSettings(),
		Earning: rule.Earning{
			Rate: 3 * money.Percent, ByType: map[string]money.Rate{"ticket": 10 * money.Percent},
			Expiry: rule.Expiry{Mode: rule.AfterAccrual, Days: 90},
		},
		Spending: rule.Spending{Share: money.Whole, ByType: map[string]money.Rate{"bar": 50 * money.Percent}},
	}
}

// Open opens a shop with the programme. Products T1…T3 are tickets, B1…B3 bar,
// S1…S3 services (which neither earn nor are payable); any other is unknown.
func Open(t testing.TB, d *db.DB, p rule.Programme) *Shop {
	t.Helper()
	s := &Shop{DB: d, IDs: id.NewMaker(1), Clock: clock.NewFixed(Start), Directory: partner.NewDirectory(), Catalog: catalog.NewIndex(), Playbill: playbill.NewIndex()}
	ctx := context.Background()
	s.places(ctx, t)
	s.goods(ctx, t)
	s.gate(ctx, t)
	s.Programmes = &programme.Programmes{DB: d, IDs: s.IDs, Clock: s.Clock}
	check(t, s.Programmes.Refresh(ctx))
	made, err := s.Programmes.Put(ctx, p, "test")
	check(t, err)
	s.Programme = made
	s.Desk = s.NewDesk(t)
	return s
}

// NewDesk opens one more desk on the shop's base, as another process would.
func (s *Shop) NewDesk(t testing.TB) *purchase.Desk {
	d := purchase.New(purchase.Options{
		DB: s.DB, IDs: s.IDs, Clock: s.Clock, Log: slog.New(slog.DiscardHandler),
		Programmes: s.Programmes, Directory: s.Directory, Catalog: s.Catalog, Playbill: s.Playbill, Secret: Secret,
	})
	t.Cleanup(d.Close)
	return d
}

func (s *Shop) places(ctx context.Context, t testing.TB) {
	r := partner.New(s.DB, s.IDs)
	p, err := r.SavePartner(ctx, partner.Partner{Code: "own", Name: "Кинотеатр"})
	check(t, err)
	s.Outlet, err = r.SaveOutlet(ctx, partner.Outlet{PartnerID: p.ID, Code: "one", Name: "Касса", Zone: "Europe/Moscow", Cutover: partner.DefaultCutover})
	check(t, err)
	till, err := r.SaveTill(ctx, partner.Till{OutletID: s.Outlet.ID, Code: "1", Name: "Первая"})
	check(t, err)
	other, err := r.SaveTill(ctx, partner.Till{OutletID: s.Outlet.ID, Code: "2", Name: "Вторая"})
	check(t, err)
	s.Till, s.Other = till.ID, other.ID
	_, err = s.Directory.Refresh(ctx, s.DB)
	check(t, err)
}

// CloseTill closes the shop's first till.
func (s *Shop) CloseTill(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	r := partner.New(s.DB, s.IDs)
	place, _ := s.Directory.Place(s.Till)
	till := place.Till
	till.State = reference.Closed
	_, err := r.SaveTill(ctx, till)
	check(t, err)
	_, err = s.Directory.Refresh(ctx, s.DB)
	check(t, err)
}

// gate makes the key without which no points may wait for a ticket's use.
func (s *Shop) gate(ctx context.Context, t testing.TB) {
	_, _, err := identity.New(s.DB, s.IDs, s.Clock).MakeKey(ctx, identity.Key{TillID: s.Other, Name: "Контроль", Scopes: []identity.Scope{identity.VisitsWrite}})
	check(t, err)
}

func (s *Shop) goods(ctx context.Context, t testing.TB) {
	r := catalog.New(s.DB, s.IDs)
	for _, k := range []struct {
		code, prefix string
		free         bool
	}{{"ticket", "T", true}, {"bar", "B", true}, {"service", "S", false}} {
		typ, err := r.SaveType(ctx, catalog.Type{Code: k.code, NameRU: k.code, NameEN: k.code, Payable: k.free, Earns: k.free})
		check(t, err)
		for _, n := range []string{"1", "2", "3"} {
			_, err := r.SaveProduct(ctx, catalog.Product{SKU: k.prefix + n, Name: k.code + n, TypeID: typ.ID})
			check(t, err)
		}
	}
	_, err := s.Catalog.Refresh(ctx, s.DB)
	check(t, err)
}

// Show puts halls, events and sessions into the playbill of the shop's outlet.
func (s *Shop) Show(t testing.TB, halls []playbill.Hall, events []playbill.Event, sessions []playbill.Session) {
	t.Helper()
	ctx, r := context.Background(), playbill.New(s.DB, s.IDs, s.Clock)
	for _, h := range halls {
		h.OutletID = s.Outlet.ID
		_, err := r.SaveHall(ctx, h)
		check(t, err)
	}
	_, err := r.SaveEvents(ctx, events)
	check(t, err)
	_, err = r.SaveSessions(ctx, sessions)
	check(t, err)
	_, err = s.Playbill.Refresh(ctx, s.DB)
	check(t, err)
}

// Member makes a member's home and gives it back as a buyer.
func (s *Shop) Member(t testing.TB) purchase.Buyer {
	t.Helper()
	h := home.OfMember(s.IDs.New())
	check(t, member.MakeHome(context.Background(), s.DB, h))
	return purchase.Buyer{Home: h}
}

// Give puts points (hundredths) into a member's account by hand.
func (s *Shop) Give(t testing.TB, b purchase.Buyer, points money.Points) {
	t.Helper()
	_, err := s.Desk.Adjust(context.Background(), &purchase.AdjustRequest{
		By: 1, Key: "give-" + s.IDs.New().String(), Buyer: b, Programme: s.Programme.ID, Points: points, Reason: "test", Actor: "test",
	})
	check(t, err)
}

// Balance reads a member's points as they are now.
func (s *Shop) Balance(t testing.TB, b purchase.Buyer) purchase.Balance {
	t.Helper()
	all, err := s.Desk.Accounts(context.Background(), b.Home)
	check(t, err)
	for _, v := range all {
		if v.Account.Programme == s.Programme.ID {
			return purchase.Balance{Active: v.Account.Active, Pending: v.Account.Pending, Held: v.Account.Held, Debt: v.Account.Debt}
		}
	}
	return purchase.Balance{}
}

// Cart makes a cart of the first till with a key of its own.
func (s *Shop) Cart(b purchase.Buyer, lines ...purchase.CartLine) *purchase.Cart {
	return &purchase.Cart{Till: s.Till, Key: s.IDs.New().String(), Buyer: b, Lines: lines}
}

// Line makes a line of whole pieces at a price in kopecks.
func Line(sku string, pieces int64, price money.Amount) purchase.CartLine {
	return purchase.CartLine{SKU: sku, Quantity: money.Quantity(pieces) * money.Piece, Price: price}
}

// Code gives the code of an error, "" for none.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
