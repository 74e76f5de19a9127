package member

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Household is members who share one bonus account in each programme: the
// founder's. What holds:
//
//   - a member is in one household at most, and the founder is in his own as
//     long as it lives;
//   - the home of everybody else in it names the founder's home as the one
//     where his purchases find their account. It is read with the lock that a
//     purchase takes anyway, and written under that lock, so that a purchase
//     works on the one account or on the other and never on a guess;
//   - no points move when somebody comes or goes. What he had waits in his own
//     account and is his again when he leaves; what the household earned stays
//     with the founder.
type Household struct {
	ID        id.ID
	Founder   home.ID
	Name      string
	CreatedAt clock.Micros
	EndedAt   clock.Micros      // 0: it lives
	Members   []HouseholdMember // in the order in which they came, those who left too
}

// HouseholdMember is a member's time in a household.
type HouseholdMember struct {
	ID       id.ID // of this stay: one who left may come again
	Home     home.ID
	JoinedAt clock.Micros
	LeftAt   clock.Micros // 0: he is in it
}

// MaxHousehold is how many members a household may have at one time: each of
// their purchases waits for the account that the others write.
const MaxHousehold = 20

const (
	householdColumns = `household_id, founder, name, created_at, coalesce(ended_at, 0)`

	qHousehold        = `select ` + householdColumns + ` from household where household_id = $1`
	qHouseholds       = `select ` + householdColumns + ` from household where household_id > $1 order by household_id limit $2`
	qHouseholdMembers = `select membership_id, home_id, joined_at, coalesce(left_at, 0) from household_member where household_id = $1 order by membership_id`

	qInsertHousehold = `insert into household (household_id, founder, name, created_at) values ($1, $2, $3, $4)`
	qEndHousehold    = `update household set ended_at = $2 where household_id = $1`
	qJoin            = `insert into household_member (home_id, membership_id, household_id, joined_at) values ($1, $2, $3, $4)`
	qLeave           = `update household_member set left_at = $2 where home_id = $1 and left_at is null`
	qAccountHome     = `update home set account_home = $2 where home_id = $1`
)

func scanHousehold(r db.Row) (v Household, err error) {
	v.Members = []HouseholdMember{}
	return v, r.Scan(&v.ID, &v.Founder, &v.Name, &v.CreatedAt, &v.EndedAt)
}

func scanHouseholdMember(r db.Row) (v HouseholdMember, err error) {
	return v, r.Scan(&v.ID, &v.Home, &v.JoinedAt, &v.LeftAt)
}

// GetHousehold reads a household with all who are or were in it.
func GetHousehold(ctx context.Context, q db.Q, household id.ID) (Household, error) {
	v, err := scanHousehold(q.Row(ctx, qHousehold, household))
	if errors.Is(err, db.ErrNotFound) {
		return v, fault.Wrap(err, fault.NotFound, "household.not-found")
	}
	if err == nil {
		v.Members, err = db.All(ctx, q, scanHouseholdMember, qHouseholdMembers, household)
	}
	return v, err
}

// Households lists households in the order in which they were founded, those
// that have ended too; after is the last one already had, 0 for the beginning.
func Households(ctx context.Context, q db.Q, after id.ID, limit int) ([]Household, error) {
	list, err := db.All(ctx, q, scanHousehold, qHouseholds, after, limit)
	if err != nil {
		return nil, err
	}
	var b db.Batch
	for i := range list {
		into(&b, scanHouseholdMember, &list[i].Members, qHouseholdMembers, list[i].ID)
	}
	return list, q.Run(ctx, &b)
}

// in tells whether the member is in the household now.
func (v *Household) in(h home.ID) bool {
	for _, m := range v.Members {
		if m.Home == h && m.LeftAt == 0 {
			return true
		}
	}
	return false
}

// living are the homes of those who are in the household now.
func (v *Household) living() []home.ID {
	out := make([]home.ID, 0, len(v.Members))
	for _, m := range v.Members {
		if m.LeftAt == 0 {
			out = append(out, m.Home)
		}
	}
	return out
}
