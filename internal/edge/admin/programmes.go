package admin

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// programmes is the pages of programmes: each is a text that reads as its
// documentation (package draft), tried before it comes into force, with all its
// versions.
func programmes(a *Admin) {
	a.get("/programmes", staff.ProgrammeSee, (*page).programmes)
	a.get("/programmes/new", staff.ProgrammeEdit, (*page).newProgramme, Everywhere)
	a.post("/programmes/new", staff.ProgrammeEdit, (*page).newProgrammeSent, Everywhere)
	a.get("/programmes/{programme}", staff.ProgrammeSee, (*page).programme)
	a.get("/programmes/{programme}/versions/{version}", staff.ProgrammeSee, (*page).programmeVersion)
	a.post("/programmes/{programme}/back", staff.ProgrammePublish, (*page).programmeBack, OfProgramme)
	codePages(a)
	drafts(a)
	requests(a)
	tries(a)
	questions(a)
}

const programmesPath = Base + "/programmes"

// maxProgramme bounds a programme that is typed here, in bytes: larger ones go
// by the command and the API.
const maxProgramme = 1 << 20

type programmeRow struct {
	Href, Name, Code, State, Version, By string
	Tone                                 kit.Tone
	At                                   clock.Micros
	Draft                                string // where its draft is; "": it has none
}

func (p *page) programmes() error {
	stored, err := p.Programmes.Drafts(p.ctx())
	if err != nil {
		return err
	}
	drafted := map[id.ID]*programme.Drafted{}
	for i := range stored {
		drafted[stored[i].Programme] = &stored[i]
	}
	var list []programmeRow
	outlets := p.allOutlets()
	for _, pr := range p.Programmes.Current().All() {
		r := programmeRow{Href: programmesPath + "/" + pr.ID.String(), Name: pr.Name, Code: pr.Code}
		r.State, r.Tone = p.programmeState(pr, outlets)
		r.Version = p.text("admin.programmes.version", "version", pr.Version)
		if made, err := p.Programmes.Made(p.ctx(), pr.ID, pr.Version); err == nil {
			r.At, r.By = made.At, author(made.By)
		}
		if d := drafted[pr.ID]; d != nil && p.can(staff.ProgrammeEdit) && p.covers(pr) == nil {
			r.Draft = r.Href + "/draft"
		}
		list = append(list, r)
	}
	for i := range stored {
		d := &stored[i]
		if p.Programmes.Current().Get(d.Programme) == nil && p.goes("/programmes/new") {
			list = append(list, programmeRow{Href: programmesPath + "/" + d.Programme.String() + "/draft", Name: d.Name, State: p.text("admin.draft.badge"), Tone: kit.Warn, By: author(d.By), At: d.At})
		}
	}
	title := p.text("admin.nav.programmes")
	may := p.goes("/programmes/new")
	if len(list) == 0 && may {
		return p.newProgramme()
	}
	return p.show(title, "/programmes", programmesPage(title, list, may))
}

// programmeState is whether a programme acts: one that is on does so nowhere while
// another has all its outlets, its days are not there, or there are no outlets.
func (p *page) programmeState(pr *rule.Programme, outlets []partner.Outlet) (string, kit.Tone) {
	switch {
	case !pr.On:
		return p.text("admin.programmes.off"), kit.Plain
	case !p.Programmes.Current().Acts(pr, outlets, pr.Day(p.Clock.Now())):
		return p.text("admin.programmes.nowhere"), kit.Warn
	}
	return p.text("admin.programmes.on"), kit.Good
}

// author is who has made a version, and who has approved it, without the ids
// that stand after the names.
func author(by string) string {
	people := strings.Split(by, " · ")
	for i, p := range people {
		people[i], _, _ = strings.Cut(p, " (")
	}
	return strings.Join(people, " · ")
}

// programmeView is a programme as it is in force.
type programmeView struct {
	Name, Code, Text string
	Parts            []partView
	Draft            string // who changed its draft last; "": it has none
	Path             string
	Version          string
	State            string
	Tone             kit.Tone
	Nowhere          string // why it is on and acts nowhere; "": it does, or is off
	MayEdit, MayBack bool
	Made             []versionRow
	Latest           string
	Plan             planView
	Request          requestNote
	Actions          []kit.Action
	AskBack          bool // an old version comes back when a second person approves it
}

