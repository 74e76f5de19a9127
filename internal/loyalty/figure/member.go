package figure

import (
	"context"
	"maps"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	// A member's home, and those of whom were merged into him.
	ofMember = `(select cast($1 as bigint) union all select home_id from member where merged_into = $1)`
	qNow     = `select coalesce(max(merged_into), $1) from home where home_id = $1`
	// His own receipts and those that were given to him, with what gave them; and
	// all refunds of either.
	qOfMember = `select doc, '' from purchase where home_id in ` + ofMember + `
 union all select doc, claim from purchase where claimed_by in ` + ofMember
	qBackOfMember = `select doc from refund where home_id in ` + ofMember + `
 union all select r.doc from purchase p join refund r on r.home_id = p.home_id and r.purchase_id = p.purchase_id where p.claimed_by in ` + ofMember
)

// MemberQuery asks for the figures of a member.
type MemberQuery struct {
	Home      home.ID
	Programme id.ID                   // of this one only; 0: of all
	May       func(outlet id.ID) bool // only of outlets of which it says so; nil: of all
}

// MemberFigures are those of one member: by month, as business days have it,
// and in all.
type MemberFigures struct {
	Months      []Month // those that have any, in their order
	Totals      Sums
	First, Last clock.Micros // when he bought; 0: never
}

// Month is the figures of a member in a month.
type Month struct {
	Month string // YYYY-MM
	Sums  Sums
}

// OfMember reads the figures of a member from his receipts, as of now. They are
// on whichever account he used: what a household's other members buy is theirs.
// Who was merged into another is that one.
func (r *Reader) OfMember(ctx context.Context, q MemberQuery) (out *MemberFigures, err error) {
	err = r.DB.View(ctx, func(s *db.Snapshot) error {
		out, err = OfMember(ctx, s, q)
		return err
	})
	return out, err
}

// OfMember is Reader.OfMember inside a snapshot or a transaction.
func OfMember(ctx context.Context, s db.Q, q MemberQuery) (*MemberFigures, error) {
	out := &MemberFigures{}
	months := map[string]*Sums{}
	add := func(e *event, count func(s *Sums)) {
		if q.Programme != 0 && e.programme != q.Programme || q.May != nil && !q.May(e.outlet) || len(e.day) < len("2006-01") {
			return
		}
		m := string(e.day[:len("2006-01")])
		if months[m] == nil {
			months[m] = &Sums{}
		}
		count(months[m])
	}
	var who home.ID
	if err := s.Row(ctx, qNow, q.Home).Scan((*int64)(&who)); err != nil {
		return nil, err
	}
	if err := s.Each(ctx, func(row db.Row) error {
		var doc, claim []byte
		if err := row.Scan(&doc, &claim); err != nil {
			return err
		}
		return out.purchase(doc, claim, add)
	}, qOfMember, who); err != nil {
		return nil, err
	}
	err := s.Each(ctx, func(row db.Row) error {
		var doc []byte
		if err := row.Scan(&doc); err != nil {
			return err
		}
		e, err := readRefund(doc)
		if err == nil {
			add(&e, func(s *Sums) { s.refund(&e) })
		}
		return err
	}, qBackOfMember, who)
	for _, m := range slices.Sorted(maps.Keys(months)) {
		out.Months = append(out.Months, Month{m, *months[m]})
		out.Totals.Add(months[m])
	}
	return out, err
}

// purchase counts a receipt, with what it gave since if it was given to the
// member later.
func (f *MemberFigures) purchase(doc, claim []byte, add func(e *event, count func(s *Sums))) error {
	e, err := readPurchase(doc)
	if err != nil {
		return err
	}
	given := event{}
	if len(claim) > 0 {
		if given, err = readClaim(claim); err != nil {
			return err
		}
	}
	add(&e, func(s *Sums) {
		s.purchase(&e)
		if len(claim) > 0 {
			s.claim(&given)
		}
		at := clock.Micros(e.at)
		if f.First == 0 || at < f.First {
			f.First = at
		}
		f.Last = max(f.Last, at)
	})
	return nil
}
