package member

import (
	"context"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Filter says which members a list has; what is zero does not matter.
type Filter struct {
	State    State
	Category id.ID
	Group    id.ID
	Tag      string
	Prefix   string // of the name: surname, name, patronymic
}

// Cursor is a place in a list: after the member with that name and home.
type Cursor struct {
	Name string
	Home home.ID
}

// After is a member's place in a list.
func After(ctx context.Context, q db.Q, h home.ID) (*Cursor, error) {
	var name []byte
	if err := q.Row(ctx, qPlace, h).Scan(&name); err != nil {
		return nil, err
	}
	return &Cursor{Name: string(name), Home: h}, nil
}

const qPlace = `select name_folded from member where home_id = $1`

// Row is one member in a list.
type Row struct {
	Home       home.ID      `json:"id"`
	Number     string       `json:"number"`
	State      State        `json:"state"`
	Surname    string       `json:"surname"`
	Name       string       `json:"name"`
	Patronymic string       `json:"patronymic"`
	BirthDate  string       `json:"birth_date"`
	Category   id.ID        `json:"category,omitzero"`
	Registered clock.Micros `json:"registered_at"`
	Phone      string       `json:"phone,omitempty"` // the main one
	Email      string       `json:"email,omitempty"`

	folded []byte
}

// Page is a part of a list.
type Page struct {
	Rows []Row
	Next *Cursor // nil at the end
}

// maxPrefix bounds the text that a list is searched by, in characters.
const maxPrefix = 100

const listColumns = `m.home_id, m.number, m.state, m.surname, m.name, m.patronymic, m.birth_date, m.category_id, m.registered_at, m.name_folded`

// List gives members in the order of their names, a page at a time.
func List(ctx context.Context, q db.Q, f Filter, after *Cursor, limit int) (Page, error) {
	limit = pageSize(limit)
	query, args := f.query(after, limit)
	rows, err := db.All(ctx, q, scanRow, query, args...)
	if err != nil {
		return Page{}, err
	}
	p := Page{Rows: rows}
	if len(rows) > limit {
		p.Rows = rows[:limit]
		last := &p.Rows[limit-1]
		p.Next = &Cursor{Name: string(last.folded), Home: last.Home}
	}
	return p, addContacts(ctx, q, p.Rows)
}

// query puts the text together from constant parts: a filter that is not asked
// for must not hide from the engine which index serves the others.
func (f *Filter) query(after *Cursor, limit int) (string, []any) {
	var b strings.Builder
	var args []any
	param := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	b.WriteString(`select ` + listColumns + ` from member m`)
	if f.Group != 0 {
		b.WriteString(` join member_in_group g on g.home_id = m.home_id and g.group_id = ` + param(f.Group))
	}
	if f.Tag != "" {
		b.WriteString(` join member_tag t on t.home_id = m.home_id and t.tag_folded = ` + param(text.Fold(text.Clip(f.Tag, MaxTag))))
	}
	word := ` where `
	also := func(condition string) {
		b.WriteString(word + condition)
		word = ` and `
	}
	if f.State != "" {
		also(`m.state = ` + param(f.State))
	}
	if f.Category != 0 {
		also(`m.category_id = ` + param(f.Category))
	}
	if prefix := text.Fold(text.Clip(f.Prefix, maxPrefix)); prefix != "" {
		also(`m.name_folded >= ` + param([]byte(prefix)))
		also(`m.name_folded < ` + param(append([]byte(prefix), 0xff))) // no byte of UTF-8
	}
	if after != nil {
		also(`(m.name_folded, m.home_id) > (` + param([]byte(after.Name)) + `, ` + param(after.Home) + `)`)
	}
	b.WriteString(` order by m.name_folded, m.home_id limit ` + param(limit+1))
	return b.String(), args
}

func scanRow(r db.Row) (Row, error) {
	var v Row
	var category *int64
	err := r.Scan(&v.Home, &v.Number, &v.State, &v.Surname, &v.Name, &v.Patronymic, &v.BirthDate, &category, &v.Registered, &v.folded)
	v.Category = id.ID(orZero(category))
	return v, err
}

// addContacts puts the main phone and e-mail to each row, with one query.
func addContacts(ctx context.Context, q db.Q, rows []Row) error {
	at := make(map[home.ID]*Row, len(rows))
	homes := make([]int64, len(rows))
	for i := range rows {
		at[rows[i].Home], homes[i] = &rows[i], int64(rows[i].Home)
	}
	if len(rows) == 0 {
		return nil
	}
	return q.Each(ctx, func(r db.Row) error {
		var h home.ID
		var kind Kind
		var value string
		err := r.Scan(&h, &kind, &value)
		switch kind {
		case Phone:
			at[h].Phone = value
		case Email:
			at[h].Email = value
		}
		return err
	}, pick(q, qContactsPG, qContactsLite), homes)
}
