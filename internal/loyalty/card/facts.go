package card

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	typesInUseText = `select distinct home_id, card_type_id from card where state = 'active' and home_id `
	qTypesInUsePG  = typesInUseText + `= any($1) order by home_id, card_type_id`
	qTypesInUse    = typesInUseText + `in (select value from json_each($1)) order by home_id, card_type_id`
)

// TypesInUse adds to a batch what reads of which types members have cards in
// use. Once the batch has run they are in into.
func TypesInUse(b *db.Batch, dialect db.Dialect, homes []home.ID, into map[home.ID][]id.ID) {
	if len(homes) == 0 {
		return
	}
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	slices.Sort(ids)
	q := qTypesInUsePG
	if dialect == db.SQLite {
		q = qTypesInUse
	}
	b.Each(func(r db.Row) error {
		var h home.ID
		var t id.ID
		err := r.Scan(&h, &t)
		into[h] = append(into[h], t)
		return err
	}, q, ids)
}
