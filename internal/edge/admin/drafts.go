package admin

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
)

// drafts is the pages on which a programme is changed before it comes into
// force. There is one truth: the text. Each form reads one part of it and
// writes that back; the rest stays as it was typed.
func drafts(a *Admin) {
	a.post("/programmes/{programme}/draft/begin", staff.ProgrammeEdit, (*page).beginDraft, OfProgramme)
	a.get("/programmes/{programme}/draft", staff.ProgrammeEdit, (*page).draftPage, OfProgramme)
	a.post("/programmes/{programme}/draft/drop", staff.ProgrammeEdit, (*page).dropDraft, OfProgramme)
	a.post("/programmes/{programme}/draft/item", staff.ProgrammeEdit, (*page).draftItem, OfProgramme)
	a.get("/programmes/{programme}/draft/text", staff.ProgrammeEdit, (*page).draftText, OfProgramme)
	a.post("/programmes/{programme}/draft/text", staff.ProgrammeEdit, (*page).draftTextSent, OfProgramme)
	a.get("/programmes/{programme}/draft/publish", staff.ProgrammeEdit, (*page).publishing, OfProgramme)
	a.post("/programmes/{programme}/draft/publish", staff.ProgrammePublish, (*page).published, OfProgramme)
	a.post("/programmes/{programme}/draft/plan/cancel", staff.ProgrammePublish, (*page).planCancelled, OfProgramme)
	a.get("/programmes/{programme}/draft/part/{part}", staff.ProgrammeEdit, (*page).draftPart, OfProgramme)
	a.post("/programmes/{programme}/draft/part/{part}", staff.ProgrammeEdit, (*page).draftPartSent, OfProgramme)
}

// drafting is a draft that is being worked on.
type drafting struct {
	*page
	stored programme.Drafted
	names  *naming
	read   *draft.Draft // nil: the text is no programme
	wrong  []string     // why
	parts  draft.Part   // of what was read
	was    *rule.Programme
	path   string
}

// drafting reads the draft of the address.
func (p *page) drafting() (*drafting, error) {
	i, err := p.param("programme")
	if err != nil {
		return nil, err
	}
	d := &drafting{page: p, names: p.naming(), path: programmesPath + "/" + i.String() + "/draft", was: p.Programmes.Current().Get(i)}
	if d.stored, err = p.Programmes.Draft(p.ctx(), i); err != nil {
		return nil, err
	}
	return d, d.take(d.stored.Text)
}

// take reads a text; what is wrong with it is told, not failed with.
func (d *drafting) take(text string) error {
	read, err := draft.Read([]byte(text), d.names)
	if broken := d.names.Err(); broken != nil {
		return broken
	}
	if err != nil {
		var e editing
		d.told(err, &e)
		d.wrong = e.Wrong
		if e.Whole != "" {
			d.wrong = append(d.wrong, e.Whole)
		}
		return nil
	}
	d.read, d.parts, d.names.of = read, draft.Parts(&read.Programme, d.names), &read.Programme
	return nil
}

// unfit says what keeps a programme that is one from coming into force: its code is
// another's, or it would let nothing more into force.
func (d *drafting) unfit() []string {
	if d.read == nil {
		return nil
	}
	var e editing
	for _, err := range []error{d.codeFree(d.read), d.Programmes.Lonely(d.ctx(), &d.read.Programme)} {
		if err != nil {
			d.told(err, &e)
		}
	}
	return e.Wrong
}

// codeFree refuses what was read if its code is another programme's.
func (d *drafting) codeFree(read *draft.Draft) error {
	pr := read.Programme
	pr.ID = d.stored.Programme
	return d.Programmes.Current().CodeFree(&pr)
}

// beginDraft makes a draft of what is in force, or goes on with the one there is.
func (p *page) beginDraft() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	path := programmesPath + "/" + pr.ID.String() + "/draft"
	text, err := draft.YAML(pr, draft.NewBase(p.ctx(), p.DB, p.Directory))
	if err != nil {
		return err
	}
	_, err = p.Programmes.SaveDraft(p.ctx(), programme.Drafted{Programme: pr.ID, Version: pr.Version, Name: pr.Name, Text: withoutVersion(string(text)), By: p.byWhom()})
	if err != nil && !fault.Is(err, "programme.draft-changed") {
		return err
	}
	return p.to(path, "")
}

// withoutVersion takes the line of the version out: the draft itself knows what
// it was begun from.
func withoutVersion(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "version:") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// draftView is a draft as it is shown whole.
type draftView struct {
	Name, Path, Sub string
	Edition         string
	Wrong           []string
	Warnings        []string
	Moved           string // it was begun from another version than is in force
	MayPublish      bool
	WhatIf          string // where it is asked what it would have come to; "": nowhere
	Parts           []partView
	Plan            planView
	Request         requestNote
}

