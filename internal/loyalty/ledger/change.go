package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Cause says why an account's level has changed.
type Cause string

// The causes.
const (
	ByPurchase   Cause = "purchase"   // a purchase reached it
	ByVisit      Cause = "visit"      // the use of a ticket reached it
	ByRefund     Cause = "refund"     // a refund of the purchase that had reached it
	ByAdjustment Cause = "adjustment" // points by hand
	ByTime       Cause = "time"       // its term is over, or points became active
	ByHand       Cause = "hand"
	ByOpening    Cause = "opening" // where everybody starts
	ByRules      Cause = "rules"   // the programme, or the member's groups, are others now
	ByMerge      Cause = "merge"   // one who was merged into the member stood higher
)

// LevelChange is one change of an account's level. It is an operation with
// postings of its own: those of the points it gave or took, or one that only
// chains it.
type LevelChange struct {
	Home      home.ID      `json:"home"`
	ID        id.ID        `json:"id"`
	Account   id.ID        `json:"account"`
	Seq       int64        `json:"seq"` // of its first posting
	At        clock.Micros `json:"at"`
	WrittenAt clock.Micros `json:"written_at"`
	From      string       `json:"from"` // "": none
	To        string       `json:"to"`
	Until     clock.Micros `json:"until"` // 0: no term
	Cause     Cause        `json:"cause"`
	Op        id.ID        `json:"op"` // what caused it
	Given     money.Points `json:"given"`
	Taken     money.Points `json:"taken"`
	Short     money.Points `json:"short"` // of what was to be taken, not there
	Reason    string       `json:"-"`
	Words     Words        `json:"reason"` // of the reason
	Actor     string       `json:"actor"`

	digest Hash
}

// Digest is what the chain holds of a change.
func (c *LevelChange) Digest() Hash {
	doc, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain fields
	}
	return sha256.Sum256(doc)
}

// Moves are the points that go with a change of level.
type Moves struct {
	Give    money.Points
	Expires clock.Micros // of what is given; 0: never, or sliding
	Sliding bool
	Take    money.Points // as far as there are active ones, unless the rest is owed
	From    []id.ID      // changes whose gifts are taken first
	Owe     bool         // what is not there is owed
}

// Returns tells whether the change undoes at once one by hand, of which nothing is
// left then: who was put below what he had reached is back where he was.
func (c *LevelChange) Returns(put *LevelChange) bool {
	return put.Cause == ByHand && c.Cause == ByRules && c.Account == put.Account && c.From == put.To && c.To == put.From && c.From != c.To &&
		c.At == put.At && c.WrittenAt == put.WrittenAt && c.Given+c.Taken+c.Short+put.Given+put.Taken+put.Short == 0
}

// ChangeLevel moves an account to another level, with its points, and notes
// the change for its history. Its time is not before the account's clock or
// the due that is being written.
func (b *Book) ChangeLevel(a *Account, to Standing, c LevelChange, m Moves) *LevelChange {
	c.Home, c.ID, c.Account, c.WrittenAt = b.Home, b.IDs.New(), a.ID, b.Now
	c.From, c.To, c.Until, c.Words = a.Standing.Level, to.Level, to.Until, Said(c.Reason)
	from, seq := len(b.postings), b.Seq
	if m.Give > 0 {
		b.Earn(a, Grant{Points: m.Give, EarnedAt: c.At, ActiveAt: c.At, ExpiresAt: m.Expires, Sliding: m.Sliding, Source: FromLevel, Op: c.ID})
		c.Given = m.Give
	}
	if m.Take > 0 {
		c.Short = b.takeActive(a, c.ID, m, c.At)
		if m.Owe && c.Short > 0 {
			b.Charge(a, c.ID, c.Short, c.At)
			c.Short = 0
		}
		c.Taken = m.Take - c.Short
	}
	c.Seq = seq + 1
	c.digest = c.Digest()
	b.Chain(Mark{postings: from}, c.ID, c.digest, c.At)
	b.SetStanding(a, to)
	b.changes = append(b.changes, c)
	return &b.changes[len(b.changes)-1]
}

