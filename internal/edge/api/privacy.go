package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/privacy"
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

// What is held on a person is for no till: whoever stands at one would have
// all of it of anybody.
func personalData(a *API) {
	scopes := []identity.Scope{identity.MembersPrivacy}
	row := func(id, method, path string, status int) operation {
		return operation{id: id, method: method, path: path, group: "privacy", status: status, scopes: scopes}.forOffice()
	}
	add(a, row("exportMember", http.MethodGet, "/members/{member}/export", http.StatusOK), exportMember)
}

func exportMember(ctx context.Context, c *call, in *memberIn) (*MemberExport, error) {
	found, err := c.Privacy.Export(ctx, in.Member)
	if err != nil {
		return nil, err
	}
	return &MemberExport{copied: found}, nil
}
