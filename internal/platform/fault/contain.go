package fault

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrPanic is what a panic that was contained has become.
var ErrPanic = errors.New("panic")

// Contain runs work that is no reason to end the program, which serves others
// beside it: a panic in it becomes an error that wraps ErrPanic and says where it
// was. Of its value only the runtime's own words are told: others may hold what no
// log may.
func Contain(work func() error) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err = fmt.Errorf("%w at %s", ErrPanic, panicked())
		if e, ok := v.(runtime.Error); ok {
			err = fmt.Errorf("%w: %w", err, e)
		}
	}()
	return work()
}

// panicked is where it was: the innermost calls below the runtime's.
func panicked() string {
	const skip, most, told = 3, 32, 5 // recover's own calls, what is looked at, what is said
	calls := make([]uintptr, most)
	frames := runtime.CallersFrames(calls[:runtime.Callers(skip, calls)])
	var out []string
	for more := true; more && len(out) < told; {
		var f runtime.Frame
		if f, more = frames.Next(); !strings.HasPrefix(f.Function, "runtime.") {
			out = append(out, fmt.Sprintf("%s %s:%d", f.Function, filepath.Base(f.File), f.Line))
		}
	}
	return strings.Join(out, " < ")
}
