package verify

import (
	"fmt"
	"slices"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestSpans: whatever two keys a part lies between, its spans have the keys of it,
// each once and in their order, within a till or a drive and over several.
func TestSpans(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys := []claim{{till: -9}}
		fiscals := []fiscalKey{{}}
		for till := range 4 {
			for n := range 3 {
				k, f := claim{id.ID(till*10 + 1), fmt.Sprintf("k%d", n)}, fiscalKey{fmt.Sprintf("fn%d", till), int64(n / 2), int64(n)}
				keys, fiscals = append(keys, k), append(fiscals, f)
				if _, err := d.Exec(t.Context(), `insert into receipt_key (till_id, key, home_id, op_id, hash) values ($1, $2, 1, 1, $3)`, k.till, k.key, []byte{1}); err != nil {
					t.Fatal(err)
				}
				if _, err := d.Exec(t.Context(), `insert into fiscal_receipt (drive, number, sign, home_id, purchase_id) values ($1, $2, $3, 1, 1)`, f.drive, f.number, f.sign); err != nil {
					t.Fatal(err)
				}
			}
		}
		between(t, d, keys, `select k.till_id, k.key from receipt_key k where `, keySpans, scanClaim)
		between(t, d, fiscals, `select f.drive, f.number, f.sign from fiscal_receipt f where `, fiscalSpans, func(r db.Row) (k fiscalKey, err error) {
			return k, r.Scan(&k.drive, &k.number, &k.sign)
		})
	})
}

// between holds the spans between each two of some ordered keys to those keys.
func between[K comparable](t *testing.T, d *db.DB, keys []K, text string, spans func(from, to K) []span, scan func(db.Row) (K, error)) {
	t.Helper()
	for from := range keys {
		for to := from; to < len(keys); to++ {
			var got []K
			err := d.View(t.Context(), func(q *db.Snapshot) error {
				return eachIn(t.Context(), q, text, spans(keys[from], keys[to]), func(r db.Row) error {
					k, err := scan(r)
					got = append(got, k)
					return err
				})
			})
			if err != nil || !slices.Equal(got, keys[from+1:to+1]) {
				t.Errorf("after %v up to %v: %v: %v", keys[from], keys[to], got, err)
			}
		}
	}
}
