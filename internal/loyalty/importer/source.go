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

// Bounds on what a file comes to.
type bounds struct {
	all    int64 // bytes, once unpacked
	texts  int64 // of a workbook's texts
	parts  int64 // of what in a workbook is neither rows nor texts: it is held in memory
	memory int64 // of a workbook's rows and of its texts: past it they are unpacked to the disk
}

// onDisk are the bounds on a file that an operator names.
func onDisk() *bounds {
	return &bounds{all: 4 << 30, texts: 4 << 30, parts: 256 << 20, memory: 16 << 20}
}

// blob is a file, wherever it lies.
type blob struct {
	io.ReaderAt
	size  int64
	name  string // on the disk; "": it is not there
	close func() error
}

// Bounds on rows.
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
	s, err := openNamed(ctx, f, temp, m, done)
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func openNamed(ctx context.Context, f *os.File, temp string, m *FileMap, done func(read, total int64)) (source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "importer.folder")
	}
	return openBlob(ctx, &blob{ReaderAt: f, size: info.Size(), name: f.Name(), close: f.Close}, onDisk(), temp, m, done)
}

// openBlob finds out what a file is and opens it; who reads it closes it.
func openBlob(ctx context.Context, f *blob, b *bounds, temp string, m *FileMap, done func(read, total int64)) (source, error) {
	count := &counter{ctx: ctx, f: io.NewSectionReader(f, 0, f.size), total: f.size, done: done}
	in := bufio.NewReaderSize(count, sniffed)
	start, err := in.Peek(KnownBy)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	if err := Known(start); err != nil {
		return nil, err
	}
	switch {
	case isZip(start):
		return openSheet(f, b, temp, m)
	case bytes.HasPrefix(start, []byte{0x1F, 0x8B}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, unreadable(err)
		}
		return openText(f, bufio.NewReaderSize(&unpacked{z, b.all}, sniffed), m)
	}
	return openText(f, in, m)
}

// KnownBy is how many bytes of a file tell what it is.
const KnownBy = 8

func isZip(start []byte) bool { return bytes.HasPrefix(start, []byte("PK\x03\x04")) }

// Known refuses by its first bytes what is surely neither a text nor a workbook.
func Known(start []byte) error {
	if len(start) == 0 {
		return fault.New(fault.Invalid, "importer.empty")
	}
	if bytes.HasPrefix(start, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return fault.New(fault.Invalid, "importer.old-excel")
	}
	for begins, what := range map[string]string{
		"%PDF": "PDF", "\x89PNG": "PNG", "\xFF\xD8\xFF": "JPEG", "GIF8": "GIF", "Rar!": "RAR", "7z\xBC\xAF": "7z", "{\\rtf": "RTF", "PK\x05\x06": "ZIP", "\x7FELF": "ELF", "MZ\x90\x00": "EXE",
	} {
		if bytes.HasPrefix(start, []byte(begins)) {
			return fault.New(fault.Unsupported, "importer.other-kind", "kind", what)
		}
	}
	return nil
}

// unpacked ends a text that unpacks to more than it may.
type unpacked struct {
	r    io.Reader
	left int64
}

// Read reads on while it is not too much.
func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if u.left -= int64(n); u.left < 0 {
		return 0, fault.New(fault.TooLarge, "importer.unpacked")
	}
	return n, err
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
	f           io.Reader
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
