package importer

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"kopilka/internal/platform/fault"
)

// source gives the rows of a file, one after the other. The cells are good
// until the next row.
type source interface {
	// next gives a row and its number in the file, from 1; io.EOF ends. A
	// row that can't be taken apart is a *badRow: the next may be good.
	next() (no int64, cells []string, err error)
	// sheet tells whether numbers are written as a workbook writes them.
	sheet() bool
	close()
}

// badRow is a row that can't be taken apart.
type badRow struct{ why *fault.Error }

// Error names the reason.
func (b *badRow) Error() string { return b.why.Error() }

// Bounds on a file.
const (
	maxRow     = 1 << 20 // bytes of one row
	maxColumns = 2_000
	sniffed    = 1 << 16 // bytes looked at to find out how a file is written
)

// open finds out what the file is and opens it. done is told how many of its
// bytes have been read.
func open(ctx context.Context, name, temp string, m *FileMap, done func(read, total int64)) (source, error) {
	f, err := os.Open(filepath.Clean(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "importer.no-file", "file", name)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.unreadable", "file", name)
	}
	s, err := openAs(ctx, f, temp, m, done)
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func openAs(ctx context.Context, f *os.File, temp string, m *FileMap, done func(read, total int64)) (source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "importer.folder")
	}
	count := &counter{ctx: ctx, f: f, total: info.Size(), done: done}
	in := bufio.NewReaderSize(count, sniffed)
	start, err := in.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	switch {
	case len(start) == 0:
		return nil, fault.New(fault.Invalid, "importer.empty")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return openSheet(f, info.Size(), temp, m)
	case bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, fault.New(fault.Invalid, "importer.old-excel")
	case bytes.HasPrefix(start, []byte{0x1F, 0x8B}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, unreadable(err)
		}
		return openText(f, bufio.NewReaderSize(z, sniffed), m)
	}
	return openText(f, in, m)
}

// unreadable says why a file could not be read to its end.
func unreadable(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Wrap(err, fault.Invalid, "importer.truncated")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	if f := new(fault.Error); errors.As(err, &f) {
		return f
	}
	return fault.Wrap(err, fault.Unavailable, "importer.read-failed")
}

// counter reads a file and tells how far it is.
type counter struct {
	ctx         context.Context
	f           *os.File
	read, total int64
	done        func(read, total int64)
}

// Read reads on unless the import was called off.
func (c *counter) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.f.Read(b)
	c.read += int64(n)
	if c.done != nil {
		c.done(c.read, c.total)
	}
	return n, err
}
