package whatif

import (
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// The rows of a run of homes.
const (
	qHomeCount = `select count(*) from home`
	qAnyShared = `select count(*) from (select 1 as there from purchase where account_home is not null and (claimed_by is null or claimed_by <> account_home) limit 1) x`
	qHomePage  = `select home_id, seq from home where home_id > $1 order by home_id limit $2`
	// Of whom another was made, or who was made of two: one life of both can't be
	// told of one home.
	qMerged = `select home_id from home where home_id > $1 and home_id <= $2 and merged_into is not null
 union select merged_into from home where merged_into > $1 and merged_into <= $2`
	qGone     = `select home_id from member where home_id > $1 and home_id <= $2 and state in ('closed', 'merged')`
	qAccounts = `select home_id, account_id, programme_id, state, opened_at, gifts from account
 where home_id > $1 and home_id <= $2 and programme_id = $3 and state <> 'level' order by home_id`
	qLots = `select home_id, lot_id, account_id, amount, earned_at, active_at, coalesce(expires_at, 0), sliding, source, op_id, coalesce(partner_id, 0)
 from lot where home_id > $1 and home_id <= $2 order by home_id, lot_id`
	qPostings = `select home_id, seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at
 from posting where home_id > $1 and home_id <= $2 order by home_id, seq`
	qPurchases = `select home_id, doc, coalesce(person, '') from purchase where home_id > $1 and home_id <= $2 and (account_home is null or claimed_by is not null) order by home_id, purchase_id`
	qRefunds   = `select home_id, doc from refund where home_id > $1 and home_id <= $2 and (account_home is null or home_id < 0) order by home_id, refund_id`
	qVisits    = `select home_id, doc from visit where home_id > $1 and home_id <= $2 order by home_id, visit_id`
	// Of members of households: on the run's accounts, and by the run's members.
	qShared     = `select account_home, doc, coalesce(person, '') from purchase where account_home > $1 and account_home <= $2 and claimed_by is null order by account_home, purchase_id`
	qSharedBack = `select account_home, doc from refund where account_home > $1 and account_home <= $2 and home_id > 0 order by account_home, refund_id`
	qElsewhere  = `select home_id, doc, coalesce(person, '') from purchase where home_id > $1 and home_id <= $2 and account_home is not null and claimed_by is null order by home_id, purchase_id`
	// Of nobody's, that were given to members: onto the run's accounts, and to the run's members on others'.
	qGiven     = `select account_home, doc, coalesce(person, ''), claim, coalesce(claim_person, '') from purchase where claimed_by is not null and account_home > $1 and account_home <= $2 order by account_home, purchase_id`
	qGivenBack = `select p.account_home, r.doc from purchase p join refund r on r.home_id = p.home_id and r.purchase_id = p.purchase_id
 where p.claimed_by is not null and p.account_home > $1 and p.account_home <= $2 order by p.account_home, r.refund_id`
	qGivenElsewhere = `select claimed_by, doc, coalesce(person, ''), claim, coalesce(claim_person, '') from purchase where claimed_by > $1 and claimed_by <= $2 and account_home <> claimed_by order by claimed_by, purchase_id`
	qRests          = `select m.home_id, m.joined_at, coalesce(m.left_at, 0) from household_member m join household h on h.household_id = m.household_id
 where m.home_id > $1 and m.home_id <= $2 and h.founder <> m.home_id order by m.home_id, m.membership_id`
	qAdjusted = `select home_id, op_id, account_id, points, at from adjustment where home_id > $1 and home_id <= $2 order by home_id, op_id`
	qChanges  = `select home_id, change_id, account_id, seq, at, written_at, from_level, to_level, coalesce(until_at, 0), cause, op_id,
 given, taken, short, reason, words, actor from level_change where home_id > $1 and home_id <= $2 order by home_id, seq`
)

type homeSize struct {
	home home.ID
	seq  int64
}

func scanHomeSize(r db.Row) (h homeSize, err error) {
	return h, r.Scan((*int64)(&h.home), &h.seq)
}

// of is a row of a home.
type of[T any] struct {
	home home.ID
	row  T
}

func scanAccount(r db.Row) (a of[ledger.Account], err error) {
	var state string
	err = r.Scan((*int64)(&a.home), (*int64)(&a.row.ID), (*int64)(&a.row.Programme), &state, (*int64)(&a.row.Opened), (*int64)(&a.row.Gifts))
	a.row.Closed = state == "closed"
	return a, err
}

func scanLot(r db.Row) (l of[ledger.Lot], err error) {
	x := &l.row
	return l, r.Scan((*int64)(&l.home), (*int64)(&x.ID), (*int64)(&x.Account), (*int64)(&x.Amount), (*int64)(&x.EarnedAt), (*int64)(&x.ActiveAt),
		(*int64)(&x.ExpiresAt), &x.Sliding, (*string)(&x.Source), (*int64)(&x.Op), (*int64)(&x.Partner))
}

func scanPosting(r db.Row) (p of[ledger.Posting], err error) {
	x := &p.row
	return p, r.Scan((*int64)(&p.home), &x.Seq, (*int64)(&x.Account), (*int64)(&x.Lot), (*int64)(&x.Op),
		(*string)(&x.Kind), (*string)(&x.Debit), (*string)(&x.Credit), (*int64)(&x.Amount), (*int64)(&x.At), (*int64)(&x.WrittenAt))
}

func scanDoc(r db.Row) (d of[string], err error) {
	return d, r.Scan((*int64)(&d.home), &d.row)
}

// receipt is a purchase's document, and what is kept of its buyer beside it.
type receipt struct{ doc, person string }

func scanReceipt(r db.Row) (d of[receipt], err error) {
	return d, r.Scan((*int64)(&d.home), &d.row.doc, &d.row.person)
}

func scanRest(r db.Row) (x of[purchase.Rest], err error) {
	return x, r.Scan((*int64)(&x.home), (*int64)(&x.row.From), (*int64)(&x.row.To))
}

func scanChange(r db.Row) (c of[ledger.LevelChange], err error) {
	c.row, err = ledger.ScanChange(r)
	c.home = c.row.Home
	return c, err
}

// adjusted is points by hand.
type adjusted struct {
	id, account id.ID
	points      money.Points
	at          clock.Micros
}

func scanAdjusted(r db.Row) (a of[adjusted], err error) {
	return a, r.Scan((*int64)(&a.home), (*int64)(&a.row.id), (*int64)(&a.row.account), (*int64)(&a.row.points), (*int64)(&a.row.at))
}

// rows are those of one home, or of a run of them.
type rows struct {
	accounts  []of[ledger.Account]
	lots      []of[ledger.Lot]
	postings  []of[ledger.Posting]
	purchases []of[receipt]
	refunds   []of[string]
	visits    []of[string]
	adjusted  []of[adjusted]
	changes   []of[ledger.LevelChange]

	shared     []of[receipt] // of other homes on an account of the home's
	sharedBack []of[string]
	elsewhere  []of[receipt] // of the home on a household's account
	rests      []of[purchase.Rest]

	given          []of[given]  // to members, onto an account of the home's
	givenBack      []of[string] // refunds of those
	givenElsewhere []of[given]  // to the home's member, onto a household's account
}

// given is a purchase of nobody's with the claim that gave it to a member.
type given struct {
	receipt
	claim, about string
}

func scanGiven(r db.Row) (g of[given], err error) {
	return g, r.Scan((*int64)(&g.home), &g.row.doc, &g.row.person, &g.row.claim, &g.row.about)
}

// read reads the purchase as it was nobody's, and the claim.
func (g *given) read() (*purchase.Stored, *purchase.Claim, error) {
	s, err := readPurchase(g.receipt)
	if err != nil {
		return nil, nil, err
	}
	c, err := purchase.ReadClaim([]byte(g.claim), g.about)
	return s, c, err
}

// read adds to a batch what reads the homes after one up to another.
func (r *rows) read(b *db.Batch, programme id.ID, from, to home.ID) {
	collect(b, &r.accounts, scanAccount, qAccounts, from, to, programme)
	collect(b, &r.lots, scanLot, qLots, from, to)
	collect(b, &r.postings, scanPosting, qPostings, from, to)
	collect(b, &r.purchases, scanReceipt, qPurchases, from, to)
	collect(b, &r.refunds, scanDoc, qRefunds, from, to)
	collect(b, &r.visits, scanDoc, qVisits, from, to)
	collect(b, &r.adjusted, scanAdjusted, qAdjusted, from, to)
	collect(b, &r.changes, scanChange, qChanges, from, to)
	collect(b, &r.shared, scanReceipt, qShared, from, to)
	collect(b, &r.sharedBack, scanDoc, qSharedBack, from, to)
	collect(b, &r.elsewhere, scanReceipt, qElsewhere, from, to)
	collect(b, &r.given, scanGiven, qGiven, from, to)
	collect(b, &r.givenBack, scanDoc, qGivenBack, from, to)
	collect(b, &r.givenElsewhere, scanGiven, qGivenElsewhere, from, to)
	collect(b, &r.rests, scanRest, qRests, from, to)
}

func collect[T any](b *db.Batch, into *[]T, scan func(db.Row) (T, error), q string, args ...any) {
	b.Each(func(r db.Row) error {
		v, err := scan(r)
		*into = append(*into, v)
		return err
	}, q, args...)
}

// cut takes the rows of a home off, which is the lowest that has any left.
func (r *rows) cut(h home.ID) rows {
	return rows{
		cut(&r.accounts, h), cut(&r.lots, h), cut(&r.postings, h), cut(&r.purchases, h),
		cut(&r.refunds, h), cut(&r.visits, h), cut(&r.adjusted, h), cut(&r.changes, h),
		cut(&r.shared, h), cut(&r.sharedBack, h), cut(&r.elsewhere, h), cut(&r.rests, h),
		cut(&r.given, h), cut(&r.givenBack, h), cut(&r.givenElsewhere, h),
	}
}

func cut[T any](list *[]of[T], h home.ID) []of[T] {
	n := 0
	for n < len(*list) && (*list)[n].home == h {
		n++
	}
	out := (*list)[:n]
	*list = (*list)[n:]
	return out
}

func readPurchase(r receipt) (*purchase.Stored, error) {
	s := &purchase.Stored{State: "done"}
	if err := json.Unmarshal([]byte(r.doc), &s.Purchase); err != nil {
		return nil, err
	}
	return s, s.Seen.WithPerson(r.person)
}

func readRefund(doc string) (*purchase.Refund, error) {
	f := &purchase.Refund{}
	return f, json.Unmarshal([]byte(doc), f)
}

func readVisit(doc string) (*purchase.Visit, error) {
	v := &purchase.Visit{}
	return v, json.Unmarshal([]byte(doc), v)
}
