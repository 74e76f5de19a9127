package app

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// causes are what the system answers most often, as sentences of ours. What is
// met first counts.
var causes = []struct {
	is   error
	told *fault.Error
}{
	{fs.ErrNotExist, fault.New(fault.NotFound, "cli.cause-not-there")},
	{fs.ErrExist, fault.New(fault.Conflict, "cli.cause-there")},
	{fs.ErrPermission, fault.New(fault.Denied, "cli.cause-denied")},
	{syscall.EISDIR, fault.New(fault.Invalid, "cli.cause-folder")},
	{syscall.ENOTDIR, fault.New(fault.Invalid, "cli.cause-no-folder")},
	{syscall.ENOSPC, fault.New(fault.Unavailable, "cli.cause-full")},
	{syscall.EROFS, fault.New(fault.Denied, "cli.cause-read-only")},
	{syscall.EADDRINUSE, fault.New(fault.Conflict, "cli.cause-address-taken")},
	{syscall.EADDRNOTAVAIL, fault.New(fault.Invalid, "cli.cause-address-none")},
	{io.ErrUnexpectedEOF, fault.New(fault.Invalid, "cli.cause-cut-short")},
	{io.EOF, fault.New(fault.Invalid, "cli.cause-cut-short")},
}

// causeOf is what a cause says in the reader's language where it is known,
// else as it came; "" where what it led to says it already.
func (p *program) causeOf(e *fault.Error) string {
	cause := errors.Unwrap(e)
	if cause == nil {
		return ""
	}
	if ours, ok := errors.AsType[*fault.Error](cause); ok {
		if ours.Code == e.Code {
			return p.causeOf(ours)
		}
		return p.texts.Fault(p.lang, ours)
	}
	if e.Kind == fault.NotFound && (errors.Is(cause, fs.ErrNotExist) || errors.Is(cause, db.ErrNotFound)) {
		return "" // that is said already
	}
	if at, ok := errors.AsType[*net.OpError](cause); ok && at.Op == "dial" && at.Addr != nil && !at.Timeout() {
		return p.texts.Fault(p.lang, fault.New(fault.Unavailable, "cli.cause-no-answer", "addr", at.Addr.String()))
	}
	if host, ok := errors.AsType[*net.DNSError](cause); ok && host.IsNotFound {
		return p.texts.Fault(p.lang, fault.New(fault.NotFound, "cli.cause-no-host", "host", host.Name))
	}
	for _, c := range causes {
		if errors.Is(cause, c.is) {
			return p.texts.Fault(p.lang, c.told)
		}
	}
	return cause.Error()
}

// cannotRead says why a file can't be read.
func cannotRead(err error, file string) error {
	if errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "cli.no-file", "file", file)
	}
	return fault.Wrap(err, fault.Unavailable, "cli.cannot-read", "file", file)
}
