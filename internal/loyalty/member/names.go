package member

import (
	"context"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

const (
	namesText   = `select home_id, number, surname, name, patronymic from member where home_id `
	qNamesPG    = namesText + `= any($1)`
	qNamesLite  = namesText + `in (select value from json_each($1))`
	maxNamesGot = 200
)

// Named is what a member is called in lists.
type Named struct {
	Number string
	Name   string // surname, name, patronymic; "": he has told none
	Called string // name and surname, as a cashier sees him
}

// Names are what members are called, of up to 200 at once.
func Names(ctx context.Context, q db.Q, homes []home.ID) (map[home.ID]Named, error) {
	homes = homes[:min(len(homes), maxNamesGot)]
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	out := make(map[home.ID]Named, len(homes))
	if len(ids) == 0 {
		return out, nil
	}
	err := q.Each(ctx, func(r db.Row) error {
		var h home.ID
		var n Named
		var surname, name, patronymic string
		err := r.Scan(&h, &n.Number, &surname, &name, &patronymic)
		n.Name = strings.Join(strings.Fields(surname+" "+name+" "+patronymic), " ")
		n.Called = strings.TrimSpace(name + " " + surname)
		out[h] = n
		return err
	}, pick(q, qNamesPG, qNamesLite), ids)
	return out, err
}
