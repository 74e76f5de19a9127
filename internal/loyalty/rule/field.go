package rule

import (
	"slices"
	"strings"
)

// Field names what a condition looks at.
type Field string

// Fields of a line: they pick the units that a rule falls on.
const (
	FieldProduct    Field = "product" // SKU
	FieldType       Field = "type"    // product type's code
	FieldGroup      Field = "group"   // product group
	FieldEvent      Field = "event"
	FieldEventType  Field = "event_type"
	FieldSession    Field = "session"
	FieldHall       Field = "hall"
	FieldZone       Field = "zone" // price zone
	FieldSector     Field = "sector"
	FieldRow        Field = "row"
	FieldSeat       Field = "seat"
	FieldMemorandum Field = "memorandum" // yes, no
	FieldPrice      Field = "price"      // of a unit, kopecks
)

// Fields of a receipt.
const (
	FieldOutlet  Field = "outlet"
	FieldPartner Field = "partner"
	FieldTill    Field = "till"
	FieldCashier Field = "cashier"
	FieldChannel Field = "channel" // sales channel
	FieldWeekday Field = "weekday" // of the business day, 1 = Monday to 7
	FieldTime    Field = "time"    // minute of the outlet's day
	FieldDate    Field = "date"    // business day, as YYYYMMDD
	FieldSum     Field = "sum"     // kopecks of the units in scope
	FieldCount   Field = "count"   // units in scope
	FieldPayment Field = "payment" // kind of payment: the rule falls on its share
)

// Fields of a member.
const (
	FieldMember       Field = "member" // yes, no
	FieldLevel        Field = "level"
	FieldLevelDays    Field = "level_days" // since the level began
	FieldMemberGroup  Field = "member_group"
	FieldCategory     Field = "category"
	FieldCardType     Field = "card_type"
	FieldSex          Field = "sex"
	FieldAge          Field = "age" // full years
	FieldCity         Field = "city"
	FieldTag          Field = "tag"
	FieldBirthday     Field = "birthday"          // days since the nearest one, below 0 before it
	FieldRelative     Field = "relative_birthday" // the same of relatives
	FieldPurchases    Field = "purchases"         // before this one
	FieldTurnover     Field = "turnover"          // kopecks of past purchases
	FieldLastPurchase Field = "last_purchase"     // days since
	FieldRegistered   Field = "registered"        // days since
	FieldSource       Field = "source"            // how he registered
)

// CustomField begins the name of a field of the organization's own:
// "custom." and its key.
const CustomField = "custom."

// Of says what a field belongs to.
type Of uint8

// What fields belong to.
const (
	OfLine Of = iota + 1
	OfReceipt
	OfMember
)

// Form says how the values of a field are written.
type Form uint8

// The forms of values.
const (
	Words  Form = iota + 1 // texts, folded
	IDs                    // ids of reference data
	Flag                   // yes, no
	Money                  // kopecks
	Count                  // a whole number
	Days                   // a number of days
	Minute                 // minute of a day, 0 to 1439
	Date                   // a day as YYYYMMDD
	Choice                 // one of Values
)

// FieldInfo describes a field to those who offer it in forms and documents.
type FieldInfo struct {
	Field  Field
	Of     Of
	Form   Form
	Values []string // of a Choice
	needs  Needs
}

// Ranged tells whether the field is compared with a range.
func (f *FieldInfo) Ranged() bool { return f.Form >= Money && f.Form <= Date }

var weekdays = []string{"1", "2", "3", "4", "5", "6", "7"}

var fields = []FieldInfo{
	{FieldProduct, OfLine, Words, nil, 0},
	{FieldType, OfLine, Words, nil, 0},
	{FieldGroup, OfLine, IDs, nil, 0},
	{FieldEvent, OfLine, Words, nil, 0},
	{FieldEventType, OfLine, Words, nil, 0},
	{FieldSession, OfLine, Words, nil, 0},
	{FieldHall, OfLine, Words, nil, 0},
	{FieldZone, OfLine, Words, nil, 0},
	{FieldSector, OfLine, Words, nil, 0},
	{FieldRow, OfLine, Words, nil, 0},
	{FieldSeat, OfLine, Words, nil, 0},
	{FieldMemorandum, OfLine, Flag, nil, 0},
	{FieldPrice, OfLine, Money, nil, 0},

	{FieldOutlet, OfReceipt, IDs, nil, 0},
	{FieldPartner, OfReceipt, IDs, nil, 0},
	{FieldTill, OfReceipt, IDs, nil, 0},
	{FieldCashier, OfReceipt, IDs, nil, 0},
	{FieldChannel, OfReceipt, Words, nil, 0},
	{FieldWeekday, OfReceipt, Choice, weekdays, 0},
	{FieldTime, OfReceipt, Minute, nil, 0},
	{FieldDate, OfReceipt, Date, nil, 0},
	{FieldSum, OfReceipt, Money, nil, 0},
	{FieldCount, OfReceipt, Count, nil, 0},
	{FieldPayment, OfReceipt, Words, nil, 0},

	{FieldMember, OfMember, Flag, nil, 0},
	{FieldLevel, OfMember, Words, nil, 0},
	{FieldLevelDays, OfMember, Days, nil, 0},
	{FieldMemberGroup, OfMember, IDs, nil, NeedGroups},
	{FieldCategory, OfMember, IDs, nil, NeedProfile},
	{FieldCardType, OfMember, IDs, nil, NeedCards},
	{FieldSex, OfMember, Choice, []string{"male", "female"}, NeedProfile},
	{FieldAge, OfMember, Count, nil, NeedProfile},
	{FieldCity, OfMember, Words, nil, NeedProfile},
	{FieldTag, OfMember, Words, nil, NeedTags},
	{FieldBirthday, OfMember, Days, nil, NeedProfile},
	{FieldRelative, OfMember, Days, nil, NeedRelatives},
	{FieldPurchases, OfMember, Count, nil, 0},
	{FieldTurnover, OfMember, Money, nil, 0},
	{FieldLastPurchase, OfMember, Days, nil, 0},
	{FieldRegistered, OfMember, Days, nil, NeedProfile},
	{FieldSource, OfMember, Words, nil, NeedProfile},
}

var custom = FieldInfo{CustomField, OfMember, Words, nil, NeedProfile}

// Fields lists the fields that conditions may look at. An organization's own
// fields of members come besides, under CustomField.
func Fields() []FieldInfo { return slices.Clone(fields) }

// InfoOf describes a field, nil where there is none of that name.
func InfoOf(f Field) *FieldInfo {
	for i := range fields {
		if fields[i].Field == f {
			return &fields[i]
		}
	}
	if key, ok := strings.CutPrefix(string(f), CustomField); ok && key != "" && len(key) <= 60 {
		return &custom
	}
	return nil
}

// Needs says which facts of a member, beside his account, a programme's rules
// look at: only those are read.
type Needs uint8

// Facts of a member that are read only where a rule looks at them.
const (
	NeedProfile Needs = 1 << iota
	NeedGroups
	NeedTags
	NeedCards
	NeedRelatives
)
