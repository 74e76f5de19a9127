package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

type (
	programmeIn struct {
		Programme id.ID `path:"programme"`
	}
	programmeVersionIn struct {
		Programme id.ID `path:"programme"`
		Version   int64 `path:"version"`
	}
	programmeVersionsIn struct {
		Programme id.ID `path:"programme"`
		Paging
	}
	compareProgrammeIn struct {
		Programme id.ID `path:"programme"`
		From      int64 `query:"from"`
		To        int64 `query:"to"`
	}
	createProgrammeIn struct{ Body NewProgramme }
	changeProgrammeIn struct {
		Programme id.ID `path:"programme"`
		Body      ProgrammeChange
	}
	rollbackProgrammeIn struct {
		Programme id.ID `path:"programme"`
		Body      ProgrammeRollback
	}
)

func programmes(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "programmes", status: status, scopes: scopes}
	}
	add(a, row("listProgrammes", http.MethodGet, "/programmes", http.StatusOK, read).forOffice(), listProgrammes)
	add(a, row("createProgramme", http.MethodPost, "/programmes", http.StatusCreated, write), createProgramme)
	add(a, row("checkProgramme", http.MethodPost, "/programmes/check", http.StatusOK, read).forOffice(), checkProgramme)
	add(a, row("getProgramme", http.MethodGet, "/programmes/{programme}", http.StatusOK, read).forOffice(), getProgramme)
	add(a, row("changeProgramme", http.MethodPut, "/programmes/{programme}", http.StatusOK, write), changeProgramme)
	add(a, row("compareProgramme", http.MethodGet, "/programmes/{programme}/difference", http.StatusOK, read).forOffice(), compareProgramme)
	add(a, row("rollbackProgramme", http.MethodPost, "/programmes/{programme}/rollback", http.StatusOK, write), rollbackProgramme)
	add(a, row("listProgrammeVersions", http.MethodGet, "/programmes/{programme}/versions", http.StatusOK, read).forOffice(), listProgrammeVersions)
	add(a, row("getProgrammeVersion", http.MethodGet, "/programmes/{programme}/versions/{version}", http.StatusOK, read).forOffice(), getProgrammeVersion)
}

// listProgrammes gives all of them, the one that goes first first.
func listProgrammes(ctx context.Context, c *call, _ *struct{}) (*Page[Programme], error) {
	if err := c.Programmes.Refresh(ctx); err != nil {
		return nil, err
	}
	names := c.names(ctx)
	of := func(p *rule.Programme) Programme { return programmeOf(p, names) }
	return &Page[Programme]{Items: each(c.Programmes.Current().All(), of)}, names.Err()
}

func getProgramme(ctx context.Context, c *call, in *programmeIn) (*Programme, error) {
	p, err := c.programme(ctx, in.Programme)
	return c.shown(ctx, p, err)
}

func getProgrammeVersion(ctx context.Context, c *call, in *programmeVersionIn) (*Programme, error) {
	p, err := c.Programmes.Version(ctx, in.Programme, in.Version)
	return c.shown(ctx, p, err)
}

func listProgrammeVersions(ctx context.Context, c *call, in *programmeVersionsIn) (*Page[ProgrammeVersion], error) {
	if _, err := c.programme(ctx, in.Programme); err != nil {
		return nil, err
	}
	before := int64(0)
	if in.After != "" {
		v, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil || v < 1 {
			return nil, badCursor()
		}
		before = v
	}
	made, err := c.Programmes.History(ctx, in.Programme, before, in.limit())
	if err != nil {
		return nil, err
	}
	out := &Page[ProgrammeVersion]{Items: each(made, versionOf)}
	if n := len(made); n > 0 && n == in.limit() && made[n-1].Version > 1 {
		out.Next = strconv.FormatInt(made[n-1].Version, 10)
	}
	return out, nil
}

// compareProgramme compares two versions: the newest with the one before
// where they are not told.
func compareProgramme(ctx context.Context, c *call, in *compareProgrammeIn) (*ProgrammeDifference, error) {
	is, err := c.programme(ctx, in.Programme)
	if err == nil && in.To != 0 {
		is, err = c.Programmes.Version(ctx, in.Programme, in.To)
	}
	if err != nil {
		return nil, err
	}
	if in.From == 0 {
		in.From = max(is.Version-1, 1)
	}
	was, err := c.Programmes.Version(ctx, in.Programme, in.From)
	if err != nil {
		return nil, err
	}
	names := c.names(ctx)
	return &ProgrammeDifference{Changes: each(draft.Diff(was, is, names), deltaOf)}, names.Err()
}

