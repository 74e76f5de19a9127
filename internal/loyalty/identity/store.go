package identity

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	cashierColumns = `cashier_id, coalesce(outlet_id, 0), code, name, pin_hash <> '', state, version`

	qAllCashiers    = `select ` + cashierColumns + ` from cashier`
	qCashierByID    = qAllCashiers + ` where cashier_id = $1`
	qCashierWithPIN = `select ` + cashierColumns + `, pin_hash from cashier where code = $1`
	qCashiers       = qAllCashiers + ` where code > $1 and ($2 = '' or search_folded like $2 escape '\') and ($3 = '' or state = $3)
		and (outlet_id = $5 or outlet_id is null or $5 = 0) order by code limit $4`
	qCountCashiers = `select count(*) from cashier`
	qInsertCashier = `insert into cashier (cashier_id, outlet_id, code, name, pin_hash, pin_tries, pin_tried_at, state, version, search_folded)
		values ($1, $2, $3, $4, '', 0, 0, $5, $6, $7)`
	qUpdateCashier = `update cashier set outlet_id = $2, code = $3, name = $4, state = $5, version = $6, search_folded = $7 where cashier_id = $1`
	qSetPIN        = `update cashier set pin_hash = $2, pin_tries = 0, version = $3 where cashier_id = $1`
	// A try counts if few have been made or the last is long past.
	qCountPIN = `update cashier set pin_tries = case when pin_tried_at < $3 then 1 else pin_tries + 1 end, pin_tried_at = $2
		where cashier_id = $1 and (pin_tries < $4 or pin_tried_at < $3)`
	qTriesOfPIN = `select case when pin_tried_at < $2 then 0 else pin_tries end from cashier where cashier_id = $1`
	qClearPIN   = `update cashier set pin_tries = 0 where cashier_id = $1`

	countOutlets = `select count(*) from outlet where `
	qTillThere   = `select outlet_id from till where till_id = $1`

	keyColumns = `k.key_id, coalesce(k.till_id, 0), k.name, k.scopes, k.rate, k.state, k.created_at, coalesce(k.expires_at, 0), k.used_day, k.version`

	qKeyByID     = `select ` + keyColumns + ` from api_key k where k.key_id = $1`
	qKeyWithHash = `select ` + keyColumns + `, k.hash, coalesce(t.outlet_id, 0) from api_key k left join till t on t.till_id = k.till_id
		where k.key_id = $1`
	qKeys      = `select ` + keyColumns + ` from api_key k where k.key_id > $1 and (k.till_id = $2 or $2 = 0) order by k.key_id limit $3`
	qOwnKeys   = `select ` + keyColumns + ` from api_key k where k.till_id is null and (k.key_id < $1 or $1 = 0) order by k.key_id desc limit $2`
	qCountKeys = `select count(*) from api_key`
	qHeld      = `select count(*) from api_key where state = 'active' and (expires_at is null or expires_at > $2) and ' ' || scopes || ' ' like $1`
	qInsertKey = `insert into api_key (key_id, till_id, name, scopes, rate, hash, state, created_at, expires_at, used_day, version, search_folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11)`
	qUpdateKey = `update api_key set name = $2, scopes = $3, rate = $4, state = $5, expires_at = $6, version = $7, search_folded = $8 where key_id = $1`

	keyOutlets      = `select key_id, outlet_id from api_key_outlet where `
	qDropKeyOutlets = `delete from api_key_outlet where key_id = $1`
)

var (
	insertKeyOutlets = db.Many{
		PG:    `insert into api_key_outlet (key_id, outlet_id) select * from unnest($1::bigint[], $2::bigint[])`,
		Lite:  `insert into api_key_outlet (key_id, outlet_id) values ($1, $2)`,
		Types: []string{"bigint", "bigint"},
	}
	updateUsed = db.Many{
		PG: `update api_key set used_day = u.day from unnest($1::bigint[], $2::text[]) as u(id, day)
			where api_key.key_id = u.id and api_key.used_day < u.day`,
		Lite:  `update api_key set used_day = $2 where key_id = $1 and used_day < $2`,
		Types: []string{"bigint", "text"},
	}
)

func (c *Cashier) places() []any {
	return []any{&c.ID, &c.OutletID, &c.Code, &c.Name, &c.HasPIN, &c.State, &c.Version}
}

func scanCashier(r db.Row) (c Cashier, err error) {
	err = r.Scan(c.places()...)
	return c, err
}

func cashierByID(ctx context.Context, q db.Q, i id.ID) (Cashier, error) {
	return scanCashier(q.Row(ctx, qCashierByID, i))
}

func cashierWithPIN(ctx context.Context, q db.Q, code string) (c Cashier, hash string, err error) {
	err = q.Row(ctx, qCashierWithPIN, code).Scan(append(c.places(), &hash)...)
	return c, hash, err
}

func insertCashier(ctx context.Context, q db.Q, c Cashier) error {
	_, err := q.Exec(ctx, qInsertCashier, c.ID, db.N(c.OutletID), c.Code, c.Name, c.State, c.Version, reference.Fold(c.Code, c.Name))
	return err
}

