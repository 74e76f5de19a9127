package crashtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// people are guests who become members twice, by two e-mails, and turn out to be
// one.
type people struct {
	*orders
	desk   *purchase.Desk
	joins  *join.Joins
	merges *merge.Merges
	rules  member.Rules
}

func (o *orders) people(desk *purchase.Desk, c clock.Clock) *people {
	p := &people{orders: o, desk: desk, rules: member.DefaultRules()}
	p.rules.Mandatory, p.rules.JoinConsents, p.rules.JoinByOrder = nil, nil, true
	m := &member.Members{DB: desk.DB, IDs: desk.IDs, Clock: c}
	p.joins = &join.Joins{DB: desk.DB, Clock: c, Members: m, Desk: desk, Rules: func() member.Rules { return p.rules }}
	p.merges = &merge.Merges{DB: desk.DB, IDs: desk.IDs, Clock: c, Members: m, Desk: desk}
	return p
}

// contacts are the e-mails of who stands under a key.
func contacts(key string) [2]purchase.Guest {
	return [2]purchase.Guest{{Kind: member.Email, Value: key + "@example.ru"}, {Kind: member.Email, Value: "other-" + key + "@example.ru"}}
}

const salesOfGuest = 3 // by each of his e-mails

// live does all that becomes of who stands under a key: he buys as a guest
// while he becomes two members, who are merged. It can be done again from the
// beginning, wherever it was broken off, and by two at once.
func (p *people) live(ctx context.Context, key string) (home.ID, error) {
	both := contacts(key)
	first, err := p.buys(ctx, both[0], 0)
	if err != nil {
		return 0, err
	}
	var beside sync.WaitGroup
	failed := make([]error, 2)
	for i, g := range both {
		beside.Go(func() {
			for n := range salesOfGuest {
				_, err := p.buys(ctx, g, n)
				failed[i] = errors.Join(failed[i], err)
			}
		})
	}
	whose, err := p.unites(ctx, both, first)
	beside.Wait()
	return whose, errors.Join(err, failed[0], failed[1])
}

func (p *people) buys(ctx context.Context, g purchase.Guest, n int) (*purchase.Purchase, error) {
	a, err := p.desk.Commit(ctx, &purchase.Cart{
		Till: p.Till, Key: fmt.Sprintf("%s-%d", g.Value, n), Guest: g, Lines: []purchase.CartLine{purchasetest.Line("B1", 1, 100_00)},
	})
	if err != nil {
		return nil, err
	}
	return a.Purchase, nil
}

// unites makes him a member by an order, another by himself, and one of both.
func (p *people) unites(ctx context.Context, both [2]purchase.Guest, first *purchase.Purchase) (home.ID, error) {
	proof, err := p.proves(ctx, both[0])
	if err != nil {
		return 0, err
	}
	j, err := p.joins.Order(ctx, first, both[0], &join.Order{Proof: proof}, purchasetest.By)
	switch {
	case err != nil:
		return 0, err
	case j.Why != nil:
		return 0, j.Why
	}
	other, err := p.registers(ctx, both[1])
	if err != nil {
		return 0, err
	}
	for _, h := range []home.ID{j.Member, other} {
		if err := p.joins.Look(ctx, h); err != nil {
			return 0, err
		}
	}
	return j.Member, p.merge(ctx, j.Member, other)
}

// proves is a code that has proven an e-mail.
func (p *people) proves(ctx context.Context, g purchase.Guest) (id.ID, error) {
	proof, now := p.desk.IDs.New(), p.desk.Clock.Now()
	_, err := p.desk.DB.Exec(ctx, `insert into one_time_code (kind, value, purpose, code_id, code_hash, sent_at, expires_at, tries, used_at)
 values ($1, $2, 'login', $3, $4, $5, $5, 1, $5) on conflict (kind, value, purpose) do update set used_at = excluded.used_at`, g.Kind, g.Value, proof, []byte{1}, now)
	if err == nil {
		err = p.desk.DB.Row(ctx, `select code_id from one_time_code where kind = $1 and value = $2`, g.Kind, g.Value).Scan(&proof)
	}
	return proof, err
}

// registers is the member who has an e-mail, made if there is none.
func (p *people) registers(ctx context.Context, g purchase.Guest) (home.ID, error) {
	proof, err := p.proves(ctx, g)
	if err != nil {
		return 0, err
	}
	m, err := p.joins.Members.Register(ctx, p.rules, member.Registration{Identifiers: []member.NewIdentifier{{Kind: g.Kind, Value: g.Value, Proof: proof}}}, purchasetest.By)
	if fault.Is(err, "member.taken") {
		return p.holder(ctx, g)
	}
	return m.Home, err
}

