package api

import (
	"context"
	"fmt"
	"net/http"

	"kopilka/internal/loyalty/identity"
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
	createProgrammeIn struct{ Body ProgrammeBody }
	changeProgrammeIn struct {
		Programme id.ID `path:"programme"`
		Body      ProgrammeChange
	}
)

func programmes(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "programmes", status: status, scopes: scopes}
	}
	add(a, row("listProgrammes", http.MethodGet, "/programmes", http.StatusOK, read), listProgrammes)
	add(a, row("createProgramme", http.MethodPost, "/programmes", http.StatusCreated, write), createProgramme)
	add(a, row("getProgramme", http.MethodGet, "/programmes/{programme}", http.StatusOK, read), getProgramme)
	add(a, row("changeProgramme", http.MethodPut, "/programmes/{programme}", http.StatusOK, write), changeProgramme)
	add(a, row("getProgrammeVersion", http.MethodGet, "/programmes/{programme}/versions/{version}", http.StatusOK, read), getProgrammeVersion)
}

// listProgrammes gives all of them, the one that goes first first.
func listProgrammes(ctx context.Context, c *call, _ *struct{}) (*Page[Programme], error) {
	if err := c.Programmes.Refresh(ctx); err != nil {
		return nil, err
	}
	return &Page[Programme]{Items: each(c.Programmes.Current().All(), programmeOf)}, nil
}

func getProgramme(ctx context.Context, c *call, in *programmeIn) (*Programme, error) {
	p, err := c.programme(ctx, in.Programme)
	return one(p, err, programmeOf)
}

func getProgrammeVersion(ctx context.Context, c *call, in *programmeVersionIn) (*Programme, error) {
	p, err := c.Programmes.Version(ctx, in.Programme, in.Version)
	return one(p, err, programmeOf)
}

func createProgramme(ctx context.Context, c *call, in *createProgrammeIn) (*Programme, error) {
	return c.putProgramme(ctx, in.Body.programme())
}

func changeProgramme(ctx context.Context, c *call, in *changeProgrammeIn) (*Programme, error) {
	if _, err := c.programme(ctx, in.Programme); err != nil {
		return nil, err
	}
	p := in.Body.programme()
	p.ID, p.Version = in.Programme, in.Body.Version
	return c.putProgramme(ctx, p)
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

func (c *call) putProgramme(ctx context.Context, p rule.Programme) (*Programme, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	if err := c.bound(&p); err != nil {
		return nil, err
	}
	put, err := c.Programmes.Put(ctx, p, "key "+c.who.KeyID.String())
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	out := programmeOf(put)
	return &out, nil
}

// bound refuses a programme that is bound to outlets or partners that are not
// there: it would never act.
func (c *call) bound(p *rule.Programme) error {
	var wrong []fault.Field
	for i, outlet := range p.Outlets {
		if _, ok := c.Directory.Outlet(outlet); !ok {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("outlets[%d]", i), Code: "partner.outlet-not-found"})
		}
	}
	for i, partner := range p.Partners {
		if _, ok := c.Directory.Partner(partner); !ok {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("partners[%d]", i), Code: "partner.not-found"})
		}
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, "programme.invalid").With(wrong...)
	}
	return nil
}
