// Package clock is where the program learns the time, so that a test can
// set it. Stored times are UTC microseconds since 1970 (Micros).
package clock

import (
	"sync/atomic"
	"time"
)

// Micros is a point in time: UTC microseconds since the Unix epoch.
type Micros int64

// Clock tells the time.
type Clock interface{ Now() Micros }

// System is the machine's clock.
type System struct{}

// Now is the machine's time.
func (System) Now() Micros { return Of(time.Now()) }

// Fixed is a clock for tests that stands still until it is set; its zero
// value is 1970. It is safe for concurrent use.
type Fixed struct{ at atomic.Int64 }

// NewFixed makes a clock that shows at.
func NewFixed(at time.Time) *Fixed {
	f := &Fixed{}
	f.Set(Of(at))
	return f
}

// Now is the time last set.
func (f *Fixed) Now() Micros { return Micros(f.at.Load()) }

// Set moves the clock, in either direction.
func (f *Fixed) Set(at Micros) { f.at.Store(int64(at)) }

// Add moves the clock by d.
func (f *Fixed) Add(d time.Duration) { f.at.Add(d.Microseconds()) }

// Of gives t in Micros.
func Of(t time.Time) Micros { return Micros(t.UnixMicro()) }

// Time gives m as a UTC time.
func (m Micros) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// In gives m on the wall clock of zone.
func (m Micros) In(zone *time.Location) time.Time { return time.UnixMicro(int64(m)).In(zone) }

// Add gives the time d later.
func (m Micros) Add(d time.Duration) Micros { return m + Micros(d.Microseconds()) }
