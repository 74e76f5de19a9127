package api

import (
	"context"
	"net/http"
	"slices"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// MemberRules are the organization's settings on members.
type MemberRules struct {
	Mandatory    []member.Field `json:"mandatory" maxItems:"50" example:"[\"phone\"]"`
	UniquePhone  bool           `json:"unique_phone"`
	UniqueEmail  bool           `json:"unique_email"`
	ConfirmPhone bool           `json:"confirm_phone"`
	ConfirmEmail bool           `json:"confirm_email"`
	Activation   bool           `json:"activation"`
	TillProof    int            `json:"till_proof_days" minimum:"0" maximum:"90"`
	Region       string         `json:"region" minLength:"2" maxLength:"2" example:"RU"`
	Category     id.ID          `json:"category,omitzero"`

	JoinByOrder    bool                  `json:"join_by_order"`
	JoinConsents   []member.ConsentKind  `json:"join_consents" maxItems:"2" example:"[\"rules\",\"personal_data\"]"`
	GuestPurchases member.GuestPurchases `json:"guest_purchases" enum:"off,proven,order"`

	Version int64 `json:"version" minimum:"0"`
}

// CustomFieldBody is what is told of a field that the organization has added
// to the profile.
type CustomFieldBody struct {
	Kind     member.CustomKind `json:"kind" enum:"text,number,date,bool,choice"`
	LabelRU  string            `json:"label_ru" minLength:"1" maxLength:"100"`
	LabelEN  string            `json:"label_en" minLength:"1" maxLength:"100"`
	Required bool              `json:"required" required:"false"`
	Active   bool              `json:"active"`
	Position int64             `json:"position" required:"false" minimum:"0" maximum:"1000000"`
	Choices  []Choice          `json:"choices,omitempty" maxItems:"200"`
}

// CustomField is a field that the organization has added to the profile.
type CustomField struct {
	Key string `json:"key" example:"favourite_genre"`
	CustomFieldBody
}

// Choice is one value of a field of choices.
type Choice struct {
	Key     string `json:"key" minLength:"1" maxLength:"50"`
	LabelRU string `json:"label_ru" minLength:"1" maxLength:"100"`
	LabelEN string `json:"label_en" minLength:"1" maxLength:"100"`
}

type (
	saveRulesIn       struct{ Body MemberRules }
	saveCustomFieldIn struct {
		Key  string `path:"key" maxLength:"50"`
		Body CustomFieldBody
	}
)

func memberSettings(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "groups", status: status, scopes: scopes}
	}
	add(a, row("getMemberRules", http.MethodGet, "/member-rules", http.StatusOK, read), getMemberRules)
	add(a, row("saveMemberRules", http.MethodPut, "/member-rules", http.StatusOK, write), saveMemberRules)

	add(a, row("listCustomFields", http.MethodGet, "/custom-fields", http.StatusOK, read), listCustomFields)
	add(a, row("saveCustomField", http.MethodPut, "/custom-fields/{key}", http.StatusOK, write), saveCustomField)
}

func getMemberRules(ctx context.Context, c *call, _ *struct{}) (*MemberRules, error) {
	r, version, err := member.LoadRules(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	return &MemberRules{
		Mandatory: orEmpty(r.Mandatory), UniquePhone: r.UniquePhone, UniqueEmail: r.UniqueEmail, ConfirmPhone: r.ConfirmPhone,
		ConfirmEmail: r.ConfirmEmail, Activation: r.Activation, TillProof: r.TillProof, Region: r.Region, Category: r.Category, Version: version,
		JoinByOrder: r.JoinByOrder, JoinConsents: orEmpty(r.JoinConsents), GuestPurchases: r.GuestPurchases,
	}, nil
}

func saveMemberRules(ctx context.Context, c *call, in *saveRulesIn) (*MemberRules, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	b := &in.Body
	err := c.Members.SaveRules(ctx, member.Rules{
		Mandatory: b.Mandatory, UniquePhone: b.UniquePhone, UniqueEmail: b.UniqueEmail, ConfirmPhone: b.ConfirmPhone,
		ConfirmEmail: b.ConfirmEmail, Activation: b.Activation, TillProof: b.TillProof, Region: b.Region, Category: b.Category,
		JoinByOrder: b.JoinByOrder, JoinConsents: b.JoinConsents, GuestPurchases: b.GuestPurchases,
	}, b.Version)
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	return getMemberRules(ctx, c, nil)
}

func listCustomFields(ctx context.Context, c *call, _ *struct{}) (*Page[CustomField], error) {
	list, err := member.CustomFields(ctx, c.DB)
	return all(list, err, customFieldOf)
}

// saveCustomField makes the field or changes it; its kind stays.
func saveCustomField(ctx context.Context, c *call, in *saveCustomFieldIn) (*CustomField, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	b := &in.Body
	err := c.Members.SaveCustomField(ctx, member.CustomField{
		Key: in.Key, Kind: b.Kind, LabelRU: b.LabelRU, LabelEN: b.LabelEN, Required: b.Required, Active: b.Active, Position: b.Position,
		Choices: each(b.Choices, func(v Choice) member.Choice { return member.Choice(v) }),
	})
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	list, err := member.CustomFields(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(f member.CustomField) bool { return f.Key == in.Key })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "api.no-custom-field")
	}
	return one(list[at], nil, customFieldOf)
}

func customFieldOf(f member.CustomField) CustomField {
	return CustomField{Key: f.Key, CustomFieldBody: CustomFieldBody{
		Kind: f.Kind, LabelRU: f.LabelRU, LabelEN: f.LabelEN, Required: f.Required, Active: f.Active, Position: f.Position,
		Choices: each(f.Choices, func(v member.Choice) Choice { return Choice(v) }),
	}}
}
