package admin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/segment/export"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/spreadsheet"
)

// exportTime is how long a file may be written; the time of a
// request is too short for a million of them.
const exportTime = 10 * time.Minute

// exportMembers sends the list that is seen, all of it, as a file. What leaves
// the house is in the audit trail before the first row does.
func (p *page) exportMembers() error {
	asks := p.r.URL.Query()
	var picked *chosen
	if asks.Has("list") {
		c, err := p.chosen(asks)
		if err != nil {
			return err
		}
		picked, asks = c, c.list
	}
	a := readAsked(asks)
	q := a.Query
	q.After, q.Before = "", ""
	if picked != nil {
		q.Filter = picked.filter()
	}
	if !p.can(staff.MembersContacts) { // the file has them
		return fault.New(fault.Denied, "admin.denied", "permission", p.text("staff.permission."+string(staff.MembersContacts)))
	}
	if p.who.Narrowed() {
		q.Outlets = p.who.Outlets()
	}
	cat, err := p.Lists.Catalogue(p.ctx())
	if err != nil {
		return err
	}
	cat = cat.Of(q.Outlets)
	if err := p.Lists.Check(cat, &q.Filter); err != nil {
		return err
	}
	if err := p.note("members.exported", "member", 0); err != nil {
		return err
	}
	l := &memberList{asked: &a, cat: cat, names: p.names(), page: p}
	if len(asks["col"]) == 0 {
		q.Columns = nil
	} else {
		q.Columns = namedFirst(q.Columns)
	}
	x := &export.Export{Lists: p.Lists, Zone: ui.Of(p.ctx()).Zone, Texts: p.Texts, Lang: p.lang(), Name: func(f *segment.Field, v string) string { return l.valueName(f, v) }}
	err = p.sendMembers(x, q)
	if fault.Is(err, "segment.bad-filter") { // the list says which
		asks.Del("format")
		return p.to(withQuery(membersPath, asks), "")
	}
	return err
}

// namedFirst puts who a row is of before the columns that were chosen, as the list
// that is seen has it: the name, and the number, which everybody has.
func namedFirst(columns []string) []string {
	out := []string{"name", string(member.Number)}
	for _, c := range columns {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// sendMembers writes the list as the file that was asked for.
func (p *page) sendMembers(x *export.Export, q segment.Query) error {
	name := p.datedName("members")
	out, write := p.workbook(name), x.XLSX
	csv, err := p.asCSV()
	if err != nil {
		return err
	}
	if csv {
		out, write = p.table(name), x.CSV
	}
	return p.sendFile(out, "members", func(ctx context.Context) error { return write(ctx, out, q) })
}

// sendFile writes a file as it comes, in exportTime at the most. What fails
// before its first byte is told; after it the connection is cut, so that half a
// file is not taken for the whole, and the log is told what it was of.
func (p *page) sendFile(out *fileWriter, what string, write func(ctx context.Context) error) error {
	if err := http.NewResponseController(p.w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx()), exportTime)
	defer cancel()
	asked := p.r // the time of a file is also that of all that is read for it
	defer func() { p.r = asked }()
	p.r = asked.WithContext(ctx)
	err := write(ctx)
	if err != nil && out.begun {
		p.Log.WarnContext(p.ctx(), "a file was cut off", "file", what, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

const (
	workbookKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	tableKind    = "text/csv; charset=utf-8"
)

// sendTable sends a table as the file that was asked for; the log calls it what.
func (p *page) sendTable(name, what string, head []string, lines func(ctx context.Context) spreadsheet.Lines) error {
	out, write := p.workbook(name), spreadsheet.Workbook
	csv, err := p.asCSV()
	if err != nil {
		return err
	}
	if csv {
		out, write = p.table(name), spreadsheet.CSV
	}
	return p.sendFile(out, what, func(ctx context.Context) error { return write(out, head, lines(ctx)) })
}

// asCSV tells whether a text table is asked for, in place of a workbook; there are no
// other files.
func (p *page) asCSV() (bool, error) {
	switch p.r.URL.Query().Get("as") {
	case "csv":
		return true, nil
	case "", "xlsx":
		return false, nil
	}
	return false, fault.New(fault.NotFound, "admin.no-page")
}

func (p *page) workbook(name string) *fileWriter {
	return &fileWriter{w: p.w, kind: workbookKind, name: name + ".xlsx"}
}

func (p *page) table(name string) *fileWriter {
	return &fileWriter{w: p.w, kind: tableKind, name: name + ".csv"}
}

// fileWriter says what is sent with the first byte of it.
type fileWriter struct {
	w          http.ResponseWriter
	kind, name string
	begun      bool
}

// Write sends a part of the file.
func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	}
	return f.w.Write(b)
}
