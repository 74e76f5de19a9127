package member

import "kopilka/internal/platform/db"

const (
	identifierColumns = `kind, value, state, main, proven_at, added_at`
	resolvedColumns   = `i.kind, i.value, i.home_id, i.member_state, i.state, i.main, i.proven_at, i.added_at`

	qIdentifiersOf = `select ` + identifierColumns + ` from identifier where home_id = $1 order by kind, main desc, added_at, value`

	// On a receipt's way: one row of the key each, the home is not touched. On
	// SQLite a statement for each kind, of which receipts have one or two.
	qResolvePG = `select ` + resolvedColumns + ` from identifier i
where (i.kind, i.value) in (select kind, value from unnest($1::text[], $2::text[]) as r (kind, value))`
	qResolveLite = `select ` + resolvedColumns + ` from identifier i
where i.kind = $1 and i.value in (select value from json_each($2))`

	qFind = `select ` + resolvedColumns + ` from identifier i
where (i.kind, i.value) in (values ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14))
order by i.kind, i.value, i.home_id`

	// SQLite would go through all phones and mails.
	identifiersOf = `select home_id, kind, value from identifier`
	byHomeLite    = ` indexed by identifier_by_home`

	contactsText  = ` where main and kind in ('phone', 'email') and `
	qContactsPG   = identifiersOf + contactsText + `home_id = any($1)`
	qContactsLite = identifiersOf + byHomeLite + contactsText + `home_id in (select value from json_each($1))`

	contactsOfText  = ` where kind in ('phone', 'email') and state = 'active' and home_id `
	qContactsOfPG   = identifiersOf + contactsOfText + anyPG + ` order by home_id, kind, value`
	qContactsOfLite = identifiersOf + byHomeLite + contactsOfText + anyLite + ` order by home_id, kind, value`

	// Whoever may not share a value must not find it shared already.
	qHolders = `select count(*) from identifier where kind = $1 and value = $2 and home_id <> $3 and state = 'active'`

	qPutIdentifier = `insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (kind, value, excl) do nothing`
	qDropIdentifier   = `delete from identifier where kind = $1 and value = $2 and home_id = $3`
	qTurnIdentifier   = `update identifier set state = $4 where kind = $1 and value = $2 and home_id = $3`
	qMainIdentifier   = `update identifier set main = $4 where kind = $1 and value = $2 and home_id = $3`
	qProveIdentifier  = `update identifier set proven_at = $4 where kind = $1 and value = $2 and home_id = $3`
	qStateIdentifiers = `update identifier set member_state = $2 where home_id = $1`
	qCloseIdentifiers = `update identifier set member_state = $2, state = 'off',
 excl = case when kind in ('phone', 'email', 'external', 'login') then home_id else excl end
where home_id = $1`
)

func scanIdentifier(r db.Row) (Identifier, error) {
	var v Identifier
	err := r.Scan(&v.Kind, &v.Value, &v.State, &v.Main, &v.ProvenAt, &v.AddedAt)
	return v, err
}

func scanResolved(r db.Row) (Resolved, error) {
	var v Resolved
	err := r.Scan(&v.Kind, &v.Value, &v.Home, &v.State, &v.Identifier, &v.Main, &v.ProvenAt, &v.AddedAt)
	return v, err
}