func updateCashier(ctx context.Context, q db.Q, c Cashier) error {
	_, err := q.Exec(ctx, qUpdateCashier, c.ID, db.N(c.OutletID), c.Code, c.Name, c.State, c.Version, reference.Fold(c.Code, c.Name))
	return err
}

// outletsExist refuses outlets that are not there; 0 stands for none. The ids
// are distinct.
func outletsExist(ctx context.Context, q db.Q, outlets ...id.ID) error {
	want := plain(outlets)
	want = slices.DeleteFunc(want, func(i int64) bool { return i == 0 })
	if len(want) == 0 {
		return nil
	}
	var n int
	if err := q.Row(ctx, countOutlets+q.Dialect().In("outlet_id", 1), want).Scan(&n); err != nil {
		return err
	}
	if n != len(want) {
		return fault.New(fault.Invalid, "identity.outlet-not-found")
	}
	return nil
}

func plain(ids []id.ID) []int64 {
	out := make([]int64, len(ids))
	for i, v := range ids {
		out[i] = int64(v)
	}
	return out
}

// scopeText is a scan target for the scopes' column.
type scopeText struct{ scopes *[]Scope }

// Scan takes the column's text apart.
func (s scopeText) Scan(v any) error {
	text, _ := v.(string)
	*s.scopes = nil
	for _, name := range strings.Fields(text) {
		*s.scopes = append(*s.scopes, Scope(name))
	}
	return nil
}

func joinScopes(scopes []Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, " ")
}

func (k *Key) places() []any {
	return []any{
		&k.ID, &k.TillID, &k.Name, scopeText{&k.Scopes}, &k.Rate, &k.State, (*int64)(&k.Created), (*int64)(&k.Expires), &k.UsedDay, &k.Version,
	}
}

func scanKey(r db.Row) (k Key, err error) {
	err = r.Scan(k.places()...)
	return k, err
}

func keyByID(ctx context.Context, q db.Q, i id.ID) (Key, error) {
	k, err := scanKey(q.Row(ctx, qKeyByID, i))
	if err != nil {
		return Key{}, err
	}
	one := []Key{k}
	err = addOutlets(ctx, q, one)
	return one[0], err
}

// keyWithHash also gives the outlet of the key's till, 0 without one.
func keyWithHash(ctx context.Context, q db.Q, i id.ID) (k Key, hash []byte, outlet id.ID, err error) {
	if err := q.Row(ctx, qKeyWithHash, i).Scan(append(k.places(), &hash, &outlet)...); err != nil {
		return Key{}, nil, 0, err
	}
	one := []Key{k}
	err = addOutlets(ctx, q, one)
	return one[0], hash, outlet, err
}

func keysAfter(ctx context.Context, q db.Q, till, after id.ID, limit int) ([]Key, error) {
	keys, err := db.All(ctx, q, scanKey, qKeys, after, till, limit)
	if err != nil {
		return nil, err
	}
	return keys, addOutlets(ctx, q, keys)
}

func addOutlets(ctx context.Context, q db.Q, keys []Key) error {
	at := map[id.ID]int{}
	for i, k := range keys {
		at[k.ID] = i
	}
	return q.Each(ctx, func(r db.Row) error {
		var key, outlet id.ID
		if err := r.Scan(&key, &outlet); err != nil {
			return err
		}
		k := &keys[at[key]]
		k.OutletIDs = append(k.OutletIDs, outlet)
		return nil
	}, keyOutlets+q.Dialect().In("key_id", 1)+" order by key_id, outlet_id", plain(slices.Collect(maps.Keys(at))))
}

func insertKey(ctx context.Context, q db.Q, k Key, hash []byte) error {
	_, err := q.Exec(ctx, qInsertKey, k.ID, db.N(k.TillID), k.Name, joinScopes(k.Scopes), k.Rate, hash, k.State,
		k.Created, db.N(k.Expires), k.Version, reference.Fold(k.Name))
	return err
}

func updateKey(ctx context.Context, q db.Q, k Key) error {
	_, err := q.Exec(ctx, qUpdateKey, k.ID, k.Name, joinScopes(k.Scopes), k.Rate, k.State, db.N(k.Expires), k.Version, reference.Fold(k.Name))
	return err
}

func putKeyOutlets(ctx context.Context, q db.Q, k Key) error {
	if _, err := q.Exec(ctx, qDropKeyOutlets, k.ID); err != nil {
		return err
	}
	m := insertKeyOutlets.Of()
	for _, o := range k.OutletIDs {
		m.Add(int64(k.ID), int64(o))
	}
	return m.Run(ctx, q)
}

func writeUsed(ctx context.Context, q db.Q, used map[id.ID]string) error {
	m := updateUsed.Of()
	// In one order everywhere: two processes that write the same keys must not
	// wait for each other.
	for _, i := range slices.Sorted(maps.Keys(used)) {
		m.Add(int64(i), used[i])
	}
	return m.Run(ctx, q)
}
