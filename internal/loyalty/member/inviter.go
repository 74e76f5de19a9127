package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Where a registration names an inviter whom it can't have.
const (
	noInviter       = "member.no-inviter"       // nobody who takes part has it
	severalInviters = "member.several-inviters" // it is several members'
)

// inviter is the one member who takes part and whom a text names.
func inviter(ctx context.Context, q db.Q, typed, region string) (home.ID, error) {
	one, several, err := FindOne(ctx, q, typed, region)
	switch {
	case several:
		return 0, refusedInviter(severalInviters)
	case err != nil && !fault.Is(err, "member.bad-search"):
		return 0, err
	case one.Home == 0:
		return 0, refusedInviter(noInviter)
	}
	return one.Home, nil
}

func refusedInviter(code string) error {
	return fault.New(fault.Invalid, "member.invalid").With(fault.Field{Path: "inviter", Code: code})
}

// NoInviter tells whether a registration was refused as nobody is whom it
// names as the inviter.
func NoInviter(err error) bool {
	e := fault.From(err)
	return e != nil && len(e.Fields) == 1 && e.Fields[0].Code == noInviter
}
