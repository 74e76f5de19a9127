package card_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bundle is a base with a type of cards of each kind.
type bundle struct {
	*card.Cards
	t     *testing.T
	ctx   context.Context
	db    *db.DB
	clock *clock.Fixed
	by    member.Actor

	plastic, virtual, phone card.Type
}

func newBundle(t *testing.T, d *db.DB) *bundle {
	c := clock.NewFixed(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	b := &bundle{
		Cards: &card.Cards{
			Members: &member.Members{DB: d, IDs: id.NewMaker(1), Clock: c},
			Key:     []byte("0123456789abcdef0123456789abcdef"),
		},
		t: t, ctx: t.Context(), db: d, clock: c,
		by: member.Actor{Kind: member.ByCashier, ID: 77, Source: "till", Outlet: 5},
	}
	b.plastic = b.typ(card.Type{Code: "standard", Kind: card.Plastic, Properties: card.Properties{Prefix: "2037"}})
	b.virtual = b.typ(card.Type{Code: "virtual", Kind: card.Virtual, Properties: card.Properties{Prefix: "29"}})
	b.phone = b.typ(card.Type{Code: "phone", Kind: card.Phone})
	return b
}

func (b *bundle) typ(t card.Type) card.Type {
	b.t.Helper()
	t.Name, t.Active = "Карта "+t.Code, true
	t, err := b.SaveType(b.ctx, t)
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b *bundle) member(n int) member.Member {
	return must(b.Members.Register(b.ctx, member.DefaultRules(), member.Registration{
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", n)}},
	}, b.by))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// found gives by what and in which state a text finds the member.
func (b *bundle) found(text string) string {
	b.t.Helper()
	var out []string
	for _, r := range must(member.Find(b.ctx, b.db, text, "RU")) {
		out = append(out, fmt.Sprintf("%s %s %s", r.Kind, r.Identifier, r.Home))
	}
	return strings.Join(out, "; ")
}

func TestIssueEachKind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		virtual := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.virtual.ID}, b.by))
		if !crypto.ValidEAN13(virtual.Number) || virtual.Number[:2] != "29" || virtual.State != card.Active || virtual.Secret != "" {
			t.Errorf("virtual: %+v", virtual)
		}
		plastic := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "2037 2157 2738 3", Secret: "по дороге"}, b.by))
		if plastic.Number != "2037215727383" || !plastic.HasSecret || plastic.Secret != "" || plastic.IssuedOutlet != 5 {
			t.Errorf("plastic: %+v", plastic)
		}
		phone := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.phone.ID}, b.by))
		if phone.Number != "+79160000001" {
			t.Errorf("phone: %+v", phone)
		}
		if diff := cmp.Diff([]card.Card{virtual.Card, plastic.Card, phone.Card}, must(card.List(b.ctx, d, m.Home))); diff != "" {
			t.Error(diff)
		}
		for text, want := range map[string]string{
			virtual.Number: "card active " + m.Home.String(), plastic.Number: "card active " + m.Home.String(),
			"+79160000001": "phone active " + m.Home.String(),
		} {
			if got := b.found(text); got != want {
				t.Errorf("%s finds %q, want %q", text, got, want)
			}
		}
		trail := must(member.Changes(b.ctx, d, m.Home, member.FieldCard, 0, 10))
		if len(trail) != 3 || trail[1].New != plastic.Number+" active" {
			t.Errorf("trail %+v", trail)
		}

		other := b.member(2)
		for _, tc := range []struct {
			in   card.NewCard
			code string
		}{
			{card.NewCard{Type: b.plastic.ID, Number: "2037215727384"}, "card.misread"},
			{card.NewCard{Type: b.plastic.ID, Number: "20372-15727383"}, "card.number-taken"},
			{card.NewCard{Type: b.plastic.ID, Number: virtual.Number}, "card.number-taken"},
			{card.NewCard{Type: b.plastic.ID, Number: "№ 5"}, "card.bad-number"},
			{card.NewCard{Type: b.plastic.ID}, "card.number-needed"},
			{card.NewCard{Type: b.plastic.ID, Number: "VIP-0001", Secret: "abc"}, "card.bad-secret"},
			{card.NewCard{Type: b.virtual.ID, Number: "2000000000015"}, "card.number-not-asked"},
			{card.NewCard{Type: 5}, "card.no-type"},
		} {
			_, err := b.Issue(b.ctx, other.Home, tc.in, b.by)
			refused(t, err, tc.code)
		}
		if got := must(card.List(b.ctx, d, other.Home)); len(got) != 0 {
			t.Errorf("a refused issue left %v", got)
		}
		_, err := b.Issue(b.ctx, m.Home, card.NewCard{Type: b.phone.ID}, b.by)
		refused(t, err, "card.number-taken")
		must(b.Members.Close(b.ctx, other.Home, 0, "", b.by, nil))
		_, err = b.Issue(b.ctx, other.Home, card.NewCard{Type: b.virtual.ID}, b.by)
		refused(t, err, "member.gone")
	})
}

func TestOneNumberIsOneMembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var wins atomic.Int64
		var wg sync.WaitGroup
		for i := range 32 {
			m := b.member(i)
			wg.Go(func() {
				_, err := b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "2037215727383"}, b.by)
				if err == nil {
					wins.Add(1)
				} else if !fault.Is(err, "card.number-taken") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var cards int64
		must(0, d.Row(b.ctx, "select count(*) from card").Scan(&cards))
		if wins.Load() != 1 || cards != 1 {
			t.Errorf("%d were given the number, %d cards", wins.Load(), cards)
		}
	})
}

