// Package id makes the primary keys of the program: int64, ordered by time,
// unique across nodes: 41 bits of milliseconds since 2020, 10 bits of node,
// 12 bits of counter. In JSON an id is a string, since JavaScript rounds
// integers past 2⁵³.
package id

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"kopilka/internal/platform/fault"
)

// ID is a primary key. Zero means none.
type ID int64

// MaxNode is the largest node number.
const MaxNode = 1<<10 - 1

const (
	nodeBits = 10
	seqBits  = 12
	seqMask  = 1<<seqBits - 1
)

var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// Maker makes ids for one node. It is safe for concurrent use. When the
// machine's clock steps back it goes on from its last millisecond, and when a
// millisecond's 4,096 ids are used up it borrows from the next.
type Maker struct {
	mu   sync.Mutex
	node int64
	now  func() time.Time
	last int64 // milliseconds since epoch, with the counter in the low bits
}

// NewMaker makes a maker for the node (0 to MaxNode).
func NewMaker(node int) *Maker {
	if node < 0 || node > MaxNode {
		panic(fmt.Sprintf("id: node %d out of range", node))
	}
	return &Maker{node: int64(node), now: time.Now}
}

// New makes the next id.
func (m *Maker) New() ID {
	ms := m.now().UnixMilli() - epoch
	m.mu.Lock()
	next := max(m.last+1, ms<<seqBits)
	m.last = next
	m.mu.Unlock()
	return ID((next>>seqBits)<<(nodeBits+seqBits) | m.node<<seqBits | next&seqMask)
}

// Time is when the id was made, to the millisecond.
func (i ID) Time() time.Time {
	return time.UnixMilli(int64(i)>>(nodeBits+seqBits) + epoch).UTC()
}

// String is the decimal form.
func (i ID) String() string { return strconv.FormatInt(int64(i), 10) }

// MarshalJSON writes the id as a string; zero as "".
func (i ID) MarshalJSON() ([]byte, error) {
	if i == 0 {
		return []byte(`""`), nil
	}
	return strconv.AppendQuote(nil, i.String()), nil
}

// UnmarshalJSON reads an id from a string.
func (i *ID) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fault.New(fault.Invalid, "id.invalid")
	}
	if len(b) == 2 {
		*i = 0
		return nil
	}
	v, err := Parse(string(b[1 : len(b)-1]))
	*i = v
	return err
}

// Parse reads the decimal form, and no other: an id has one name.
func Parse(s string) (ID, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v == 0 || s[0] == '+' || s[0] == '0' || strings.HasPrefix(s, "-0") {
		return 0, fault.New(fault.Invalid, "id.invalid")
	}
	return ID(v), nil
}
