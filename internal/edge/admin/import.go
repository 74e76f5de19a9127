package admin

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// importPages are files of members: sent, told which column is what, tried, begun,
// followed to their end. Members are the whole organization's, so whoever works at
// some outlets only takes in none.
func importPages(a *Admin) {
	a.get(importHere, intake.Needs, (*page).imports, Everywhere)
	a.post(importHere, intake.Needs, (*page).importSent, Everywhere)
	a.get(importHere+"/{intake}", intake.Needs, (*page).importOne, Everywhere)
	a.get(importHere+"/{intake}/report", intake.Needs, (*page).importReport, Everywhere)
	a.post(importHere+"/{intake}/columns", intake.Needs, (*page).importMapped, Everywhere)
	a.post(importHere+"/{intake}/sheet", intake.Needs, (*page).importReadAgain, Everywhere)
	a.post(importHere+"/{intake}/begin", intake.Needs, (*page).importBegun, Everywhere)
	a.post(importHere+"/{intake}/stop", intake.Needs, (*page).importStopped, Everywhere)
}

const (
	importHere = "/members/import"
	importPath = Base + importHere

	// fileTime is how long a file may be on its way; the time of a request is too
	// short for a slow line.
	fileTime = 10 * time.Minute
	// larger is how much of what is sent is read, so that whoever sends a file that
	// is too large is told so by a page.
	larger = 2*intake.MaxFile + 1<<20
)

// Larger are the bytes of one request to the paths to which files are sent.
func Larger() map[string]int64 { return map[string]int64{importPath: larger} }

// importList is the page from which files are sent, with those that were.
type importList struct {
	File kit.Field
	Rows []importRow
	On   string
	Back string
}

type importRow struct {
	Href, Name, Sub, By, Total, State string
	Tone                              kit.Tone
}

func (p *page) imports() error { return p.importList(p.filled(nil)) }

func (p *page) importList(f *form) error {
	before, err := numberOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Intakes.List(p.ctx(), id.ID(before), linesShown+1)
	if err != nil {
		return err
	}
	v := importList{File: f.field("file", "import-file", needed)}
	v.File.Hint = p.text("admin.import.file-hint", "size", megabytes(), "rows", ui.Number(p.ctx(), intake.MaxRows))
	if len(list) > linesShown {
		list = list[:linesShown]
		v.On = importPath + "?after=" + list[linesShown-1].ID.String()
	}
	if before > 0 {
		v.Back = importPath
	}
	for i := range list {
		v.Rows = append(v.Rows, p.importRow(&list[i]))
	}
	if v.File.Error != "" {
		return p.again(p.text("admin.import.title"), "/members", importsPage(v))
	}
	return p.show(p.text("admin.import.title"), "/members", importsPage(v))
}

func megabytes() int { return intake.MaxFile >> 20 }

func (p *page) importRow(in *intake.Intake) importRow {
	r := importRow{Href: importPath + "/" + in.ID.String(), Name: p.fileName(in), Sub: ui.DateTime(p.ctx(), in.AskedAt), By: in.StaffName}
	if in.Total > 0 {
		r.Total = ui.Number(p.ctx(), in.Total)
	}
	r.State, r.Tone = p.importState(in)
	return r
}

// fileName is what a file is called; a browser need not tell.
func (p *page) fileName(in *intake.Intake) string {
	if in.File == "" || in.File == "." {
		return p.text("admin.import.nameless")
	}
	return in.File
}

func (p *page) importState(in *intake.Intake) (string, kit.Tone) {
	tone := kit.Plain
	switch in.State {
	case intake.Read, intake.Looked:
		tone = kit.Info
	case intake.Sending, intake.Reading, intake.Looking, intake.Running:
		tone = kit.Warn
	case intake.Broken:
		tone = kit.Bad
	case intake.Done:
		tone = kit.Good
	case intake.Stopped, intake.Dropped:
	}
	return p.text("admin.import.is-" + string(in.State)), tone
}

// sender is the reader as package intake knows him.
func (p *page) sender() intake.Sender {
	return intake.Sender{ID: p.who.Person.ID, Name: p.who.Person.Name}
}

// importSent takes a file as it comes.
func (p *page) importSent() error {
	wire := http.NewResponseController(p.w)
	until := time.Now().Add(fileTime)
	if err := errors.Join(wire.SetReadDeadline(until), wire.SetWriteDeadline(until.Add(time.Minute))); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx()), fileTime)
	defer cancel()
	in, err := p.importFile(ctx)
	if err == nil {
		return p.to(importPath+"/"+in.ID.String(), "")
	}
	// Who still sends does not read: what is left of it is let go first.
	_, _ = io.Copy(io.Discard, p.r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		err = intake.TooLarge()
	}
	f := p.filled(nil)
	if e := fault.From(err); len(e.Fields) == 0 && f.refuse(e.With(e.At("file"))) {
		return p.importList(f)
	}
	return err
}

// importFile keeps the file of what is sent.
func (p *page) importFile(ctx context.Context) (intake.Intake, error) {
	parts, err := p.r.MultipartReader()
	if err != nil {
		return intake.Intake{}, fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	var part *multipart.Part
	for part == nil || part.FormName() != "file" {
		part, err = parts.NextPart()
		if errors.Is(err, io.EOF) {
			return intake.Intake{}, fault.New(fault.Invalid, "intake.no-file")
		}
		if err != nil {
			return intake.Intake{}, cutOff(err)
		}
	}
	if part.FileName() == "" {
		return intake.Intake{}, fault.New(fault.Invalid, "intake.no-file")
	}
	in, err := p.Intakes.Send(ctx, p.sender(), part.FileName(), part)
	return in, cutOff(err)
}

// cutOff says of a file that has not come to its end that it has not.
func cutOff(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	return err
}

func (p *page) importOf() (intake.Intake, error) {
	i, err := p.param("intake")
	if err != nil {
		return intake.Intake{}, err
	}
	return p.Intakes.Get(p.ctx(), i)
}

func (p *page) importBegun() error {
	i, err := p.param("intake")
	if err != nil {
		return err
	}
	if err := p.Intakes.Begin(p.ctx(), p.sender(), i); err != nil {
		return err
	}
	return p.to(importPath+"/"+i.String(), "import-begun")
}

func (p *page) importStopped() error {
	in, err := p.importOf()
	if err != nil {
		return err
	}
	path := importPath + "/" + in.ID.String()
	if slices.Contains([]intake.State{intake.Done, intake.Stopped, intake.Dropped}, in.State) {
		return p.to(path, "not-import-ended")
	}
	if err := p.Intakes.Stop(p.ctx(), in.ID); err != nil {
		return err
	}
	return p.to(path, "import-stopped")
}
