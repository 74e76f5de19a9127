package card_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestPlasticPrintedAhead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		printed := b.typ(card.Type{Code: "printed", Kind: card.Plastic, Properties: card.Properties{Prefix: "2037", StockOnly: true, Secret: true}})
		batch, list, err := b.MakeBatch(b.ctx, printed.ID, 1201, "типография", b.by)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, s := range list {
			if !crypto.ValidEAN13(s.Number) || s.Number[:4] != "2037" || len(s.Secret) != 8 || seen[s.Number] {
				t.Fatalf("%+v", s)
			}
			seen[s.Number] = true
		}
		var read int
		for after := ""; ; {
			page := must(card.StockOf(b.ctx, d, batch.ID, after, 500))
			if len(page) == 0 {
				break
			}
			for _, s := range page {
				if !seen[s.Number] || s.State != card.InStock || s.Type != printed.ID || s.Secret != "" || s.Number <= after {
					t.Fatalf("%+v", s)
				}
				after = s.Number
			}
			read += len(page)
		}
		if read != 1201 || len(seen) != 1201 {
			t.Errorf("%d made, %d read", len(seen), read)
		}
		if all := must(card.Batches(b.ctx, d, 0, 0)); len(all) != 1 || all[0] != batch {
			t.Errorf("%+v", all)
		}

		// Bound at registration; its secret code is the one printed.
		first := list[0]
		m, issued, err := b.Register(b.ctx, member.DefaultRules(), member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160000001"}},
		}, card.NewCard{Type: printed.ID, Number: first.Number}, b.by)
		if err != nil || issued.Secret != "" || !issued.HasSecret || m.Main(member.Phone) != "+79160000001" {
			t.Fatalf("%+v, %v", issued, err)
		}
		if len(m.Identifiers) != 3 {
			t.Errorf("the member comes back without his card: %+v", m.Identifiers)
		}
		must(0, b.CheckSecret(b.ctx, m.Home, issued.ID, first.Secret))
		refused(t, b.VoidStock(b.ctx, first.Number), "card.not-in-stock")

		// A card that can't be issued leaves no member behind.
		var before, after int64
		must(0, d.Row(b.ctx, "select count(*) from member").Scan(&before))
		for number, code := range map[string]string{first.Number: "card.number-taken", "2000000000015": "card.not-in-stock"} {
			_, _, err = b.Register(b.ctx, member.DefaultRules(), member.Registration{
				Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160000002"}},
			}, card.NewCard{Type: printed.ID, Number: number}, b.by)
			refused(t, err, code)
		}
		must(0, d.Row(b.ctx, "select count(*) from member").Scan(&after))
		if before != after {
			t.Errorf("%d members became %d", before, after)
		}
		_, err = b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: list[1].Number}, b.by)
		refused(t, err, "card.other-type")
		must(0, b.VoidStock(b.ctx, list[1].Number))
		_, err = b.Issue(b.ctx, m.Home, card.NewCard{Type: printed.ID, Number: list[1].Number}, b.by)
		refused(t, err, "card.number-taken")
	})
}

// where is the one wrong place that an error tells of.
func where(err error) string {
	var out []string
	for _, f := range fault.From(err).Fields {
		out = append(out, f.Path, f.Code)
		for _, a := range f.Args {
			out = append(out, fmt.Sprintf("%s=%v", a.Name, a.Value))
		}
	}
	return strings.Join(out, " ")
}

func TestLoadBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "A-100"}, b.by))
		batch, list, err := b.LoadBatch(b.ctx, b.plastic.ID, []card.Stock{{Number: "a 101", Secret: "7777"}, {Number: "A102"}}, "", b.by)
		if err != nil || batch.Size != 2 || list[0].Number != "A101" {
			t.Fatalf("%+v, %+v, %v", batch, list, err)
		}
		issued := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "A101"}, b.by))
		must(0, b.CheckSecret(b.ctx, m.Home, issued.ID, "7777"))
		if _, _, err = b.LoadBatch(b.ctx, b.plastic.ID, []card.Stock{{Number: "A104"}}, "", b.by); err != nil {
			t.Fatal(err)
		}
		must(0, b.VoidStock(b.ctx, "A104"))
		many := make([]card.Stock, 700) // more than are written at once
		for i := range many {
			many[i].Number = fmt.Sprintf("B%03d", i)
		}
		many[612].Number = "A102"
		for _, tc := range []struct {
			given []card.Stock
			code  string
			where string
		}{
			{[]card.Stock{{Number: "A103"}, {Number: "a-103"}}, "card.batch-twice", "cards[1].number card.batch-twice row=2 first=1"},
			{[]card.Stock{{Number: "A103"}, {Number: "2037215727384"}}, "card.batch-number", "cards[1].number card.batch-number row=2"},
			{[]card.Stock{{Number: "A103"}, {Number: "a-102"}}, "card.number-taken", "cards[1].number card.batch-in-stock row=2 number=A102"},
			{[]card.Stock{{Number: "A103"}, {Number: "A100"}}, "card.number-taken", "cards[1].number card.batch-bound row=2 number=A100"},
			{[]card.Stock{{Number: "A101"}}, "card.number-taken", "cards[0].number card.batch-bound row=1 number=A101"},
			{[]card.Stock{{Number: "A104"}}, "card.number-taken", "cards[0].number card.batch-void row=1 number=A104"},
			{many, "card.number-taken", "cards[612].number card.batch-in-stock row=613 number=A102"},
			{[]card.Stock{{Number: "A103"}, {Number: "A105", Secret: "1"}}, "card.bad-secret", "cards[1].secret card.batch-secret row=2 min=4 max=64"},
			{nil, "card.bad-size", ""},
			{make([]card.Stock, card.MaxBatch+1), "card.bad-size", ""},
		} {
			_, _, err := b.LoadBatch(b.ctx, b.plastic.ID, tc.given, "", b.by)
			refused(t, err, tc.code)
			if got := where(err); got != tc.where {
				t.Errorf("%s: told of %q, want %q", tc.code, got, tc.where)
			}
		}
		_, _, err = b.LoadBatch(b.ctx, b.virtual.ID, []card.Stock{{Number: "A103"}}, "", b.by)
		refused(t, err, "card.bad-kind")
		_, _, err = b.MakeBatch(b.ctx, b.typ(card.Type{Code: "bare", Kind: card.Plastic}).ID, 1, "", b.by)
		refused(t, err, "crypto.prefix-invalid")
		_, _, err = b.LoadBatch(b.ctx, b.plastic.ID, []card.Stock{{Number: "A103"}}, "", b.by)
		if err != nil {
			t.Errorf("a refused batch left something: %v", err)
		}
	})
}

func TestAPrintedNumberIsBoundOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		_, list, err := b.MakeBatch(b.ctx, b.plastic.ID, 1, "", b.by)
		if err != nil {
			t.Fatal(err)
		}
		var wins atomic.Int64
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				_, _, err := b.Register(b.ctx, member.DefaultRules(), member.Registration{
					Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", i)}},
				}, card.NewCard{Type: b.plastic.ID, Number: list[0].Number}, b.by)
				if err == nil {
					wins.Add(1)
				} else if !fault.Is(err, "card.number-taken") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var members int64
		must(0, d.Row(b.ctx, "select count(*) from member").Scan(&members))
		if wins.Load() != 1 || members != 1 {
			t.Errorf("%d got the card, %d members", wins.Load(), members)
		}
	})
}
