package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// erased are the statements that take a person out of his members' rows, in
// their order; $1 are the homes.
var erased = []struct {
	table string
	what  []string
	text  func(in func(column string) string) string
}{
	{"one_time_code", nil, func(in func(string) string) string {
		return `delete from one_time_code where (kind, value) in (select kind, value from identifier where ` + in("home_id") + `)`
	}},
	{"one_time_code_count", nil, func(in func(string) string) string {
		return `delete from one_time_code_count where (kind, value) in (select kind, value from identifier where ` + in("home_id") + `)`
	}},
	{"guest_due", nil, func(in func(string) string) string { return `delete from guest_due where ` + in("home_id") }},
	{"identifier", nil, func(in func(string) string) string {
		return `delete from identifier where kind <> 'number' and ` + in("home_id")
	}},
	{"member_relative", nil, func(in func(string) string) string { return `delete from member_relative where ` + in("home_id") }},
	{"member_tag", nil, func(in func(string) string) string { return `delete from member_tag where ` + in("home_id") }},
	{"member_in_group", nil, func(in func(string) string) string { return `delete from member_in_group where ` + in("home_id") }},
	{"member_change", []string{"old_value", "new_value"}, func(in func(string) string) string {
		return `update member_change set old_value = '', new_value = ''
 where field not in ('state', 'registered', 'household') and (old_value <> '' or new_value <> '') and ` + in("home_id")
	}},
	{"member_merge", []string{"kept"}, func(in func(string) string) string {
		return `update member_merge set kept = null where kept is not null and ` + in("home_id")
	}},
	{"consent", []string{"ip", "user_agent", "proof"}, func(in func(string) string) string {
		return `update consent set ip = '', user_agent = '', proof = '' where (ip <> '' or user_agent <> '' or proof <> '') and ` + in("home_id")
	}},
	{"household", []string{"name"}, func(in func(string) string) string {
		return `update household set name = '' where name <> '' and ` + in("founder")
	}},
}

const qContactsIn = `select distinct kind, value from identifier where `

// What of a member's own row is emptied; the home, the number, when and where
// he was registered, and the state stay.
const qEraseMember = `update member set version = version + 1, state = case when state = 'merged' then state else 'closed' end, erasure_id = $2, changed_at = $3,
 block_reason = '', surname = '', name = '', patronymic = '', name_folded = $4, birth_date = '', sex = '', language = '',
 address_type = '', address_city = '', address_street = '', address_house = '', address_flat = '', address_postcode = '',
 document_type = '', document_series = '', document_number = '', document_citizenship = '', document_issued_by = '', document_issued_on = '',
 comment = '', code_word = '', category_id = null, custom = '{}' where `

var erasedOfMember = []string{
	"surname", "name", "patronymic", "birth_date", "sex", "language", "address", "document", "comment", "code_word", "category", "custom", "block_reason",
}

// Erase takes a person out of the rows of his members, whose homes are locked,
// and closes them. What stays tells nobody who he was.
func Erase(ctx context.Context, q db.Q, maker *id.Maker, homes []home.ID, erasure id.ID, at clock.Micros) ([]home.Wiped, error) {
	ids := home.Numbers(homes)
	in := func(column string) string { return q.Dialect().In(column, 1) }
	had, err := db.All(ctx, q, func(r db.Row) (v Ref, err error) { return v, r.Scan(&v.Kind, &v.Value) }, qContactsIn+in("home_id"), ids)
	if err == nil {
		err = leave(ctx, q, maker, had, homes, at)
	}
	if err != nil {
		return nil, err
	}
	out := make([]home.Wiped, 0, len(erased)+1)
	for _, e := range erased {
		n, err := q.Exec(ctx, e.text(in), ids)
		if err != nil {
			return nil, err
		}
		out = append(out, home.Wiped{Table: e.table, What: e.what, Rows: n})
	}
	if _, err := q.Exec(ctx, `update identifier set state = 'off', member_state = 'closed' where `+in("home_id"), ids); err != nil {
		return nil, err
	}
	if _, err := q.Exec(ctx, `update home set unserved = 'closed' where merged_into is null and `+in("home_id"), ids); err != nil {
		return nil, err
	}
	n, err := q.Exec(ctx, qEraseMember+in("home_id"), ids, erasure, at, []byte{})
	return append(out, home.Wiped{Table: "member", What: erasedOfMember, Rows: n}), err
}
