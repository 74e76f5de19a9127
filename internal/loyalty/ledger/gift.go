package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Present is a gift that an account was given for an occasion, or that was
// taken back of it. It is an operation with postings of its own.
type Present struct {
	Home      home.ID      `json:"home"`
	ID        id.ID        `json:"id"`
	Account   id.ID        `json:"account"`
	Seq       int64        `json:"seq"` // of its first posting
	At        clock.Micros `json:"at"`
	WrittenAt clock.Micros `json:"written_at"`
	Occasion  string       `json:"occasion"`
	Day       string       `json:"day"` // on which it was due; "": it has none
	Op        id.ID        `json:"op"`  // the purchase that earned it, or the refund that took it; 0: the day
	Lot       id.ID        `json:"lot"` // that it made, or was taken back of
	Given     money.Points `json:"given"`
	Taken     money.Points `json:"taken"`
	Short     money.Points `json:"short"` // of what was to be taken, forgiven

	digest Hash
}

// Digest is what the chain holds of a gift.
func (g *Present) Digest() Hash {
	doc, err := json.Marshal(g)
	if err != nil {
		panic(err) // plain fields
	}
	return sha256.Sum256(doc)
}

// Present gives points for an occasion: g says which, when and how many.
func (b *Book) Present(a *Account, g Present, expires clock.Micros, partner id.ID) *Present {
	from := b.begin(a, &g)
	l := b.Earn(a, Grant{
		Points: g.Given, EarnedAt: g.At, ActiveAt: g.At, ExpiresAt: expires, Source: FromGift, Op: g.ID, Partner: partner,
	})
	g.Lot = l.ID
	return b.end(from, g)
}

// TakePresent takes a gift back: of its own lot first, then of what the
// account has. What is not there is owed, or forgiven.
func (b *Book) TakePresent(a *Account, of *Present, g Present, forgive bool) *Present {
	g.Occasion, g.Day, g.Lot = of.Occasion, of.Day, of.Lot
	from := b.begin(a, &g)
	short := b.Claw(a, g.ID, []Part{{Lot: of.Lot, Points: of.Given}}, of.Given, g.At)
	switch {
	case short == 0:
	case forgive:
		g.Short = short
	default:
		b.Charge(a, g.ID, short, g.At)
	}
	g.Taken = of.Given - g.Short
	return b.end(from, g)
}

func (b *Book) begin(a *Account, g *Present) (mark int) {
	g.Home, g.ID, g.Account, g.WrittenAt, g.Seq = b.Home, b.IDs.New(), a.ID, b.Now, b.Seq+1
	return len(b.postings)
}

func (b *Book) end(from int, g Present) *Present {
	g.digest = g.Digest()
	b.Chain(Mark{postings: from}, g.ID, g.digest, g.At)
	b.presents = append(b.presents, g)
	return &b.presents[len(b.presents)-1]
}

// Presents calls f for each gift that this write gives or takes back.
func (b *Book) Presents(f func(a *Account, g *Present)) {
	for i := range b.presents {
		f(b.AccountByID(b.presents[i].Account), &b.presents[i])
	}
}

const (
	// Those of members who were merged into others are theirs now, before their own.
	presentRest = `gift_id, account_id, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short`
	qPresents   = `select whose, ` + presentRest + ` from (
 select home_id as whose, 1 as own, ` + presentRest + ` from gift where home_id `
	qPresentsOf = ` union all select a.merged_home, 0, gift_id, a.merged_account, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short
 from account a join gift g on g.home_id = a.home_id and g.account_id = a.account_id where a.merged_home `
	qPresentsEnd  = `) u order by whose, own, seq`
	qPresentsPG   = qPresents + `= any($1)` + qPresentsOf + `= any($1)` + qPresentsEnd
	qPresentsLite = qPresents + `in (select value from json_each($1))` + qPresentsOf + `in (select value from json_each($1))` + qPresentsEnd
)

