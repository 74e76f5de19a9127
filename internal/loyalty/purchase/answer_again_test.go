package purchase

import (
	"context"
	"fmt"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// lostBase is an operation whose earlier answer can't be read: the server hangs.
type lostBase struct{ operation }

func (lostBase) replay(context.Context, db.Q, home.ID, id.ID) error {
	return fmt.Errorf("read an answer: %w", context.DeadlineExceeded)
}

// An earlier answer that can't be read for want of the base is one to ask for
// again, not our own failure.
func TestAnswerOfALostBase(t *testing.T) {
	t.Parallel()
	g := &group{desk: &Desk{}, ctx: t.Context()}
	err := g.answerAgain(&ticket{op: lostBase{}}, doneKey{})
	if f := fault.From(err); f.Kind != fault.Unavailable || f.Code != "db.unavailable" {
		t.Fatalf("told %v %s, want unavailable db.unavailable", f.Kind, f.Code)
	}
}