func TestStatesOfACard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		byHand := b.typ(card.Type{Code: "vip", Kind: card.Virtual, Properties: card.Properties{Prefix: "2900", ByHand: true}})
		m := b.member(1)
		c := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: byHand.ID}, b.by)).Card
		number := func(state string) {
			t.Helper()
			if got, want := b.found(c.Number), "card "+state+" "+m.Home.String(); got != want {
				t.Errorf("the number finds %q, want %q", got, want)
			}
		}
		if c.State != card.New {
			t.Errorf("state %s", c.State)
		}
		number("off")
		c = must(b.Activate(b.ctx, m.Home, c.ID, b.by))
		number("active")
		c = must(b.Block(b.ctx, m.Home, c.ID, " украли ", b.by))
		if c.State != card.Blocked || c.BlockReason != "украли" {
			t.Errorf("%+v", c)
		}
		number("off")
		_, err := b.Activate(b.ctx, m.Home, c.ID, b.by)
		refused(t, err, "card.bad-state")
		_, err = b.Block(b.ctx, m.Home, c.ID, "", b.by)
		refused(t, err, "card.bad-reason")
		must(b.Unblock(b.ctx, m.Home, c.ID, b.by))
		number("active")
		must(b.Lose(b.ctx, m.Home, c.ID, b.by))
		number("off")
		_, err = b.Unblock(b.ctx, m.Home, c.ID, b.by) // whoever has found it
		refused(t, err, "card.bad-state")
		_, err = b.Block(b.ctx, m.Home, 12345, "x", b.by)
		refused(t, err, "card.not-found")

		var trail []string
		for _, r := range must(member.Changes(b.ctx, d, m.Home, member.FieldCard, 0, 50)) {
			trail = append(trail, strings.TrimPrefix(r.Old, c.Number+" ")+" → "+strings.TrimPrefix(r.New, c.Number+" "))
		}
		slices.Reverse(trail)
		want := []string{" → new", "new → active", "active → blocked", "blocked → active", "active → lost"}
		if diff := cmp.Diff(want, trail); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReplaceALostCard(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		old := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "2037215727383"}, b.by))
		must(b.Provision(b.ctx, m.Home, old.ID, b.by))
		must(b.Lose(b.ctx, m.Home, old.ID, b.by))
		next := must(b.Replace(b.ctx, m.Home, old.ID, card.NewCard{Type: b.virtual.ID}, b.by))
		was := must(card.Get(b.ctx, d, m.Home, old.ID))
		if was.State != card.Replaced || was.ReplacedBy != next.ID || next.State != card.Active {
			t.Errorf("old %+v, new %+v", was, next)
		}
		if got := b.found(old.Number); got != "card off "+m.Home.String() {
			t.Errorf("the old number finds %q", got)
		}
		if got := b.found(next.Number); got != "card active "+m.Home.String() {
			t.Errorf("the new number finds %q", got)
		}
		if got := b.found(crypto.QR(old.ID, "00000000")); got != "qr off "+m.Home.String() {
			t.Errorf("the old QR finds %q", got)
		}
		for _, err := range []error{
			second(b.Unblock(b.ctx, m.Home, old.ID, b.by)), second(b.Lose(b.ctx, m.Home, old.ID, b.by)),
			second(b.Replace(b.ctx, m.Home, old.ID, card.NewCard{Type: b.virtual.ID}, b.by)),
			second(b.RegenerateSecret(b.ctx, m.Home, old.ID, b.by)), second(b.Provision(b.ctx, m.Home, old.ID, b.by)),
		} {
			refused(t, err, "card.bad-state")
		}
		// Nobody gets the lost number again.
		_, err := b.Issue(b.ctx, b.member(2).Home, card.NewCard{Type: b.plastic.ID, Number: old.Number}, b.by)
		refused(t, err, "card.number-taken")

		// A phone card is replaced after the phone has changed, and by itself.
		first := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.phone.ID}, b.by))
		must(b.Replace(b.ctx, m.Home, first.ID, card.NewCard{Type: b.phone.ID}, b.by))
		if got := b.found("+79160000001"); got != "phone active "+m.Home.String() {
			t.Errorf("replacing the phone card turned the phone: %q", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		b.plastic.Name, b.plastic.Properties.StockOnly = "Новая", true
		must(b.SaveType(b.ctx, b.plastic))
		if diff := cmp.Diff([]card.Type{b.phone, b.plastic, b.virtual}, must(card.Types(b.ctx, d))); diff != "" {
			t.Error(diff)
		}
		changed := b.plastic
		changed.Kind = card.Virtual
		changed.Properties.StockOnly = false
		_, err := b.SaveType(b.ctx, changed)
		refused(t, err, "card.type-fixed")
		_, err = b.SaveType(b.ctx, card.Type{Code: "virtual", Name: "x", Kind: card.Phone})
		refused(t, err, "card.code-taken")
		_, err = b.SaveType(b.ctx, card.Type{Code: "VIP", Kind: card.Wallet, Properties: card.Properties{Prefix: "46", StockOnly: true}})
		var got []string
		for _, f := range fault.From(err).Fields {
			got = append(got, f.Path+" "+f.Code)
		}
		if diff := cmp.Diff([]string{"code card.bad-code", "name card.bad-name", "properties.prefix crypto.prefix-invalid", "properties card.bad-kind"}, got); diff != "" {
			t.Error(diff)
		}
		b.virtual.Active = false
		must(b.SaveType(b.ctx, b.virtual))
		_, err = b.Issue(b.ctx, b.member(1).Home, card.NewCard{Type: b.virtual.ID}, b.by)
		refused(t, err, "card.type-closed")
	})
}
