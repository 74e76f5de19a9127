package member

import (
	"strconv"
	"strings"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Field names one thing known about a member: in a change, in the audit
// trail, and where something is mandatory.
type Field string

// The fields that a Patch may set. Besides these, "custom." and the key of an
// own field.
const (
	FieldSurname             Field = "surname"
	FieldName                Field = "name"
	FieldPatronymic          Field = "patronymic"
	FieldBirthDate           Field = "birth_date"
	FieldSex                 Field = "sex"
	FieldLanguage            Field = "language"
	FieldAddressType         Field = "address_type"
	FieldAddressCity         Field = "address_city"
	FieldAddressStreet       Field = "address_street"
	FieldAddressHouse        Field = "address_house"
	FieldAddressFlat         Field = "address_flat"
	FieldAddressPostcode     Field = "address_postcode"
	FieldDocumentType        Field = "document_type"
	FieldDocumentSeries      Field = "document_series"
	FieldDocumentNumber      Field = "document_number"
	FieldDocumentCitizenship Field = "document_citizenship"
	FieldDocumentIssuedBy    Field = "document_issued_by"
	FieldDocumentIssuedOn    Field = "document_issued_on"
	FieldComment             Field = "comment"
	FieldCodeWord            Field = "code_word"
	FieldCategory            Field = "category" // the category's id in decimal, "" for none
)

// Fields that change by operations of their own; they name rows of the audit
// trail, and FieldPhone and FieldEmail may be mandatory.
const (
	FieldPhone      Field = "phone"
	FieldEmail      Field = "email"
	FieldCard       Field = "card"
	FieldExternal   Field = "external"
	FieldNumber     Field = "number"
	FieldLogin      Field = "login"
	FieldQR         Field = "qr"
	FieldState      Field = "state"
	FieldReason     Field = "block_reason"
	FieldTags       Field = "tags"
	FieldGroup      Field = "group"
	FieldRelative   Field = "relative"
	FieldRegistered Field = "registered"
	FieldHousehold  Field = "household" // its id
	FieldInviter    Field = "inviter"   // the member's id
)

// What stands before the key of an own field, and what after a kind of identifier
// where another is main now or one was proven.
const (
	CustomPrefix = "custom."
	MainSuffix   = "_main"
	ProvenSuffix = "_proven"
)

// Limits on what is kept of a member, texts in characters.
const (
	MaxName        = 100
	MaxShort       = 50
	MaxLine        = 200
	MaxComment     = 4000
	MaxReason      = 500
	MaxCodeWord    = 100
	MaxCustomValue = 500
	MaxTag         = 50
	MaxTags        = 50
	MaxGroups      = 100 // of one member
	MaxRelatives   = 20
	MaxPerKind     = 10 // identifiers of one kind
	MaxSource      = 40
)

// profileField is one text of a profile: where it lies and what it may be.
type profileField struct {
	name  Field
	max   int
	check func(s string) (string, *fault.Field) // nil: any one line
	at    func(*Profile) *string
}

// profileFields are a profile's texts in the order of their columns.
var profileFields = []profileField{
	{FieldSurname, MaxName, nil, func(p *Profile) *string { return &p.Surname }},
	{FieldName, MaxName, nil, func(p *Profile) *string { return &p.Name }},
	{FieldPatronymic, MaxName, nil, func(p *Profile) *string { return &p.Patronymic }},
	{FieldBirthDate, MaxShort, checkDate, func(p *Profile) *string { return &p.BirthDate }},
	{FieldSex, MaxShort, checkSex, func(p *Profile) *string { return &p.Sex }},
	{FieldLanguage, MaxShort, checkLanguage, func(p *Profile) *string { return &p.Language }},
	{FieldAddressType, MaxShort, nil, func(p *Profile) *string { return &p.Address.Type }},
	{FieldAddressCity, MaxLine, nil, func(p *Profile) *string { return &p.Address.City }},
	{FieldAddressStreet, MaxLine, nil, func(p *Profile) *string { return &p.Address.Street }},
	{FieldAddressHouse, MaxShort, nil, func(p *Profile) *string { return &p.Address.House }},
	{FieldAddressFlat, MaxShort, nil, func(p *Profile) *string { return &p.Address.Flat }},
	{FieldAddressPostcode, MaxShort, nil, func(p *Profile) *string { return &p.Address.Postcode }},
	{FieldDocumentType, MaxShort, nil, func(p *Profile) *string { return &p.Document.Type }},
	{FieldDocumentSeries, MaxShort, nil, func(p *Profile) *string { return &p.Document.Series }},
	{FieldDocumentNumber, MaxShort, nil, func(p *Profile) *string { return &p.Document.Number }},
	{FieldDocumentCitizenship, MaxShort, nil, func(p *Profile) *string { return &p.Document.Citizenship }},
	{FieldDocumentIssuedBy, MaxLine, nil, func(p *Profile) *string { return &p.Document.IssuedBy }},
	{FieldDocumentIssuedOn, MaxShort, checkDate, func(p *Profile) *string { return &p.Document.IssuedOn }},
	{FieldComment, MaxComment, checkLines, func(p *Profile) *string { return &p.Comment }},
	{FieldCodeWord, MaxCodeWord, nil, func(p *Profile) *string { return &p.CodeWord }},
}

// Get is what a profile has in a field, own ones and the category too; "": nothing.
func (p *Profile) Get(f Field) string {
	if key, own := strings.CutPrefix(string(f), CustomPrefix); own {
		return p.Custom[key]
	}
	if f == FieldCategory {
		return idText(p.Category)
	}
	for i := range profileFields {
		if profileFields[i].name == f {
			return *profileFields[i].at(p)
		}
	}
	return ""
}

// Put puts a text into a field of a profile that is to be registered, an own one or
// the category too. What is no category's id is none.
func (p *Profile) Put(f Field, v string) {
	if key, own := strings.CutPrefix(string(f), CustomPrefix); own {
		p.Custom[key] = v
		return
	}
	if f == FieldCategory {
		p.Category, _ = id.Parse(v)
		return
	}
	for i := range profileFields {
		if profileFields[i].name == f {
			*profileFields[i].at(p) = v
		}
	}
}

// mandatoryFields are those that may be called mandatory.
func mandatoryFields() []Field {
	out := []Field{FieldPhone, FieldEmail}
	for i := range profileFields {
		out = append(out, profileFields[i].name)
	}
	return append(out, FieldCategory)
}

// secret tells that the audit trail keeps that it changed, not its values.
func (f Field) secret() bool { return f == FieldCodeWord }

func idText(i id.ID) string {
	if i == 0 {
		return ""
	}
	return strconv.FormatInt(int64(i), 10)
}
