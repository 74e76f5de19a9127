package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Ground says why a person is erased; the law gives each its term.
type Ground string

// The grounds.
const (
	Withdrawn Ground = "withdrawn" // he has withdrawn his consent: 30 days
	Demanded  Ground = "demanded"  // he has demanded that processing stops: 10 working days
	Unlawful  Ground = "unlawful"  // there was no right to process: 10 working days
	Reached   Ground = "reached"   // what it was for is over: 30 days
)

// Terms by law, in days.
const (
	calendarDays = 30
	workingDays  = 10
)

// termed notes the last day of the term and whether the act is in it, by the zone's
// clock.
func (a *Act) termed(zone *time.Location) {
	a.DueOn = a.Ground.DueOn(a.RequestedAt, zone)
	a.OnTime = a.At.In(zone).Format(time.DateOnly) <= a.DueOn
}

// DueOn is the last day of a ground's term, YYYY-MM-DD, counted from the day of
// the demand by the zone's clock. Holidays are not known: with them the law gives
// more.
func (g Ground) DueOn(asked clock.Micros, zone *time.Location) string {
	day := asked.In(zone)
	if g == Withdrawn || g == Reached {
		return day.AddDate(0, 0, calendarDays).Format(time.DateOnly)
	}
	for left := workingDays; left > 0; {
		day = day.AddDate(0, 0, 1)
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			left--
		}
	}
	return day.Format(time.DateOnly)
}

func (g Ground) known() bool {
	switch g {
	case Withdrawn, Demanded, Unlawful, Reached:
		return true
	}
	return false
}

// Act is what proves an erasure: who, when, why, what of which tables, how many
// rows. It names the person by ids only.
type Act struct {
	ID          id.ID        `json:"id"`
	Member      home.ID      `json:"member"`
	Homes       []home.ID    `json:"homes"` // his own, then those of members who had been merged into him
	Number      string       `json:"number"`
	Ground      Ground       `json:"ground"`
	RequestedAt clock.Micros `json:"requested_at"`
	DueOn       string       `json:"due_on"`
	OnTime      bool         `json:"on_time"` // done by then
	At          clock.Micros `json:"at"`
	Reference   string       `json:"reference,omitempty"` // number of the demand
	ActorKind   string       `json:"actor_kind"`
	Actor       id.ID        `json:"actor,omitzero"`
	Source      string       `json:"source"`
	Forfeited   money.Points `json:"forfeited"` // hundredths
	Tables      []home.Wiped `json:"tables"`
}

const (
	qPutAct  = `insert into member_erasure (home_id, erasure_id, at, doc, digest) values ($1, $2, $3, $4, $5)`
	qAct     = `select doc from member_erasure where erasure_id = $1`
	qActOf   = `select e.doc from member m join member_erasure e on e.erasure_id = m.erasure_id where m.home_id = $1`
	qActs    = `select doc from member_erasure where erasure_id < $1 or $1 = 0 order by erasure_id desc limit $2`
	mostActs = 201
)

func scanAct(r db.Row) (Act, error) {
	var doc string
	if err := r.Scan(&doc); err != nil {
		return Act{}, err
	}
	return ReadAct([]byte(doc))
}

// ReadAct reads the document of an act.
func ReadAct(doc []byte) (a Act, err error) { return a, json.Unmarshal(doc, &a) }

// put stores the act and gives its digest.
func (a *Act) put(ctx context.Context, q db.Q) (ledger.Hash, error) {
	doc, err := json.Marshal(a)
	if err != nil {
		return ledger.Hash{}, err
	}
	digest := ledger.Hash(sha256.Sum256(doc))
	_, err = q.Exec(ctx, qPutAct, a.Member, a.ID, a.At, string(doc), digest[:])
	return digest, err
}

// Act reads an act by its id.
func (p *Privacy) Act(ctx context.Context, erasure id.ID) (Act, error) {
	return actOr(scanAct(p.DB.Row(ctx, qAct, erasure)))
}

// ActOf reads the act by which a member was erased.
func (p *Privacy) ActOf(ctx context.Context, h home.ID) (Act, error) {
	return actOr(scanAct(p.DB.Row(ctx, qActOf, h)))
}

func actOr(a Act, err error) (Act, error) {
	if errors.Is(err, db.ErrNotFound) {
		err = fault.Wrap(err, fault.NotFound, "erase.not-found")
	}
	return a, err
}

// Acts lists acts, the newest first; before is the last one already had, 0 for
// the beginning.
func (p *Privacy) Acts(ctx context.Context, before id.ID, limit int) ([]Act, error) {
	return db.All(ctx, p.DB, scanAct, qActs, before, min(limit, mostActs))
}
