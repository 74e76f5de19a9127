package member

import (
	"encoding/json"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Facts are what the rules of a programme may ask of a member. Words are
// folded.
type Facts struct {
	BirthDate    string
	Sex          string
	City         string
	Category     id.ID
	Custom       map[string]string // by the key of an own field
	RegisteredAt clock.Micros
	Source       string
	Groups       []id.ID
	Tags         []string
	Relatives    []string // birth dates
	TakesPart    bool     // is neither blocked nor gone, and has not withdrawn from the rules
}

// FactsWanted names the members of whom each kind of facts is wanted. What is
// wanted of nobody is not asked for.
type FactsWanted struct {
	Profile, Groups, Tags, Relatives, Part []home.ID
}

const (
	factsText         = `select home_id, birth_date, sex, address_city, category_id, custom, registered_at, registered_source from member where home_id `
	factGroupsText    = `select home_id, group_id from member_in_group where home_id `
	factTagsText      = `select home_id, tag_folded from member_tag where home_id `
	factRelativesText = `select home_id, birth_date from member_relative where home_id `
	factPartText      = `select home_id, coalesce((select action from consent c where c.home_id = m.home_id and c.kind = 'rules' order by consent_id desc limit 1), '')
 from member m where state in ('new', 'active') and home_id `
	anyPG, anyLite     = `= any($1)`, `in (select value from json_each($1))`
	qFactsPG           = factsText + anyPG
	qFactsLite         = factsText + anyLite
	qFactGroupsPG      = factGroupsText + anyPG + ` order by home_id, group_id`
	qFactGroupsLite    = factGroupsText + anyLite + ` order by home_id, group_id`
	qFactTagsPG        = factTagsText + anyPG
	qFactTagsLite      = factTagsText + anyLite
	qFactPartPG        = factPartText + anyPG
	qFactPartLite      = factPartText + anyLite
	qFactRelativesPG   = factRelativesText + anyPG + ` order by home_id, relative_id`
	qFactRelativesLite = factRelativesText + anyLite + ` order by home_id, relative_id`
)

// ReadFacts adds to a batch what reads the facts, one statement for each kind
// that is wanted. Once the batch has run they are in into; a member who is not
// there has none.
func ReadFacts(b *db.Batch, dialect db.Dialect, want *FactsWanted, into map[home.ID]*Facts) {
	ask := func(homes []home.ID, pg, lite string, scan func(db.Row) error) {
		if len(homes) == 0 {
			return
		}
		ids := make([]int64, len(homes))
		for i, h := range homes {
			ids[i] = int64(h)
		}
		slices.Sort(ids)
		if dialect == db.SQLite {
			pg = lite
		}
		b.Each(scan, pg, ids)
	}
	of := func(h home.ID) *Facts {
		f := into[h]
		if f == nil {
			f = &Facts{}
			into[h] = f
		}
		return f
	}
	ask(want.Profile, qFactsPG, qFactsLite, func(r db.Row) error { return scanFacts(r, of) })
	ask(want.Groups, qFactGroupsPG, qFactGroupsLite, func(r db.Row) error {
		var h home.ID
		var g id.ID
		err := r.Scan(&h, &g)
		of(h).Groups = append(of(h).Groups, g)
		return err
	})
	ask(want.Tags, qFactTagsPG, qFactTagsLite, func(r db.Row) error {
		h, tag, err := scanWord(r)
		tags := append(of(h).Tags, tag)
		slices.Sort(tags) // not by the base, whose order of words is its own
		of(h).Tags = tags
		return err
	})
	ask(want.Relatives, qFactRelativesPG, qFactRelativesLite, func(r db.Row) error {
		h, date, err := scanWord(r)
		of(h).Relatives = append(of(h).Relatives, date)
		return err
	})
	ask(want.Part, qFactPartPG, qFactPartLite, func(r db.Row) error {
		h, action, err := scanWord(r)
		of(h).TakesPart = ConsentAction(action) != Withdrawn
		return err
	})
}

func scanFacts(r db.Row, of func(home.ID) *Facts) error {
	var h home.ID
	var v Facts
	var category *int64
	var custom string
	if err := r.Scan(&h, &v.BirthDate, &v.Sex, &v.City, &category, &custom, &v.RegisteredAt, &v.Source); err != nil {
		return err
	}
	v.City, v.Source, v.Category = text.Fold(v.City), text.Fold(v.Source), id.ID(orZero(category))
	if err := json.Unmarshal([]byte(custom), &v.Custom); err != nil {
		return err
	}
	for key, w := range v.Custom {
		v.Custom[key] = text.Fold(w)
	}
	f := of(h)
	v.Groups, v.Tags, v.Relatives, v.TakesPart = f.Groups, f.Tags, f.Relatives, f.TakesPart
	*f = v
	return nil
}

func scanWord(r db.Row) (h home.ID, word string, err error) {
	err = r.Scan(&h, &word)
	return h, word, err
}
