package app

import (
	"bufio"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/formula"
)

// importReport writes what became of every row; it takes its name when it is
// whole.
type importReport struct {
	p    *program
	name string
	f    *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
	of   func(*importer.Outcome) string // what of the file a row is about
}

// newImportReport begins a report; without a file name there is none. Its second
// column says what of the file a row is about.
func newImportReport(p *program, name, second string, of func(*importer.Outcome) string) (*importReport, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.OpenFile(filepath.Clean(name+".part"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.report-failed", "file", name)
	}
	r := &importReport{p: p, name: name, f: f, of: of, buf: bufio.NewWriterSize(f, 1<<16)}
	r.csv = csv.NewWriter(r.buf)
	_, err = r.buf.WriteString("\uFEFF") // spreadsheets take it for UTF-8 only so
	header := []string{}
	for _, column := range []string{"row", second, "status", "again", "code", "text"} {
		header = append(header, p.texts.Text(p.lang, "importer.column."+column))
	}
	if err = errors.Join(err, r.csv.Write(header)); err != nil {
		r.drop()
		return nil, r.failed(err)
	}
	return r, nil
}

func (r *importReport) failed(err error) error {
	return fault.Wrap(err, fault.Unavailable, "importer.report-failed", "file", r.name)
}

func (r *importReport) add(o *importer.Outcome) error {
	again, code, why := "", "", ""
	if o.Again {
		again = "+"
	}
	if o.Why != nil {
		code, why = o.Why.Code, r.why(o)
	}
	status := r.p.texts.Text(r.p.lang, "importer.status."+string(o.Status))
	if err := r.csv.Write([]string{strconv.FormatInt(o.Row, 10), formula.Plain(r.of(o)), status, again, code, formula.Plain(why)}); err != nil {
		return r.failed(err)
	}
	return nil
}

// why is what is wrong with a row: of one of members, with each of its cells.
func (r *importReport) why(o *importer.Outcome) string {
	said := []string{r.p.texts.Fault(r.p.lang, o.Why)}
	if o.Column != "" {
		for _, f := range o.Why.Fields {
			said = append(said, r.p.texts.Text(r.p.lang, "importer.cell", "column", f.Path, "why", r.p.texts.FaultField(r.p.lang, f)))
		}
	}
	return strings.Join(said, "; ")
}

// keep ends the report and gives it its name.
func (r *importReport) keep() error {
	r.csv.Flush()
	if err := errors.Join(r.csv.Error(), r.buf.Flush(), r.f.Close()); err != nil {
		return r.failed(err)
	}
	r.f = nil
	if err := os.Rename(r.name+".part", r.name); err != nil {
		return r.failed(err)
	}
	return nil
}

// drop throws an unfinished report away.
func (r *importReport) drop() {
	if r == nil || r.f == nil {
		return
	}
	r.f.Close()
	_ = os.Remove(r.f.Name())
}
