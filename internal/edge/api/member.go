package api

import (
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/id"
)

// Member is one member with all that is kept on him.
type Member struct {
	ID          home.ID      `json:"id"`
	Version     int64        `json:"version"`
	Number      string       `json:"number"`
	State       member.State `json:"state" enum:"new,active,blocked,closed,merged"`
	BlockReason string       `json:"block_reason,omitempty"`
	MergedInto  home.ID      `json:"merged_into,omitzero"`
	Household   id.ID        `json:"household,omitzero"`
	Profile     Profile      `json:"profile"`
	Identifiers []Identifier `json:"identifiers"`
	Tags        []string     `json:"tags"`
	Groups      []id.ID      `json:"groups"`
	Relatives   []Relative   `json:"relatives"`
	Registered  Origin       `json:"registered"`
	ChangedAt   Time         `json:"changed_at"`
}

// Origin says when, where and by whom a member was registered, and who had
// invited him.
type Origin struct {
	At      Time    `json:"at"`
	Source  string  `json:"source"`
	Outlet  id.ID   `json:"outlet,omitzero"`
	Cashier id.ID   `json:"cashier,omitzero"`
	Inviter home.ID `json:"inviter,omitzero"`
}

// Identifier is one identifier of a member.
type Identifier struct {
	Kind     member.Kind            `json:"kind"`
	Value    string                 `json:"value"`
	State    member.IdentifierState `json:"state" enum:"active,off"`
	Main     bool                   `json:"main"`
	ProvenAt Time                   `json:"proven_at,omitzero"`
	AddedAt  Time                   `json:"added_at"`
}

// Profile is what a member has told of himself. Every part may be left out;
// dates are YYYY-MM-DD.
type Profile struct {
	Surname    string            `json:"surname,omitempty" maxLength:"100"`
	Name       string            `json:"name,omitempty" maxLength:"100"`
	Patronymic string            `json:"patronymic,omitempty" maxLength:"100"`
	BirthDate  string            `json:"birth_date,omitempty" maxLength:"10" example:"1990-05-17"`
	Sex        string            `json:"sex,omitempty" enum:",male,female"`
	Language   string            `json:"language,omitempty" enum:",ru,en"`
	Address    Address           `json:"address,omitzero"`
	Document   Document          `json:"document,omitzero"`
	Comment    string            `json:"comment,omitempty" maxLength:"4000"`
	CodeWord   string            `json:"code_word,omitempty" maxLength:"100"`
	Category   id.ID             `json:"category,omitzero"`
	Custom     map[string]string `json:"custom,omitempty"`
}

// Address is where a member lives.
type Address struct {
	Type     string `json:"type,omitempty" maxLength:"50"`
	City     string `json:"city,omitempty" maxLength:"200"`
	Street   string `json:"street,omitempty" maxLength:"200"`
	House    string `json:"house,omitempty" maxLength:"50"`
	Flat     string `json:"flat,omitempty" maxLength:"50"`
	Postcode string `json:"postcode,omitempty" maxLength:"50"`
}

// Document is what a member has shown of himself.
type Document struct {
	Type        string `json:"type,omitempty" maxLength:"50"`
	Series      string `json:"series,omitempty" maxLength:"50"`
	Number      string `json:"number,omitempty" maxLength:"50"`
	Citizenship string `json:"citizenship,omitempty" maxLength:"50"`
	IssuedBy    string `json:"issued_by,omitempty" maxLength:"200"`
	IssuedOn    string `json:"issued_on,omitempty" maxLength:"10"`
}

// Relative is someone of a member's family.
type Relative struct {
	ID        id.ID  `json:"id,omitzero"`
	Kind      string `json:"kind" enum:"child,spouse,parent,sibling,other"`
	Name      string `json:"name,omitempty" maxLength:"100"`
	BirthDate string `json:"birth_date" maxLength:"10"`
}

// MemberRow is one member in a list.
type MemberRow struct {
	ID         home.ID      `json:"id"`
	Number     string       `json:"number"`
	State      member.State `json:"state"`
	Surname    string       `json:"surname"`
	Name       string       `json:"name"`
	Patronymic string       `json:"patronymic"`
	BirthDate  string       `json:"birth_date"`
	Category   id.ID        `json:"category,omitzero"`
	Registered Time         `json:"registered_at"`
	Phone      string       `json:"phone,omitempty"`
	Email      string       `json:"email,omitempty"`
}

func (p *Profile) in() member.Profile {
	return member.Profile{
		Surname: p.Surname, Name: p.Name, Patronymic: p.Patronymic, BirthDate: p.BirthDate, Sex: p.Sex, Language: p.Language,
		Address: member.Address(p.Address), Document: member.Document(p.Document),
		Comment: p.Comment, CodeWord: p.CodeWord, Category: p.Category, Custom: p.Custom,
	}
}

func profileOf(p *member.Profile) Profile {
	return Profile{
		Surname: p.Surname, Name: p.Name, Patronymic: p.Patronymic, BirthDate: p.BirthDate, Sex: p.Sex, Language: p.Language,
		Address: Address(p.Address), Document: Document(p.Document),
		Comment: p.Comment, CodeWord: p.CodeWord, Category: p.Category, Custom: p.Custom,
	}
}

func relativesIn(in []Relative) []member.Relative {
	return each(in, func(r Relative) member.Relative { return member.Relative(r) })
}

func memberOf(m *member.Member) Member {
	return Member{
		ID: m.Home, Version: m.Version, Number: m.Number, State: m.State, BlockReason: m.BlockReason, MergedInto: m.MergedInto, Household: m.Household,
		Profile: profileOf(&m.Profile), Identifiers: each(m.Identifiers, identifierOf), Tags: orEmpty(m.Tags), Groups: orEmpty(m.Groups),
		Relatives:  each(m.Relatives, func(r member.Relative) Relative { return Relative(r) }),
		Registered: Origin{At: Time(m.Registered.At), Source: m.Registered.Source, Outlet: m.Registered.Outlet, Cashier: m.Registered.Cashier, Inviter: m.Registered.Inviter},
		ChangedAt:  Time(m.ChangedAt),
	}
}

func identifierOf(v member.Identifier) Identifier {
	return Identifier{Kind: v.Kind, Value: v.Value, State: v.State, Main: v.Main, ProvenAt: Time(v.ProvenAt), AddedAt: Time(v.AddedAt)}
}

func rowOf(r member.Row) MemberRow {
	return MemberRow{
		ID: r.Home, Number: r.Number, State: r.State, Surname: r.Surname, Name: r.Name, Patronymic: r.Patronymic, BirthDate: r.BirthDate,
		Category: r.Category, Registered: Time(r.Registered), Phone: r.Phone, Email: r.Email,
	}
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }
