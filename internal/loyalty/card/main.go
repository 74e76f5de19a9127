package card

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Main is by what a member is usually found: his main phone and card.
type Main struct {
	Phone  string
	Number string // of the card; "": he has none that is on
	Type   id.ID  // of the card
}

// The kinds are looked at afterwards: SQLite would go through all of a kind.
const (
	qMains = `select i.home_id, i.kind, i.value, coalesce(c.card_type_id, 0) from identifier i left join card c on c.home_id = i.home_id and c.number = i.value
 where i.state = 'active' and `
	mainsOrder = ` order by i.main desc, i.added_at, i.value`
)

// Mains are the main phones and cards of some members, read at once.
func Mains(ctx context.Context, q db.Q, homes []home.ID) (map[home.ID]Main, error) {
	out := make(map[home.ID]Main, len(homes))
	if len(homes) == 0 {
		return out, nil
	}
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	err := q.Each(ctx, func(r db.Row) error {
		var h home.ID
		var kind member.Kind
		var value string
		var of id.ID
		if err := r.Scan((*int64)(&h), &kind, &value, (*int64)(&of)); err != nil {
			return err
		}
		m := out[h]
		switch {
		case kind == member.Phone && m.Phone == "":
			m.Phone = value
		case kind == member.Card && m.Number == "":
			m.Number, m.Type = value, of
		}
		out[h] = m
		return nil
	}, qMains+q.Dialect().In("i.home_id", 1)+mainsOrder, ids)
	return out, err
}
