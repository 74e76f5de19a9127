package api

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ProgrammeText is a whole programme in the form of package draft, which
// reads it: as JSON here, and as YAML where a caller speaks it.
type ProgrammeText []byte

// UnmarshalJSON keeps the text as it is.
func (t *ProgrammeText) UnmarshalJSON(b []byte) error {
	*t = bytes.Clone(b)
	return nil
}

// MarshalJSON gives the text.
func (t ProgrammeText) MarshalJSON() ([]byte, error) { return t, nil }

// Schema leaves the particulars to the JSON Schema of the text.
func (ProgrammeText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Extensions: map[string]any{"x-schema": draft.SchemaURL}}
}

// Programme is a loyalty programme in one version.
type Programme struct {
	ID      id.ID         `json:"id"`
	Version int64         `json:"version"`
	Code    string        `json:"code"`
	Name    string        `json:"name"`
	Text    ProgrammeText `json:"text"`

	of    *rule.Programme
	names draft.Names
}

// NewProgramme is a programme that is to be.
type NewProgramme struct {
	Text ProgrammeText `json:"text"`
	Note string        `json:"note,omitempty" maxLength:"1000"`
}

// ProgrammeChange is a programme as it is to be, made from the version that
// was read before; where that is no longer the newest nothing is changed.
type ProgrammeChange struct {
	Version int64         `json:"version" minimum:"1"`
	Text    ProgrammeText `json:"text"`
	Note    string        `json:"note,omitempty" maxLength:"1000"`
}

// ProgrammeRollback asks for a new version that is equal to an old one.
type ProgrammeRollback struct {
	Version int64  `json:"version" minimum:"1"`
	Back    int64  `json:"back" minimum:"1"`
	Note    string `json:"note,omitempty" maxLength:"1000"`
}

// ProgrammeVersion says when a version was made, by whom and why.
type ProgrammeVersion struct {
	Version int64  `json:"version"`
	MadeAt  Time   `json:"made_at"`
	MadeBy  string `json:"made_by"`
	Note    string `json:"note,omitempty"`
}

// ProgrammeDifference is how two programmes differ.
type ProgrammeDifference struct {
	Changes []ProgrammeDelta `json:"changes"`
}

// ProgrammeDelta is one difference between two programmes.
type ProgrammeDelta struct {
	What string `json:"what" enum:"added,removed,changed,moved"`
	Path string `json:"path" example:"campaigns[may].rules[third].rate"`
	Was  string `json:"was,omitempty"`
	Is   string `json:"is,omitempty"`
}

// ProgrammeCheck is what can be said of a programme that is right.
type ProgrammeCheck struct {
	Warnings []ProgrammeWarning `json:"warnings"`
}

// ProgrammeWarning is something in a programme that can't act.
type ProgrammeWarning struct {
	Path   string `json:"path" example:"campaigns[0].to"`
	Code   string `json:"code" example:"programme.warn-over"`
	Detail string `json:"detail"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// yaml is the programme as text that people read.
func (p *Programme) yaml() ([]byte, error) { return draft.YAML(p.of, p.names) }

const yamlType = "application/yaml"

// yamlBody is a body that may also come as YAML.
type yamlBody interface {
	readYAML(text []byte, h http.Header) error
}

// yamlAnswer is an answer that may also be asked for as YAML.
type yamlAnswer interface{ yaml() ([]byte, error) }

func (p *NewProgramme) readYAML(text []byte, _ http.Header) error {
	p.Text = bytes.Clone(text)
	return nil
}

// readYAML takes the version from If-Match, where the ETag is given back.
func (p *ProgrammeChange) readYAML(text []byte, h http.Header) error {
	p.Text = bytes.Clone(text)
	match := h.Get("If-Match")
	if match == "" {
		return nil // the text may tell it
	}
	v, err := strconv.ParseInt(strings.Trim(match, `"`), 10, 64)
	if err != nil || v < 1 {
		return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "If-Match", Code: "programme.if-match"})
	}
	p.Version = v
	return nil
}

func isYAML(contentType string) bool {
	form, _, _ := strings.Cut(contentType, ";")
	form = strings.TrimSpace(strings.ToLower(form))
	return form == yamlType || form == "application/x-yaml" || form == "text/yaml"
}

func programmeOf(p *rule.Programme, names draft.Names) Programme {
	return Programme{
		ID: p.ID, Version: p.Version, Code: p.Code, Name: p.Name, Text: draft.JSON(p, names), of: p, names: names,
	}
}

func versionOf(m programme.Made) ProgrammeVersion {
	return ProgrammeVersion{Version: m.Version, MadeAt: Time(m.At), MadeBy: m.By, Note: m.Note}
}

func deltaOf(c draft.Change) ProgrammeDelta {
	return ProgrammeDelta{What: c.What, Path: c.Path, Was: c.Was, Is: c.Is}
}