func (p *page) draftPage() error {
	d, err := p.drafting()
	if fault.Is(err, "programme.no-draft") {
		return p.toProgramme()
	}
	if err != nil {
		return err
	}
	v := draftView{
		Name: d.stored.Name, Path: d.path, Edition: strconv.FormatInt(d.stored.Edition, 10), Wrong: d.wrong, MayPublish: p.can(staff.ProgrammePublish),
		Sub: p.text("admin.draft.sub", "by", author(d.stored.By), "ago", ui.Ago(p.ctx(), d.stored.At)),
	}
	if v.Plan, err = p.planOf(d.stored.Programme); err != nil {
		return err
	}
	if v.Request, err = p.requestOn(d.stored.Programme, &d.stored); err != nil {
		return err
	}
	if p.goes("/programmes/{programme}/what-if") {
		v.WhatIf = strings.TrimSuffix(d.path, "/draft") + "/what-if"
	}
	if d.was != nil && d.was.Version != d.stored.Version {
		v.Moved = p.text("admin.draft.moved", "version", d.was.Version)
	}
	if d.read != nil {
		if v.Warnings, err = d.warnings(); err != nil {
			return err
		}
		v.Warnings = append(v.Warnings, d.unfit()...)
		v.Parts = p.partsOf(p.teller(d.names, &d.read.Programme), &d.read.Programme, d.parts, d.path, v.Edition)
	}
	return p.show(v.Name, "/programmes", draftPage(v))
}

// toProgramme goes to the programme itself, where there is no draft of it.
func (p *page) toProgramme() error {
	if pr, err := p.programmeOf(); err == nil {
		return p.to(programmesPath+"/"+pr.ID.String(), "")
	}
	return p.to(programmesPath, "")
}

// warnings tells what of a draft can't act, and where it and another programme meet.
func (d *drafting) warnings() ([]string, error) {
	var out []string
	for _, w := range d.read.Warnings(d.names.Facts(&d.read.Programme, d.Clock.Now())) {
		out = append(out, d.inWords(w))
	}
	return append(out, d.rivals()...), d.names.Err()
}

// inWords says a fault with the part of the programme that it is about.
func (d *drafting) inWords(f fault.Field) string {
	said := d.Texts.FaultField(d.lang(), d.named(f))
	if name := d.partName(f.Path); name != "" {
		return name + ": " + said
	}
	return said
}

// partName is the rule, level or campaign that a path lies in, in words.
func (d *drafting) partName(at string) string {
	for path := at; path != ""; {
		cut := strings.LastIndexByte(path, '[')
		if cut < 0 {
			return ""
		}
		end := strings.IndexByte(path[cut:], ']')
		item := d.parts.At(path[:cut+end+1])
		if name := orID(item.Get("name").Word, item.Get("id").Word); name != "" {
			return d.text("admin.form.quoted", "label", name)
		}
		path = path[:cut]
	}
	return ""
}

// save stores a text as the draft's next edition, if the edition that was
// edited is still the newest.
func (d *drafting) save(text, edition string) error {
	n, err := numberOf(edition)
	if err != nil {
		return err
	}
	next := d.stored
	next.Edition, next.Text, next.By = n, text, d.byWhom()
	if d.read != nil {
		next.Name = d.read.Programme.Name
	}
	_, err = d.Programmes.SaveDraft(d.ctx(), next)
	return err
}

func (p *page) dropDraft() error {
	d, err := p.drafting()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	n, err := numberOf(f.get("edition"))
	if err != nil {
		return err
	}
	d.stored.Edition = n
	if err := p.Programmes.DropDraft(p.ctx(), d.stored); err != nil {
		return d.moved(err)
	}
	to := programmesPath
	if d.was != nil {
		to += "/" + d.was.ID.String()
	}
	return p.to(to, "draft-dropped")
}

// draftItem moves, copies or takes out a rule, a level or a campaign.
func (p *page) draftItem() error {
	d, err := p.drafting()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if d.read == nil {
		return p.to(d.path, "")
	}
	at := d.read.Where(f.get("what"), f.get("id"))
	e, err := draft.Open([]byte(d.stored.Text))
	if err != nil {
		return err
	}
	switch f.get("do") {
	case "up":
		err = e.Move(at, -1)
	case "down":
		err = e.Move(at, 1)
	case "cut":
		err = e.Cut(at)
	case "copy":
		item := d.parts.At(at)
		err = e.Copy(at, d.freeID(item.Get("id").Word), p.text("admin.draft.copy-of", "name", orID(item.Get("name").Word, item.Get("id").Word)))
	case "off":
		err = e.Set(at, "active", draft.Part{Word: "no"})
	case "on":
		err = e.Set(at, "active", draft.Part{})
	default:
		err = fault.New(fault.NotFound, "admin.no-page")
	}
	if err != nil {
		return err
	}
	text, err := e.Bytes()
	if err != nil {
		return err
	}
	if _, err := draft.Read(text, d.names); err != nil {
		return err
	}
	if err := d.save(string(text), f.get("edition")); err != nil {
		return d.moved(err)
	}
	return p.to(d.path, "draft-saved")
}

// freeID is an id like another that nothing in the programme has.
func (d *drafting) freeID(like string) string {
	base := strings.TrimRight(like, "0123456789")
	base = strings.TrimSuffix(base, "-")
	for i := 2; ; i++ {
		free := base + "-" + strconv.Itoa(i)
		taken := false
		for _, what := range []string{"rule", "level", "campaign"} {
			taken = taken || d.read.Where(what, free) != ""
		}
		if !taken {
			return free
		}
	}
}

