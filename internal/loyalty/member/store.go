package member

import (
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	memberColumns = `m.home_id, m.version, m.number, m.state, m.block_reason, m.merged_into,
 m.surname, m.name, m.patronymic, m.birth_date, m.sex, m.language,
 m.address_type, m.address_city, m.address_street, m.address_house, m.address_flat, m.address_postcode,
 m.document_type, m.document_series, m.document_number, m.document_citizenship, m.document_issued_by, m.document_issued_on,
 m.comment, m.code_word, m.category_id, m.custom,
 m.registered_at, m.registered_source, m.registered_outlet, m.registered_cashier, m.inviter, m.changed_at,
 (select x.household_id from household_member x where x.home_id = m.home_id and x.left_at is null)`

	qMember = `select ` + memberColumns + ` from member m where m.home_id = $1`

	qInsertMember = `insert into member (home_id, version, number, state, block_reason, merged_into, name_folded,
 category_id, custom, registered_at, registered_source, registered_outlet, registered_cashier, inviter, changed_at,
 surname, name, patronymic, birth_date, sex, language,
 address_type, address_city, address_street, address_house, address_flat, address_postcode,
 document_type, document_series, document_number, document_citizenship, document_issued_by, document_issued_on,
 comment, code_word)
values ($1, 1, $2, $3, '', null, $4, $5, $6, $7, $8, $9, $10, $11, $12,
 $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`

	qUpdateMember = `update member set name_folded = $2, category_id = $3, custom = $4,
 surname = $5, name = $6, patronymic = $7, birth_date = $8, sex = $9, language = $10,
 address_type = $11, address_city = $12, address_street = $13, address_house = $14, address_flat = $15, address_postcode = $16,
 document_type = $17, document_series = $18, document_number = $19, document_citizenship = $20, document_issued_by = $21,
 document_issued_on = $22, comment = $23, code_word = $24
where home_id = $1`

	qTouchMember = `update member set version = version + 1, changed_at = $2 where home_id = $1`
	qSetServed   = `update home set unserved = $2 where home_id = $1`
	qSetState    = `update member set state = $2, block_reason = $3 where home_id = $1`

	// The home's lock is the member's too.
	qLockHome = `update home set version = version + 1 where home_id = $1`

	qRelatives   = `select relative_id, kind, name, birth_date from member_relative where home_id = $1 order by relative_id`
	qPutRelative = `insert into member_relative (home_id, relative_id, kind, name, birth_date) values ($1, $2, $3, $4, $5)
 on conflict (home_id, relative_id) do update set kind = excluded.kind, name = excluded.name, birth_date = excluded.birth_date`
	qRemoveRelative = `delete from member_relative where home_id = $1 and relative_id = $2`

	qTags   = `select tag from member_tag where home_id = $1 order by tag_folded`
	qPutTag = `insert into member_tag (home_id, tag_folded, tag) values ($1, $2, $3)
 on conflict (home_id, tag_folded) do update set tag = excluded.tag`
	qRemoveTag = `delete from member_tag where home_id = $1 and tag_folded = $2`

	qGroupsOf = `select group_id from member_in_group where home_id = $1 order by group_id`

	qRules     = `select rules, version from member_settings where one = 1`
	qSaveRules = `insert into member_settings (one, version, rules) values (1, 1, $1)
 on conflict (one) do update set version = member_settings.version + 1, rules = excluded.rules
 where member_settings.version = $2`
)

// scanMember reads memberColumns.
func scanMember(r db.Row) (Member, error) {
	var m Member
	var custom string
	var merged, category, outlet, cashier, inviter, household *int64
	p := &m.Profile
	dest := append(make([]any, 0, 35), &m.Home, &m.Version, &m.Number, &m.State, &m.BlockReason, &merged)
	for i := range profileFields {
		dest = append(dest, profileFields[i].at(p))
	}
	dest = append(dest, &category, &custom, &m.Registered.At, &m.Registered.Source, &outlet, &cashier, &inviter, &m.ChangedAt, &household)
	if err := r.Scan(dest...); err != nil {
		return Member{}, err
	}
	m.MergedInto, m.Household, m.Registered.Inviter = home.ID(orZero(merged)), id.ID(orZero(household)), home.ID(orZero(inviter))
	p.Category, m.Registered.Outlet, m.Registered.Cashier = id.ID(orZero(category)), id.ID(orZero(outlet)), id.ID(orZero(cashier))
	return m, json.Unmarshal([]byte(custom), &p.Custom)
}

func orZero(v *int64) int64 {
	if v == nil {
		return 0
	}
	return *v
}

// profileArgs gives the texts of a profile in the order of their columns.
func profileArgs(args []any, p *Profile) []any {
	for i := range profileFields {
		args = append(args, *profileFields[i].at(p))
	}
	return args
}

func customText(values map[string]string) (string, error) {
	if len(values) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(values)
	return string(b), err
}

func scanRelative(r db.Row) (Relative, error) {
	var v Relative
	err := r.Scan(&v.ID, &v.Kind, &v.Name, &v.BirthDate)
	return v, err
}