// ScanPresent reads a gift.
func ScanPresent(r db.Row) (g Present, err error) {
	return g, r.Scan((*int64)(&g.Home), (*int64)(&g.ID), (*int64)(&g.Account), &g.Seq, (*int64)(&g.At), (*int64)(&g.WrittenAt),
		&g.Occasion, &g.Day, (*int64)(&g.Op), (*int64)(&g.Lot), (*int64)(&g.Given), (*int64)(&g.Taken), (*int64)(&g.Short))
}

// LoadPresents adds to the batch what reads all gifts of homes, in the order
// of their journals.
func LoadPresents(b *db.Batch, dialect db.Dialect, homes []int64, on func(Present)) {
	text := qPresentsPG
	if dialect == db.SQLite {
		text = qPresentsLite
	}
	b.Each(func(r db.Row) error {
		g, err := ScanPresent(r)
		on(g)
		return err
	}, text, homes)
}

// FirstHeld is how many gifts that are once only are still held: given, and not
// taken back whole. One that a part of was forgiven stays held.
func FirstHeld(gifts []Present) (n int) {
	for i := range gifts {
		switch {
		case gifts[i].Given > 0:
			n++
		case gifts[i].Short == 0:
			n--
		}
	}
	return n
}

const (
	qPresentsIn = `select g.home_id, gift_id, g.account_id, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short
 from gift g join account a on a.home_id = g.home_id and a.account_id = g.account_id where a.programme_id = $2 and g.home_id `
	qPresentsInPG   = qPresentsIn + `= any($1) order by g.home_id, seq`
	qPresentsInLite = qPresentsIn + `in (select value from json_each($1)) order by g.home_id, seq`
)

// PresentsIn reads all gifts that homes had of a programme, in the order of
// their journals.
func PresentsIn(ctx context.Context, q db.Q, homes []home.ID, programme id.ID) ([]Present, error) {
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	text := qPresentsInPG
	if q.Dialect() == db.SQLite {
		text = qPresentsInLite
	}
	return db.All(ctx, q, ScanPresent, text, ids, programme)
}

// Presents reads all gifts of a home.
func Presents(ctx context.Context, q db.Q, h home.ID) (out []Present, err error) {
	b := &db.Batch{}
	LoadPresents(b, q.Dialect(), []int64{int64(h)}, func(g Present) { out = append(out, g) })
	return out, q.Run(ctx, b)
}

var insertPresent = db.Many{
	PG: `insert into gift (home_id, gift_id, account_id, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
 $11::bigint[], $12::bigint[], $13::bigint[], $14::bytea[])`,
	Lite: `insert into gift (home_id, gift_id, account_id, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short, digest)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
	Types: []string{
		"bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "text", "text", "bigint", "bigint",
		"bigint", "bigint", "bigint", "bytea",
	},
}

func (f *flusher) presentRow(h int64, g *Present) {
	f.present.Add(h, int64(g.ID), int64(g.Account), g.Seq, int64(g.At), int64(g.WrittenAt), g.Occasion, g.Day, int64(g.Op), int64(g.Lot),
		int64(g.Given), int64(g.Taken), int64(g.Short), g.digest[:])
}

const qBoughtLast = `select home_id from account
 where programme_id = $1 and state = 'open' and last_purchase_at >= $2 and last_purchase_at < $3 and home_id > $4 order by home_id limit $5`

// BoughtLast lists, in the order of homes, those on whose account in a
// programme the last purchase lies between two times, the second not included.
// It goes through all accounts once, by their key: an index of last purchases
// would be written by every receipt, for a job that runs once a day.
func BoughtLast(ctx context.Context, q db.Q, programme id.ID, from, to clock.Micros, after home.ID, limit int) ([]home.ID, error) {
	return db.All(ctx, q, func(r db.Row) (h home.ID, err error) { return h, r.Scan((*int64)(&h)) },
		qBoughtLast, programme, from, to, after, limit)
}
