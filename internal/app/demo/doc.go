// Package demo fills a base with a believable organization, so that whoever
// starts the program for the first time sees it at work: a cinema with a bar,
// a theatre's box office and two shops, a programme with levels and campaigns
// (programme.yaml), members with cards, a playbill of two weeks, half a year of receipts, families, orders
// that wait for their payment, and receipts of nobody's.
//
// Everybody in it is invented. Phones are of the code 945, which no operator
// in Russia has; e-mails are of example.com. The same seed and the same day
// give the same organization.
package demo

import (
	"context"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Parts are what the demo fills a base through.
type Parts struct {
	DB         *db.DB
	IDs        *id.Maker
	Clock      clock.Clock
	Partners   *partner.Registry
	Directory  *partner.Directory
	Identity   *identity.Registry
	Products   *catalog.Registry
	Playbill   *playbill.Registry
	Members    *member.Members
	Cards      *card.Cards
	Programmes *programme.Programmes
	Desk       *purchase.Desk
	Privacy    *privacy.Privacy
	Staff      *staff.Staff
	Refresh    func(ctx context.Context) error // takes in new reference data
}

// Size says how much to make.
type Size struct {
	Members  int
	Receipts int
	Days     int // back from now
}

// Usual is the size of the demo: half a year of a small organization.
func Usual() Size { return Size{Members: 2000, Receipts: 24_000, Days: 182} }