// takeActive takes points that are there: of the lot that another change made
// first, then those that expire first.
func (b *Book) takeActive(a *Account, op id.ID, m Moves, at clock.Micros) (short money.Points) {
	if !a.loaded {
		panic("ledger: points taken from an account whose lots are not loaded")
	}
	active := b.active(a)
	var own []*Lot
	for _, l := range active {
		if l.Source == FromLevel && slices.Contains(m.From, l.Op) {
			own = append(own, l)
		}
	}
	_, short = b.take(a, own, op, Take, Issued, m.Take, at)
	_, short = b.take(a, active, op, Take, Issued, short, at)
	return short
}

// SetStanding keeps where an account stands where its level has not changed.
func (b *Book) SetStanding(a *Account, s Standing) {
	a.Standing = s
	a.dirty = true
	if s.Until != 0 && (a.DueAt == 0 || s.Until < a.DueAt) {
		a.DueAt = s.Until
	}
	b.touched = true
}

// Changes calls f for each change of level that this write makes.
func (b *Book) Changes(f func(a *Account, c *LevelChange)) {
	for i := range b.changes {
		f(b.AccountByID(b.changes[i].Account), &b.changes[i])
	}
}

const changeColumns = `home_id, change_id, account_id, seq, at, written_at, from_level, to_level, coalesce(until_at, 0), cause, op_id,
 given, taken, short, reason, words, actor`

const (
	// Those of members who were merged into the home's after its own.
	qChanges = `select ` + changeColumns + ` from level_change
 where home_id in (select cast($1 as bigint) union all select home_id from member where merged_into = $1)
 order by case when home_id = $1 then 0 else 1 end, home_id, seq desc limit $2`
	qChange    = `select ` + changeColumns + ` from level_change where home_id = $1 and change_id = $2`
	maxChanges = 500
)

// ScanChange reads a change of level.
func ScanChange(r db.Row) (c LevelChange, err error) {
	return c, r.Scan((*int64)(&c.Home), (*int64)(&c.ID), (*int64)(&c.Account), &c.Seq, (*int64)(&c.At), (*int64)(&c.WrittenAt),
		&c.From, &c.To, (*int64)(&c.Until), (*string)(&c.Cause), (*int64)(&c.Op),
		(*int64)(&c.Given), (*int64)(&c.Taken), (*int64)(&c.Short), &c.Reason, (*string)(&c.Words), &c.Actor)
}

// ChangesOf says whose changes of level are listed.
type ChangesOf struct {
	Homes    []home.ID
	Accounts []id.ID // of those homes; nil: all
}

// LevelChanges lists how levels came to be, the newest first; before is the last
// change already had, 0 for the beginning.
func LevelChanges(ctx context.Context, q db.Q, of ChangesOf, before id.ID, limit int) ([]LevelChange, error) {
	in := q.Dialect().In
	args := []any{numbers(of.Homes), before, min(limit, maxChanges)}
	text := `select ` + changeColumns + ` from level_change where ` + in("home_id", 1) + ` and (change_id < $2 or $2 = 0)`
	if of.Accounts != nil {
		text += ` and ` + in("account_id", 4)
		args = append(args, numbers(of.Accounts))
	}
	return db.All(ctx, q, ScanChange, text+` order by change_id desc limit $3`, args...)
}

func numbers[T ~int64](list []T) []int64 {
	out := make([]int64, len(list))
	for i, v := range list {
		out[i] = int64(v)
	}
	return out
}

// FindLevelChange reads one change.
func FindLevelChange(ctx context.Context, q db.Q, h home.ID, change id.ID) (LevelChange, error) {
	return ScanChange(q.Row(ctx, qChange, h, change))
}

// LoadChanges adds to the batch what reads all changes of level of a home, the
// newest first, and after them those of each member who was merged into its own.
func LoadChanges(b *db.Batch, h home.ID, onChange func(LevelChange)) {
	b.Each(func(r db.Row) error {
		c, err := ScanChange(r)
		onChange(c)
		return err
	}, qChanges, h, maxChanges)
}
