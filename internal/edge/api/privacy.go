package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// MemberExport is a copy of all that is held on a person.
type MemberExport struct {
	Format   string          `json:"format" example:"kopilka.member-export.1"`
	MadeAt   Time            `json:"made_at"`
	Member   home.ID         `json:"member"`
	Homes    []home.ID       `json:"homes"`
	Sections []ExportSection `json:"sections"`
	Complete bool            `json:"complete"`

	copied *privacy.Copy
}

// ExportSection is what one table holds.
type ExportSection struct {
	Table string      `json:"table"`
	Rows  []ExportRow `json:"rows"`
}

// ExportRow is a row by its columns, without those that are empty.
type ExportRow json.RawMessage

// Schema describes a row.
func (ExportRow) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

func (v *MemberExport) stream(ctx context.Context, w io.Writer) error { return v.copied.Write(ctx, w) }

// ErasureBody asks for a person to be erased.
type ErasureBody struct {
	Ground      privacy.Ground `json:"ground" enum:"withdrawn,demanded,unlawful,reached"`
	RequestedAt Time           `json:"requested_at,omitzero"`
	Reference   string         `json:"reference,omitempty" maxLength:"40" example:"17-05/2026"`
	Forfeit     bool           `json:"forfeit,omitempty"`
}

// Erasure is the act of an erasure: what was taken out, of which tables.
type Erasure struct {
	ID          id.ID            `json:"id"`
	Member      home.ID          `json:"member"`
	Homes       []home.ID        `json:"homes"`
	Number      string           `json:"number"`
	Ground      privacy.Ground   `json:"ground" enum:"withdrawn,demanded,unlawful,reached"`
	RequestedAt Time             `json:"requested_at"`
	DueOn       string           `json:"due_on" example:"2026-04-01"`
	At          Time             `json:"at"`
	OnTime      bool             `json:"on_time"`
	Reference   string           `json:"reference,omitempty"`
	ActorKind   member.ActorKind `json:"actor_kind"`
	Actor       id.ID            `json:"actor,omitzero"`
	Source      string           `json:"source"`
	Forfeited   money.Points     `json:"forfeited"`
	Tables      []ErasedTable    `json:"tables"`
}

// ErasedTable is what was taken out of a table.
type ErasedTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

type (
	eraseIn struct {
		Member home.ID `path:"member"`
		Body   ErasureBody
	}
	erasureIn struct {
		Erasure id.ID `path:"erasure"`
	}
)

// What is held on a person is for no till: whoever stands at one would have
// all of it of anybody.
func personalData(a *API) {
	scopes := []identity.Scope{identity.MembersPrivacy}
	row := func(id, method, path string, status int) operation {
		return operation{id: id, method: method, path: path, group: "privacy", status: status, scopes: scopes}.forOffice()
	}
	add(a, row("eraseMember", http.MethodPost, "/members/{member}/erase", http.StatusOK), eraseMember)
	add(a, row("listErasures", http.MethodGet, "/erasures", http.StatusOK), listErasures)
	add(a, row("getErasure", http.MethodGet, "/erasures/{erasure}", http.StatusOK), getErasure)
	add(a, row("exportMember", http.MethodGet, "/members/{member}/export", http.StatusOK), exportMember)
}

func exportMember(ctx context.Context, c *call, in *memberIn) (*MemberExport, error) {
	if err := c.whole(); err != nil { // it holds what was sold anywhere
		return nil, err
	}
	found, err := c.Privacy.Export(ctx, in.Member)
	if err != nil {
		return nil, err
	}
	return &MemberExport{copied: found}, nil
}

func eraseMember(ctx context.Context, c *call, in *eraseIn) (*Erasure, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	b := &in.Body
	v, err := c.Privacy.Erase(ctx, privacy.Erasure{
		Member: in.Member, Ground: b.Ground, RequestedAt: clock.Micros(b.RequestedAt), Reference: b.Reference, Forfeit: b.Forfeit, By: c.actor(),
	})
	return one(v, err, erasureOf)
}

func listErasures(ctx context.Context, c *call, in *Paging) (*Page[Erasure], error) {
	before, err := in.id()
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	list, err := c.Privacy.Acts(ctx, before, limit+1)
	return cut(list, err, limit, erasureOf, func(v Erasure) string { return v.ID.String() })
}

func getErasure(ctx context.Context, c *call, in *erasureIn) (*Erasure, error) {
	v, err := c.Privacy.Act(ctx, in.Erasure)
	return one(v, err, erasureOf)
}

func erasureOf(v privacy.Act) Erasure {
	return Erasure{
		ID: v.ID, Member: v.Member, Homes: v.Homes, Number: v.Number, Ground: v.Ground, RequestedAt: Time(v.RequestedAt), DueOn: v.DueOn, At: Time(v.At),
		OnTime: v.OnTime, Reference: v.Reference, ActorKind: member.ActorKind(v.ActorKind), Actor: v.Actor, Source: v.Source, Forfeited: v.Forfeited,
		Tables: each(v.Tables, func(t home.Wiped) ErasedTable {
			return ErasedTable{Table: t.Table, Columns: orEmpty(t.What), Rows: t.Rows}
		}),
	}
}