type versionRow struct {
	Version, By, Note string
	At                clock.Micros
	Changes           []string
	Here              bool
	Again             []string // what would change if it came back
}

func (p *page) programmeOf() (*rule.Programme, error) {
	i, err := p.param("programme")
	if err != nil {
		return nil, err
	}
	if pr := p.Programmes.Current().Get(i); pr != nil {
		return pr, nil
	}
	return nil, fault.New(fault.NotFound, "programme.not-found")
}

const shownVersions = 20

func (p *page) programme() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	names := p.naming()
	text, err := draft.YAML(pr, names)
	if err != nil {
		return err
	}
	v := programmeView{
		Parts: p.partsOf(p.teller(names, pr), pr, draft.Parts(pr, names), "", ""),
		Name:  pr.Name, Code: pr.Code, Text: string(text), Path: programmesPath + "/" + pr.ID.String(), Latest: id.ID(pr.Version).String(),
		Version: p.text("admin.programmes.version", "version", pr.Version), MayEdit: p.goes("/programmes/{programme}/draft"), MayBack: p.can(staff.ProgrammePublish) && p.covers(pr) == nil,
	}
	if p.goes("/programmes/{programme}/codes") {
		v.Actions = []kit.Action{{Text: p.text("admin.codes.title"), Icon: "ticket", Href: codesPath(pr)}}
	}
	if v.State, v.Tone = p.programmeState(pr, p.allOutlets()); v.Tone == kit.Warn {
		v.Nowhere = p.text("admin.programmes.nowhere-why")
	}
	if d, err := p.Programmes.Draft(p.ctx(), pr.ID); err == nil {
		v.Draft = p.text("admin.draft.sub", "by", author(d.By), "ago", ui.Ago(p.ctx(), d.At))
	} else if !fault.Is(err, "programme.no-draft") {
		return err
	}
	if v.Plan, err = p.planOf(pr.ID); err != nil {
		return err
	}
	if v.Request, err = p.requestOn(pr.ID, nil); err != nil {
		return err
	}
	if p.needsTwo() {
		v.MayBack, v.AskBack = false, v.MayEdit
	}
	made, err := p.Programmes.History(p.ctx(), pr.ID, 0, shownVersions)
	if err != nil {
		return err
	}
	for _, m := range made {
		r := versionRow{Version: id.ID(m.Version).String(), By: author(m.By), Note: p.noteSaid(m.Note), At: m.At, Here: m.Version == pr.Version}
		is, err := p.Programmes.Version(p.ctx(), pr.ID, m.Version)
		if err != nil {
			return err
		}
		if r.Changes, err = p.changesSince(is, names); err != nil {
			return err
		}
		if !r.Here && v.MayBack {
			r.Again = p.changes(pr, is, names)
		}
		v.Made = append(v.Made, r)
	}
	return p.show(pr.Name, "/programmes", programmePage(v))
}

// versionView is a version that was in force, whole.
type versionView struct {
	Name, Path, Version, By, Note, Text string
	At                                  clock.Micros
	Parts                               []partView
}

// programmeVersion shows a version as it was in force, in words and as its text.
func (p *page) programmeVersion() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	n, err := p.param("version")
	if err != nil {
		return err
	}
	is, err := p.Programmes.Version(p.ctx(), pr.ID, int64(n))
	if err != nil {
		return err
	}
	made, err := p.Programmes.Made(p.ctx(), pr.ID, int64(n))
	if err != nil {
		return err
	}
	names := p.naming()
	text, err := draft.YAML(is, names)
	if err != nil {
		return err
	}
	v := versionView{
		Name: pr.Name, Path: programmesPath + "/" + pr.ID.String(), Version: p.text("admin.programmes.version", "version", is.Version), Text: string(text),
		Parts: p.partsOf(p.teller(names, is), is, draft.Parts(is, names), "", ""), By: author(made.By), Note: p.noteSaid(made.Note), At: made.At,
	}
	return p.show(pr.Name, "/programmes", versionPage(v))
}

// noteSaid is the note of a version; one that the program wrote, in whatever
// language, is in the reader's.
func (p *page) noteSaid(note string) string {
	const key, mark = "programme.rolled-back", "\x00"
	for _, lang := range i18n.Langs() {
		before, after, _ := strings.Cut(p.Texts.Text(lang, key, "version", mark), mark)
		rest, begins := strings.CutPrefix(note, before)
		version, ends := strings.CutSuffix(rest, after)
		if n, err := strconv.ParseInt(version, 10, 64); begins && ends && err == nil {
			return p.text(key, "version", n)
		}
	}
	return note
}

