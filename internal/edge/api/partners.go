package api

import (
	"context"
	"net/http"
	"slices"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// PartnerBody is what is told of a partner.
type PartnerBody struct {
	Code string `json:"code" minLength:"1" maxLength:"64" example:"cinema"`
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

// PartnerChange is a partner as it is to be.
type PartnerChange struct {
	PartnerBody
	Change
}

// Partner is an organization of a coalition that owns outlets.
type Partner struct {
	ID id.ID `json:"id"`
	PartnerBody
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

// OutletBody is what is told of an outlet.
type OutletBody struct {
	Partner    id.ID  `json:"partner"`
	Code       string `json:"code" minLength:"1" maxLength:"64" example:"hall-1"`
	Name       string `json:"name" minLength:"1" maxLength:"200"`
	Zone       string `json:"zone" minLength:"1" maxLength:"64" example:"Asia/Yekaterinburg"`
	DayCutover *int   `json:"day_cutover,omitempty" minimum:"0" maximum:"1439" example:"240"`
	Address    string `json:"address,omitempty" maxLength:"1000"`
}

// OutletChange is an outlet as it is to be.
type OutletChange struct {
	OutletBody
	Change
}

// Outlet is one shop, cinema, box office or site that sells.
type Outlet struct {
	ID id.ID `json:"id"`
	OutletBody
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

// TillBody is what is told of a till.
type TillBody struct {
	Outlet id.ID  `json:"outlet"`
	Code   string `json:"code" minLength:"1" maxLength:"64" example:"till-2"`
	Name   string `json:"name" minLength:"1" maxLength:"200"`
}

// TillChange is a till as it is to be; its outlet stays.
type TillChange struct {
	TillBody
	Change
}

// Till is one till, terminal or sales site of an outlet.
type Till struct {
	ID id.ID `json:"id"`
	TillBody
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

type (
	listPartnersIn struct{ ListQuery }
	partnerIn      struct {
		Partner id.ID `path:"partner"`
	}
	createPartnerIn struct{ Body PartnerBody }
	changePartnerIn struct {
		Partner id.ID `path:"partner"`
		Body    PartnerChange
	}

	listOutletsIn struct {
		ListQuery
		Partner id.ID `query:"partner"`
	}
	outletIn struct {
		Outlet id.ID `path:"outlet"`
	}
	createOutletIn struct{ Body OutletBody }
	changeOutletIn struct {
		Outlet id.ID `path:"outlet"`
		Body   OutletChange
	}

	listTillsIn struct {
		ListQuery
		Outlet id.ID `query:"outlet" required:"true"`
	}
	tillIn struct {
		Till id.ID `path:"till"`
	}
	createTillIn struct{ Body TillBody }
	changeTillIn struct {
		Till id.ID `path:"till"`
		Body TillChange
	}
)

func partners(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "partners", status: status, scopes: scopes}
	}
	add(a, row("listPartners", http.MethodGet, "/partners", http.StatusOK, read), listPartners)
	add(a, row("createPartner", http.MethodPost, "/partners", http.StatusCreated, write), createPartner)
	add(a, row("getPartner", http.MethodGet, "/partners/{partner}", http.StatusOK, read), getPartner)
	add(a, row("changePartner", http.MethodPut, "/partners/{partner}", http.StatusOK, write), changePartner)

	add(a, row("listOutlets", http.MethodGet, "/outlets", http.StatusOK, read), listOutlets)
	add(a, row("createOutlet", http.MethodPost, "/outlets", http.StatusCreated, write), createOutlet)
	add(a, row("getOutlet", http.MethodGet, "/outlets/{outlet}", http.StatusOK, read), getOutlet)
	add(a, row("changeOutlet", http.MethodPut, "/outlets/{outlet}", http.StatusOK, write), changeOutlet)

	add(a, row("listTills", http.MethodGet, "/tills", http.StatusOK, read), listTills)
	add(a, row("createTill", http.MethodPost, "/tills", http.StatusCreated, write), createTill)
	add(a, row("getTill", http.MethodGet, "/tills/{till}", http.StatusOK, read), getTill)
	add(a, row("changeTill", http.MethodPut, "/tills/{till}", http.StatusOK, write), changeTill)
}

func listPartners(ctx context.Context, c *call, in *listPartnersIn) (*Page[Partner], error) {
	list, err := c.Partners.Partners(ctx, in.page())
	return pageOf(list, err, partnerOf)
}

func getPartner(ctx context.Context, c *call, in *partnerIn) (*Partner, error) {
	p, err := c.Partners.Partner(ctx, in.Partner)
	return one(p, err, partnerOf)
}

func createPartner(ctx context.Context, c *call, in *createPartnerIn) (*Partner, error) {
	return c.savePartner(ctx, partner.Partner{Code: in.Body.Code, Name: in.Body.Name})
}

func changePartner(ctx context.Context, c *call, in *changePartnerIn) (*Partner, error) {
	b := &in.Body
	return c.savePartner(ctx, partner.Partner{ID: in.Partner, Code: b.Code, Name: b.Name, State: b.State, Version: b.Version})
}

func (c *call) savePartner(ctx context.Context, p partner.Partner) (*Partner, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, p, c.Partners.SavePartner, partnerOf)
}

func partnerOf(p partner.Partner) Partner {
	return Partner{ID: p.ID, PartnerBody: PartnerBody{Code: p.Code, Name: p.Name}, State: p.State, Version: p.Version}
}

func listOutlets(ctx context.Context, c *call, in *listOutletsIn) (*Page[Outlet], error) {
	list, err := c.Partners.Outlets(ctx, in.Partner, in.page())
	list.Items = slices.DeleteFunc(list.Items, func(o partner.Outlet) bool { return !c.who.At(o.ID) })
	return pageOf(list, err, outletOf)
}

func getOutlet(ctx context.Context, c *call, in *outletIn) (*Outlet, error) {
	if err := c.at(in.Outlet); err != nil {
		return nil, err
	}
	o, err := c.Partners.Outlet(ctx, in.Outlet)
	return one(o, err, outletOf)
}

func createOutlet(ctx context.Context, c *call, in *createOutletIn) (*Outlet, error) {
	return c.saveOutlet(ctx, in.Body.outlet(partner.DefaultCutover))
}

func changeOutlet(ctx context.Context, c *call, in *changeOutletIn) (*Outlet, error) {
	old, err := c.Partners.Outlet(ctx, in.Outlet)
	if err != nil {
		return nil, err
	}
	o := in.Body.outlet(old.Cutover)
	o.ID, o.State, o.Version = in.Outlet, in.Body.State, in.Body.Version
	return c.saveOutlet(ctx, o)
}

func (c *call) saveOutlet(ctx context.Context, o partner.Outlet) (*Outlet, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, o, c.Partners.SaveOutlet, outletOf)
}

// outlet is the domain's outlet, with a cut-over where none is told.
func (b *OutletBody) outlet(cutover int) partner.Outlet {
	if b.DayCutover != nil {
		cutover = *b.DayCutover
	}
	return partner.Outlet{PartnerID: b.Partner, Code: b.Code, Name: b.Name, Zone: b.Zone, Cutover: cutover, Address: b.Address}
}

func outletOf(o partner.Outlet) Outlet {
	return Outlet{
		ID: o.ID, State: o.State, Version: o.Version,
		OutletBody: OutletBody{Partner: o.PartnerID, Code: o.Code, Name: o.Name, Zone: o.Zone, DayCutover: &o.Cutover, Address: o.Address},
	}
}

func listTills(ctx context.Context, c *call, in *listTillsIn) (*Page[Till], error) {
	if err := c.at(in.Outlet); err != nil {
		return nil, err
	}
	list, err := c.Partners.Tills(ctx, in.Outlet, in.page())
	return pageOf(list, err, tillOf)
}

func getTill(ctx context.Context, c *call, in *tillIn) (*Till, error) {
	t, err := c.Partners.Till(ctx, in.Till)
	if err == nil {
		err = c.at(t.OutletID)
	}
	return one(t, err, tillOf)
}

// createTill and changeTill are open to a key with outlets, for those.
func createTill(ctx context.Context, c *call, in *createTillIn) (*Till, error) {
	b := &in.Body
	return c.saveTill(ctx, partner.Till{OutletID: b.Outlet, Code: b.Code, Name: b.Name})
}

func changeTill(ctx context.Context, c *call, in *changeTillIn) (*Till, error) {
	b := &in.Body
	return c.saveTill(ctx, partner.Till{ID: in.Till, OutletID: b.Outlet, Code: b.Code, Name: b.Name, State: b.State, Version: b.Version})
}

// saveTill needs to look at the named outlet only: a till never leaves its own.
func (c *call) saveTill(ctx context.Context, t partner.Till) (*Till, error) {
	if err := c.at(t.OutletID); err != nil {
		return nil, err
	}
	return save(ctx, c, t, c.Partners.SaveTill, tillOf)
}

func tillOf(t partner.Till) Till {
	return Till{ID: t.ID, TillBody: TillBody{Outlet: t.OutletID, Code: t.Code, Name: t.Name}, State: t.State, Version: t.Version}
}