func createProgramme(ctx context.Context, c *call, in *createProgrammeIn) (*Programme, error) {
	d, err := c.draft(ctx, in.Body.Text)
	if err != nil {
		return nil, err
	}
	p := d.Programme
	p.ID, p.Version = 0, 0
	return c.putProgramme(ctx, p, in.Body.Note)
}

func changeProgramme(ctx context.Context, c *call, in *changeProgrammeIn) (*Programme, error) {
	if _, err := c.programme(ctx, in.Programme); err != nil {
		return nil, err
	}
	d, err := c.draft(ctx, in.Body.Text)
	if err != nil {
		return nil, err
	}
	p := d.Programme
	if in.Body.Version != 0 {
		p.Version = in.Body.Version
	}
	if p.Version < 1 {
		return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "version", Code: "api.required"})
	}
	p.ID = in.Programme
	return c.putProgramme(ctx, p, in.Body.Note)
}

// checkProgramme says what is wrong with a text, as a refusal would, or what
// of it can't act.
func checkProgramme(ctx context.Context, c *call, in *createProgrammeIn) (*ProgrammeCheck, error) {
	d, err := c.draft(ctx, in.Body.Text)
	if err != nil {
		return nil, err
	}
	out := &ProgrammeCheck{Warnings: []ProgrammeWarning{}}
	names := c.names(ctx)
	facts := names.Facts(&d.Programme, c.Clock.Now())
	if err := names.Err(); err != nil {
		return nil, err
	}
	for _, f := range d.Warnings(facts) {
		out.Warnings = append(out.Warnings, ProgrammeWarning{
			Path: f.Path, Code: f.Code, Detail: c.Texts.FaultField(c.lang(), f), Line: f.Line, Column: f.Column,
		})
	}
	return out, nil
}

func rollbackProgramme(ctx context.Context, c *call, in *rollbackProgrammeIn) (*Programme, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	p, err := c.Programmes.Rollback(ctx, in.Programme, in.Body.Back, in.Body.Version, c.author(), cmp.Or(strings.TrimSpace(in.Body.Note), c.Texts.Text(c.lang(), "programme.rolled-back", "version", in.Body.Back)))
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	return c.shown(ctx, p, nil)
}

// programme is the newest version of a programme, whoever made it.
func (c *call) programme(ctx context.Context, i id.ID) (*rule.Programme, error) {
	if err := c.Programmes.Refresh(ctx); err != nil {
		return nil, err
	}
	if p := c.Programmes.Current().Get(i); p != nil {
		return p, nil
	}
	return nil, fault.New(fault.NotFound, "programme.not-found")
}

func (c *call) names(ctx context.Context) *draft.Base { return draft.NewBase(ctx, c.DB, c.Directory) }

// draft reads a programme.
func (c *call) draft(ctx context.Context, text ProgrammeText) (*draft.Draft, error) {
	names := c.names(ctx)
	d, err := draft.Read(text, names)
	if broken := names.Err(); broken != nil {
		return nil, broken
	}
	if f := fault.From(err); err != nil {
		for i := range f.Fields {
			if f.Fields[i].Path == "" { // the text as a whole
				f.Fields[i].Path = "text"
			}
		}
	}
	return d, err
}

// shown is a programme as it is answered.
func (c *call) shown(ctx context.Context, p *rule.Programme, err error) (*Programme, error) {
	if err != nil {
		return nil, err
	}
	names := c.names(ctx)
	out := programmeOf(p, names)
	c.w.Header().Set("ETag", `"`+strconv.FormatInt(p.Version, 10)+`"`)
	return &out, names.Err()
}

// author is who makes a version of a programme or a promo code: the key by its
// name, as people know it, and by its id, since names change.
func (c *call) author() string { return c.who.Name + " (key " + c.who.KeyID.String() + ")" }

func (c *call) putProgramme(ctx context.Context, p rule.Programme, note string) (*Programme, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	put, err := c.Programmes.PutNoted(ctx, p, c.author(), note)
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	return c.shown(ctx, put, nil)
}
