package bench

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kopilka/internal/platform/db"
)

// spent is processor time in microseconds: of this process with the tools
// that it has run, and of the database servers of this machine. Where others
// use the machine too, time spent tells more than receipts a second. All is 0
// where the system does not tell.
type spent struct{ program, database int64 }

func (s spent) since(before spent) spent {
	return spent{s.program - before.program, s.database - before.database}
}

// perReceipt is in microseconds.
func (s spent) perReceipt(n int64) CPU {
	return CPU{Program: round(float64(s.program)/float64(max(n, 1)), 1), Database: round(float64(s.database)/float64(max(n, 1)), 1)}
}

// tick is the kernel's unit of processor time in microseconds; Linux shows
// hundredths of a second on every machine.
const tick = 10_000

// meter reads it.
type meter struct{ postmaster string } // process id of the database server, "" for none here

// newMeter finds the server that the base lies on.
func newMeter(ctx context.Context, d *db.DB) meter {
	if d.Dialect() != db.Postgres {
		return meter{}
	}
	var backend int64
	if err := d.Row(ctx, "select pg_backend_pid()").Scan(&backend); err != nil {
		return meter{}
	}
	p := readProc("/proc/" + strconv.FormatInt(backend, 10) + "/stat")
	if p.name != "postgres" {
		return meter{} // the server is on another machine
	}
	return meter{p.parent}
}

func (m meter) read() spent {
	s := spent{program: readProc("/proc/self/stat").micros}
	if m.postmaster == "" {
		return s
	}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		if p := readProc(file); p.name == "postgres" && (p.parent == m.postmaster || file == "/proc/"+m.postmaster+"/stat") {
			s.database += p.micros
		}
	}
	return s
}

// proc is a process: its micros are its time with that of the children it
// has waited for.
type proc struct {
	name, parent string
	micros       int64
}

func readProc(file string) proc {
	text, err := os.ReadFile(file)
	if err != nil {
		return proc{}
	}
	open, end := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
	if open < 0 || end < open {
		return proc{}
	}
	fields := strings.Fields(string(text[end+1:]))
	const parent, first, last = 1, 11, 14 // utime, stime, cutime, cstime; counted after the name
	if len(fields) <= last {
		return proc{}
	}
	p := proc{name: string(text[open+1 : end]), parent: fields[parent]}
	for _, f := range fields[first : last+1] {
		n, _ := strconv.ParseInt(f, 10, 64)
		p.micros += n * tick
	}
	return p
}
