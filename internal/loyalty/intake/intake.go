// Package intake takes in files of members that are sent to the console.
//
// A file is kept in pieces as it was sent (Send). In the background it is taken
// apart into rows; which column is what is guessed by their names and told by
// whoever sent it (Map); then all of it is tried, writing nobody, so that it is
// known what would become of every row; and it is begun (Begin). Whichever
// process works on it (Work) goes on where another has left it. Members are made
// by package importer, as by its command.
//
// Invariants: what becomes of some rows is noted in the transaction that makes
// their members, so no row is carried out twice and none is left out, whatever is
// killed; whoever sent the file and may import no more makes nobody. Nothing that
// a file can be makes it hold more than its bounds: bytes, rows, columns, the
// length of a cell, and what it unpacks to. What is in a file is kept no longer
// than it is needed: to its end, or a day where it is not begun; what became of
// its rows is kept for a month.
package intake

import (
	"context"
	"log/slog"
	"time"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Limits of files.
const (
	MaxFile    = 32 << 20 // bytes
	MaxRows    = 200_000
	MaxColumns = 100
	MaxCell    = 5_000 // characters that are kept of a cell: more than any field of a member may have
	MaxName    = 120   // characters of the file's name
	MaxHeader  = 100   // the last row in which the columns' names may be
	MaxOpen    = 5     // files of one person that have not ended
	MaxPage    = 200   // read at once
	Samples    = 3     // of what a column holds
	sampleSize = 60    // characters
)

const (
	pieceSize = 256 << 10             // bytes of a file in one row of its table
	partSize  = importer.PeopleAtOnce // rows that are done in one step
	maxRow    = 256 << 10             // bytes of a row, as it is kept
	maxKept   = 256 << 20             // bytes of all rows
	maxTries  = 5                     // to read a file
	staleFor  = 24 * time.Hour        // of what was never begun
	keptFor   = 30 * 24 * time.Hour   // of what has ended
)

// Needs is the permission without which nobody takes in files.
const Needs = staff.MembersImport

// State is how far a file is.
type State string

// The states.
const (
	Sending State = "sending" // its bytes come in
	Reading State = "reading" // it is taken apart into rows
	Broken  State = "broken"  // which can't be done
	Read    State = "read"    // it is to be told which column is what
	Looking State = "looking" // it is tried, writing nobody
	Looked  State = "looked"  // to be begun
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped" // before its end
	Dropped State = "dropped" // before its beginning
)

// Ended tells whether nothing more comes of it.
func (s State) Ended() bool { return s == Done || s == Stopped || s == Dropped }

// Works tells whether it goes on by itself.
func (s State) Works() bool { return s == Reading || s == Looking || s == Running }

// Tally is what becomes of rows.
type Tally struct {
	Made    int64            `json:"made,omitempty"`    // members
	There   int64            `json:"there,omitempty"`   // rows of whoever is a member already, or stands in the file before
	Refused int64            `json:"refused,omitempty"` // rows
	Reasons map[string]int64 `json:"reasons,omitempty"` // rows of which there is something to say, by its code
}

// Intake is one file.
type Intake struct {
	ID        id.ID
	Staff     id.ID // who sent it
	StaffName string
	File      string // its name
	Size      int64
	State     State
	Layout    Layout
	Why       *fault.Error // it is broken
	Total     int64        // rows
	Place     int64        // of how many of them it is known what becomes; while it is read: bytes
	Tally     Tally
	AskedAt   clock.Micros
	BegunAt   clock.Micros
	EndedAt   clock.Micros

	tries int64
}

// Sender is who sends a file.
type Sender struct {
	ID   id.ID
	Name string
}

// Intakes keeps files and takes them in. It is safe for concurrent use, also by
// several processes.
type Intakes struct {
	DB       *db.DB
	IDs      *id.Maker
	Clock    clock.Clock
	Log      *slog.Logger
	Importer *importer.Importer
	Most     int64 // rows of a file; 0: MaxRows
	// May tells whether a person may do now what a permission names.
	May func(ctx context.Context, person id.ID, need staff.Permission) (bool, error)
}

func notFound() error { return fault.New(fault.NotFound, "intake.not-found") }

// moved says that a file is no longer where it can be done what is asked for.
func moved() error { return fault.New(fault.Conflict, "intake.moved") }