func (p *people) holder(ctx context.Context, g purchase.Guest) (home.ID, error) {
	found, err := member.ResolveAll(ctx, p.desk.DB, []member.Ref{member.Ref(g)})
	if all := found[member.Ref(g)]; err == nil && len(all) == 1 {
		return all[0].Home, nil
	}
	return 0, errors.Join(err, fmt.Errorf("%s is had by %+v", g.Value, found))
}

// merge merges one into the other, who may be one already.
func (p *people) merge(ctx context.Context, into, from home.ID) error {
	ask := merge.Request{Into: into, From: from, By: purchasetest.By, Reason: "одно лицо"}
	for into != from {
		told, err := p.merges.Preview(ctx, ask)
		r := ask
		if r.Digest = "none"; err == nil {
			r.Digest = told.Digest
		}
		if err == nil || fault.Is(err, "merge.gone") { // done, by one whose answer is lost
			_, err = p.merges.Merge(ctx, r)
		}
		if !fault.Is(err, "merge.moved") { // he buys meanwhile
			return err
		}
	}
	return nil
}

// TestPeopleKilled: of two programs on one base now one, now the other is killed
// while guests buy, become members and are merged; some come to both.
func TestPeopleKilled(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.URL(t, db.Postgres))
	o.Again, o.People = true, true
	acked, tried := [2]map[string]id.ID{{}, {}}, [2]map[string]bool{{}, {}}
	t.Run("both", func(t *testing.T) {
		for i, name := range []string{"left", "right"} {
			o := o
			o.Node, o.Name = 2+2*i, name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for o.Round = range rounds(t, 3) {
					for key := range killOne(t, o, acked[i]) {
						tried[i][key] = true
					}
					if t.Failed() {
						return
					}
				}
			})
		}
	})
	o.Node = 6
	desk, err := openDesk(t.Context(), o.URL, o.Node)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.DB.Close()
	defer desk.Close()
	p, jobs := o.people(desk, clock.System{}), o.people(desk, clock.NewFixed(time.Now().Add(time.Hour)))
	if err := jobs.joins.Past(t.Context()); err != nil {
		t.Fatal(err)
	}
	// As it was left: whoever has proven what a receipt names has the receipt.
	p.given(t)
	all := map[string]bool{}
	for i := range acked {
		for key, h := range acked[i] {
			all[key] = true
			if got, err := p.holder(t.Context(), contacts(key)[1]); err != nil || got != home.ID(h) {
				t.Errorf("%s was acknowledged as of %d and is of %d: %v", key, h, got, err)
			}
		}
		for key := range tried[i] {
			all[key] = true
			if _, err := p.live(t.Context(), key); err != nil {
				t.Errorf("%s again: %v", key, err)
			}
		}
	}
	if err := jobs.joins.Past(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.given(t)
	p.each(t, all)
	r, err := verify.Run(t.Context(), desk.DB, verify.Options{})
	if err != nil || !r.Clean() {
		t.Errorf("%v: %+v", err, r.Breaks)
	}
	t.Logf("%d people, %d of them done again", len(all), len(tried[0])+len(tried[1]))
}

// given wants no receipt to be nobody's that names what somebody has.
func (p *people) given(t *testing.T) {
	t.Helper()
	refs, err := db.All(t.Context(), p.desk.DB, func(r db.Row) (g purchase.Guest, err error) { return g, r.Scan(&g.Kind, &g.Value) },
		`select kind, value from identifier where kind in ('phone', 'email') and proven_at <> 0`)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range refs {
		list, err := p.desk.OfGuest(t.Context(), g, 0, 10)
		if err != nil || len(list) > 0 {
			t.Errorf("%s: %d receipts are nobody's, %v", g.Value, len(list), err)
		}
	}
	if n := p.count(t, `select count(*) from guest_due`); n != 0 {
		t.Errorf("%d still due", n)
	}
}

// each wants each of them to be one member, who has all that he bought, once.
func (p *people) each(t *testing.T, all map[string]bool) {
	t.Helper()
	for key := range all {
		both := contacts(key)
		h, err1 := p.holder(t.Context(), both[0])
		other, err2 := p.holder(t.Context(), both[1])
		if err := errors.Join(err1, err2); err != nil || h != other {
			t.Errorf("%s is %d and %d: %v", key, h, other, err)
			continue
		}
		views, err := p.desk.Accounts(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		const bought = 2 * salesOfGuest
		if len(views) != 1 || views[0].Account.Purchases != bought || views[0].Account.Turnover != bought*money.Amount(100_00) {
			t.Errorf("%s has %+v", key, views)
		}
	}
	if n := p.count(t, `select count(*) from member where state <> 'merged'`); n != int64(len(all)) {
		t.Errorf("%d members are %d people", n, len(all))
	}
	if n := p.count(t, `select count(*) from purchase`); n != int64(len(all)*2*salesOfGuest) {
		t.Errorf("%d receipts of %d people", n, len(all))
	}
}

func (p *people) count(t *testing.T, q string) (n int64) {
	t.Helper()
	if err := p.desk.DB.Row(t.Context(), q).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