// changesSince tells how a version differs from the one before.
func (p *page) changesSince(is *rule.Programme, names *naming) ([]string, error) {
	if is.Version <= 1 {
		return nil, nil
	}
	was, err := p.Programmes.Version(p.ctx(), is.ID, is.Version-1)
	if err != nil {
		return nil, err
	}
	return p.changes(was, is, names), nil
}

// way is where in a programme something has changed, in words.
func (p *page) way(steps []draft.Step, names *naming) string {
	words := make([]string, len(steps))
	for i, s := range steps {
		switch {
		case s.Item != "":
			words[i] = p.text("programme.item."+s.Item, "name", cmp.Or(s.Name, s.ID))
		case s.Key != "":
			// Its text goes on into particulars.
			words[i] = p.text(s.Key)
			if end := strings.IndexAny(words[i], ":;"); end > 0 {
				words[i] = words[i][:end]
			}
		default:
			words[i] = names.call(rule.FieldType, s.ID)
		}
	}
	return strings.Join(words, " › ")
}

// editing is a programme's text being written.
type editing struct {
	Title, Action, Back string
	Version             string // edition of the draft
	Text                kit.Field
	Whole               string
	Wrong               []string // each with its line
	NotKept             bool     // what was typed is not saved
}

// notKept says that a text is not saved.
func notKept(ctx context.Context, e editing) string {
	if !e.NotKept {
		return ""
	}
	return ui.T(ctx, "admin.programmes.not-kept")
}

// told says what is wrong with a text.
func (p *page) told(err error, e *editing) {
	wrong := fault.From(err)
	for _, w := range wrong.Fields {
		e.Wrong = append(e.Wrong, p.placed(w))
	}
	if len(e.Wrong) == 0 {
		e.Whole = p.Texts.Fault(p.lang(), wrong)
	}
}

// toldIn is told with the lines themselves, as they were typed.
func (p *page) toldIn(text string, err error, e *editing) {
	lines := strings.Split(text, "\n")
	wrong := fault.From(err)
	for _, w := range wrong.Fields {
		said := p.placed(w)
		if w.Line > 0 && w.Line <= len(lines) {
			if line := strings.TrimSpace(lines[w.Line-1]); line != "" {
				said = p.text("admin.programmes.line-itself", "told", said, "line", clipped(line))
			}
		}
		e.Wrong = append(e.Wrong, said)
	}
	if len(e.Wrong) == 0 {
		e.Whole = p.Texts.Fault(p.lang(), wrong)
	}
}

const mostOfLine = 120 // of a line of a text that is wrong, in characters

func clipped(line string) string {
	if r := []rune(line); len(r) > mostOfLine {
		return string(r[:mostOfLine]) + "…"
	}
	return line
}

// placed is what is wrong at a place of a text, with its line.
func (p *page) placed(f fault.Field) string {
	said := p.Texts.FaultField(p.lang(), f)
	if f.Line > 0 {
		return p.text("admin.programmes.line", "line", f.Line, "text", said)
	}
	return said
}

// byWhom is the reader as versions of programmes name who has made them.
func (p *page) byWhom() string {
	return p.who.Person.Name + " (staff " + p.who.Person.ID.String() + ")"
}

// programmeBack puts a version of before into force again.
func (p *page) programmeBack() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	to, err := numberOf(f.get("to"))
	if err != nil {
		return err
	}
	was, err := numberOf(f.get("was"))
	if err != nil {
		return err
	}
	again, err := p.Programmes.Version(p.ctx(), pr.ID, to)
	if err != nil {
		return err
	}
	if err := p.covers(again); err != nil {
		return err
	}
	if _, err := p.Programmes.Rollback(p.ctx(), pr.ID, to, was, p.byWhom(), p.text("programme.rolled-back", "version", to)); err != nil {
		if fault.Is(err, "programme.version") {
			wants, err := contentOf(*again)
			if err != nil {
				return err
			}
			return p.toOvertaken("", wants, "programme-back")
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(programmesPath+"/"+pr.ID.String(), "programme-back")
}
