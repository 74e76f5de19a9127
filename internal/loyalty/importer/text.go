package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"kopilka/internal/platform/fault"
)

// textFile is a file of delimited text.
type textFile struct {
	f     *blob
	limit *limiter
	csv   *csv.Reader
}

func openText(f *blob, in *bufio.Reader, m *FileMap) (source, error) {
	raw, err := peek(in)
	if err != nil {
		return nil, err
	}
	decoded, err := decode(in, raw, m.Encoding)
	if err != nil {
		return nil, err
	}
	start, err := peek(decoded)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(start, 0) >= 0 || controls(start) > len(start)/100 {
		return nil, fault.New(fault.Invalid, "importer.not-text")
	}
	t := &textFile{f: f, limit: &limiter{r: decoded, left: maxRow}}
	t.csv = csv.NewReader(t.limit)
	t.csv.ReuseRecord, t.csv.FieldsPerRecord, t.csv.LazyQuotes = true, -1, m.LazyQuote
	if t.csv.Comma = comma(m.Delimiter); m.Delimiter == auto {
		t.csv.Comma = sniff(start)
	}
	return t, nil
}

// peek looks at the beginning without taking it.
func peek(in *bufio.Reader) ([]byte, error) {
	b, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	return b, nil
}

func controls(b []byte) (n int) {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			n++
		}
	}
	return n
}

// decode gives the text as UTF-8 without a byte order mark, which, where
// there is one, is believed more than the map.
func decode(in *bufio.Reader, start []byte, encoding string) (*bufio.Reader, error) {
	var t transform.Transformer
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		_, err := in.Discard(3)
		return in, err
	case bytes.HasPrefix(start, []byte("\xFF\xFE")), bytes.HasPrefix(start, []byte("\xFE\xFF")), encoding == "utf-16":
		t = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case encoding == "windows-1251" && surelyUTF8(start):
		return nil, fault.New(fault.Invalid, "importer.is-utf8")
	case encoding == "windows-1251", encoding == auto && !utf8Start(start):
		t = charmap.Windows1251.NewDecoder()
	default:
		return in, nil
	}
	return bufio.NewReaderSize(transform.NewReader(in, t), sniffed), nil
}

// utf8Start tells whether the bytes are UTF-8, but for a character cut off at
// their end.
func utf8Start(b []byte) bool {
	for cut := range utf8.UTFMax {
		if cut <= len(b) && utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// surelyUTF8 tells whether the bytes can't be of an encoding with one byte for
// a letter: some of them are letters of UTF-8, and none is anything else.
func surelyUTF8(b []byte) bool {
	const some = 4
	letters := 0
	for _, r := range string(b) {
		if r >= utf8.RuneSelf {
			letters++
		}
	}
	return letters >= some && utf8Start(b)
}

// sniff finds the delimiter: the one that the first line has most of.
func sniff(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		if n := outside(line, byte(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// outside counts a character outside quotes.
func outside(line []byte, c byte) (n int) {
	quoted := false
	for _, b := range line {
		switch {
		case b == '"':
			quoted = !quoted
		case b == c && !quoted:
			n++
		}
	}
	return n
}

func (t *textFile) sheet() bool { return false }

func (t *textFile) close() { _ = t.f.close() }

func (t *textFile) next() (int64, []string, error) {
	t.limit.left = maxRow
	cells, err := t.csv.Read()
	if wrong := new(csv.ParseError); errors.As(err, &wrong) {
		no := int64(wrong.StartLine)
		if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
			return no, nil, &badRow{fault.New(fault.Invalid, "importer.quotes")}
		}
		return no, nil, unreadable(wrong.Err)
	}
	if errors.Is(err, io.EOF) {
		return 0, nil, io.EOF
	}
	if err != nil {
		return 0, nil, unreadable(err)
	}
	line, _ := t.csv.FieldPos(0)
	if len(cells) > maxColumns {
		return int64(line), nil, &badRow{fault.New(fault.TooLarge, "importer.wide", "most", maxColumns)}
	}
	return int64(line), cells, nil
}

// limiter ends a text whose row has no end.
type limiter struct {
	r    io.Reader
	left int
}

// Read reads on while the row is not too long.
func (l *limiter) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, fault.New(fault.TooLarge, "importer.long-row", "most", maxRow)
	}
	n, err := l.r.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

// blank tells whether a row has nothing in it.
func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
