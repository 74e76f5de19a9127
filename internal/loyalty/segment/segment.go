// Package segment chooses members: by conditions over every field and figure,
// or by what somebody types; in an order, a page at a time, counted.
//
// What may be asked of a member is a catalogue (Field): data that forms, the
// API, saved views and exports are made from. Texts are put together from
// constant parts of it; what was typed is only ever a parameter.
//
// A list finds members by their own rows, as they are now, and by figures
// (table member_figure), which follow the events: they are worked out anew from
// accounts and receipts some seconds after anything has happened, in a
// transaction of their own, so that no purchase pays for them (Refresher). At
// the till's busiest they may be later; Stale tells. Of figures are: level,
// points, purchases, visits, consents, the city, where he buys, and search by
// the given name. All else is live, and who was merged or erased leaves a list
// at once.
//
// What a list costs: it walks the index of its order till a page is full, or,
// where some condition leaves few (fewMembers), takes those few and sorts them.
// Which of the two is decided by counting those few first.
//
// Money in values is in roubles and points in points, with at most two
// decimals, as people write them; rows tell kopecks and hundredths.
package segment

import (
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Limits of a filter and a list.
const (
	MaxConditions = 30
	MaxValues     = 100 // of one condition
	MaxSearch     = 254 // characters
	MaxPage       = 200 // members
	MaxCount      = 10_000

	defaultPage = 50
	fewMembers  = 5000
)

// Filter says which members: those who meet every condition and whom the
// search finds. The zero Filter is everybody but the merged and the erased.
type Filter struct {
	Conditions []Condition `json:"conditions,omitempty"`
	Search     string      `json:"search,omitempty"`
}

// Condition asks something of one field. With several values any of them will
// do, but for OpBetween, which has two.
type Condition struct {
	Field  string   `json:"field"`
	Op     Op       `json:"op"`
	Values []string `json:"values,omitempty"`
}

// Order is by what a list is ordered; members who are alike in it stand by
// their ids. The zero Order is by name.
type Order struct {
	Field string `json:"field,omitempty"`
	Desc  bool   `json:"desc,omitempty"`
}

// Query asks for a page of a list.
type Query struct {
	Filter
	Order         Order
	Columns       []string // of which rows have values; codes of fields
	After, Before string   // a cursor of a page; at most one of them
	Limit         int      // 0: 50; at most MaxPage
	// Outlets narrow the list to members who have registered, bought or been
	// there; nil: all. So a narrowed employee sees whom he may have served.
	Outlets []id.ID
}

// Page is a part of a list.
type Page struct {
	Rows []Row
	Next string // cursor for Query.After; "": this is the end
	Prev string // cursor for Query.Before; "": this is the beginning
}

// Row is one member in a list.
type Row struct {
	Home   home.ID
	Number string
	Name   string // surname, name, patronymic
	Phone  string // the main one
	State  member.State
	Level  string  // id in the programme; "": none
	Values []Value // of the columns that were asked for, in their order
}

// Value is what a member has in a column.
type Value struct {
	Kind Kind
	Text string   // of texts, choices and days; "": none
	Int  int64    // of numbers; kopecks, hundredths; of times microseconds, 0: never
	List []string // of lists
}

// Lists answers queries. It is safe for concurrent use.
type Lists struct {
	DB     *db.DB
	IDs    *id.Maker // for views
	Key    []byte    // seals cursors; all processes of a base have the same
	Clock  clock.Clock
	Zone   func() *time.Location // whose days are meant; nil: UTC
	Region func() string         // where a phone without a country belongs; nil: Russia
}

func (l *Lists) zone() *time.Location {
	if l.Zone == nil {
		return time.UTC
	}
	return l.Zone()
}

func (l *Lists) region() string {
	if l.Region == nil {
		return ""
	}
	return l.Region()
}