func (p *page) draftText() error {
	d, err := p.drafting()
	if err != nil {
		return err
	}
	return d.askText(p.filled(url.Values{"text": {d.stored.Text}}), editing{Wrong: d.wrong})
}

func (d *drafting) askText(f *form, e editing) error {
	f.values.Set("text", strings.ReplaceAll(f.values.Get("text"), "\r\n", "\n"))
	e.Title, e.Action, e.Back, e.Version = d.stored.Name, d.path+"/text", d.path, strconv.FormatInt(d.stored.Edition, 10)
	e.Text = f.field("text", "programme-text", rows(24), most(maxProgramme))
	if e.Whole != "" || e.NotKept {
		return d.again(e.Title, "/programmes", programmeEditor(e))
	}
	return d.show(e.Title, "/programmes", programmeEditor(e))
}

// draftTextSent saves a text that is a programme. One that is none does not take the
// place of one that is: it stays in the page, with what is wrong and the lines that
// are.
func (p *page) draftTextSent() error {
	d, err := p.drafting()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(f.values.Get("text"), "\r\n", "\n")
	read, err := draft.Read([]byte(text), d.names)
	if broken := d.names.Err(); broken != nil {
		return broken
	}
	if err == nil {
		err = d.codeFree(read)
	}
	if err != nil {
		e := editing{NotKept: true}
		d.toldIn(text, err, &e)
		d.stored.Edition, err = numberOf(f.get("edition"))
		if err != nil {
			return err
		}
		return d.askText(f, e)
	}
	d.read = read
	err = d.save(text, f.get("edition"))
	if fault.Is(err, "programme.draft-changed") {
		return d.askText(f, editing{Whole: d.meanwhile()})
	}
	if err != nil {
		return err
	}
	return p.to(d.path, "draft-saved")
}

// publishView is what is seen before a draft comes into force.
type publishView struct {
	Name, Path, Back string
	Edition, Version string
	Content          string // what it would put into force
	Wrong, Warnings  []string
	Changes          []string
	New              bool
	Asks             bool // a second person puts it into force
	Two              bool // and nobody may do it alone
	Request          requestNote
	When, At, Note   kit.Field
	Plan             planView
	Whole            string
}

func (p *page) publishing() error {
	d, err := p.drafting()
	if fault.Is(err, "programme.no-draft") {
		return p.toProgramme()
	}
	if err != nil {
		return err
	}
	return d.askPublish(p.filled(url.Values{"when": {"now"}}), "")
}

func (d *drafting) askPublish(f *form, whole string) error {
	v := publishView{
		Name: d.stored.Name, Path: d.path + "/publish", Back: d.path, Edition: strconv.FormatInt(d.stored.Edition, 10), Version: "0",
		Wrong: append(d.wrong, d.unfit()...), New: d.was == nil, Asks: d.needsTwo(), Two: d.two(), Whole: whole,
	}
	if v.Asks {
		v.Path = d.path + "/ask"
	}
	if d.read != nil {
		var err error
		if v.Warnings, err = d.warnings(); err != nil {
			return err
		}
		if v.Content, err = contentOf(d.read.Programme); err != nil {
			return err
		}
		if d.was != nil {
			v.Version, v.Changes = strconv.FormatInt(d.was.Version, 10), d.changes(d.was, &d.read.Programme, d.names)
		}
	}
	v.Note = f.field("note", "note", most(1000))
	if err := d.askWhen(f, &v); err != nil {
		return err
	}
	var err error
	if v.Request, err = d.requestOn(d.stored.Programme, &d.stored); err != nil {
		return err
	}
	if whole != "" {
		return d.again(v.Name, "/programmes", publishPage(v))
	}
	return d.show(v.Name, "/programmes", publishPage(v))
}

// published puts the draft into force.
func (p *page) published() error {
	d, err := p.drafting()
	if fault.Is(err, "programme.no-draft") {
		return p.noDraft()
	}
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if d.read == nil || len(d.unfit()) > 0 {
		return d.askPublish(f, "")
	}
	put := d.read.Programme
	if err := p.covers(&put); err != nil {
		return d.askPublish(f, p.Texts.Fault(p.lang(), fault.From(err)))
	}
	if put.Version, err = numberOf(f.get("version")); err != nil {
		return err
	}
	edition := d.stored
	if edition.Edition, err = numberOf(f.get("edition")); err != nil {
		return err
	}
	if d.untimely(f) {
		return d.askPublish(f, f.wrong["when"])
	}
	if err := d.asRead(f); err != nil {
		return d.notPublished(f, err)
	}
	if f.get("when") == "at" {
		return d.plan(f, edition.Edition, put.Version)
	}
	made, err := p.Programmes.PublishDraft(p.ctx(), edition, put, p.byWhom(), f.get("note"))
	if err != nil {
		return d.notPublished(f, err)
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(programmesPath+"/"+made.ID.String(), "programme-in-force")
}

// partOf is the form that the address names.
func (p *page) partOf() string { return chi.URLParam(p.r, "part") }
