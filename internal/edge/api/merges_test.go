package api

import (
	"testing"

	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestMerges: a merge is looked at first, done once under its key, refused where
// something has changed in between, and read back; tills have nothing of it.
func TestMerges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer("ann", phone1, 20000)
		s.buyer("bob", "+79160000002", 3000)
		sale := func(phone string) string { return `{"buyer":{"phone":"` + phone + `"},"lines":[` + ticket + `]}` }
		merge := `{"from":"$bob","digest":"$d","reason":"одно лицо"}`
		s.deals([]deal{
			{step: step{do: "POST /members/$ann/merge/preview", body: `{"from":"$bob"}`, want: 403, code: "api.no-till"}},
			{step: step{as: "weak", do: "POST /members/$ann/merge/preview", body: `{"from":"$bob"}`, want: 403, code: "identity.scope-missing"}},
			{step: step{as: "admin", do: "POST /members/$ann/merge/preview", body: `{"from":"$ann"}`, want: 400, code: "merge.same"}},
			{step: step{as: "admin", do: "POST /members/$ann/merge/preview", body: `{"from":"77"}`, want: 404, code: "member.not-found"}},
			{step: step{as: "admin", do: "POST /members/$ann/merge/preview", body: `{"from":"$bob"}`, want: 200, has: `"into":"$ann" "from":"$bob" "active":3000 "value":"+79160000002" "active":23000`, keep: "d=digest"}},
			{step: step{do: "GET /members/$bob", want: 200, has: `"state":"active"`}},

			// He buys in between.
			{step: step{do: "POST /purchases", body: sale("+79160000002"), want: 201, has: `"member":"$bob"`, keep: "p1"}, key: "k1"},
			{step: step{as: "admin", do: "POST /members/$ann/merge", body: merge, want: 409, code: "merge.moved"}, key: "m1"},
			{step: step{as: "admin", do: "POST /members/$bob/block", body: `{"reason":"test"}`, want: 200}},
			{step: step{as: "admin", do: "POST /members/$ann/merge/preview", body: `{"from":"$bob"}`, want: 422, code: "merge.blocked"}},
			{step: step{as: "admin", do: "POST /members/$bob/unblock", body: `{}`, want: 200}},

			{step: step{as: "admin", do: "POST /members/$ann/merge/preview", body: `{"from":"$bob"}`, want: 200, has: `"active":8000 "active":28000`, keep: "d=digest"}},
			{step: step{do: "POST /members/$ann/merge", body: merge, want: 403, code: "api.no-till"}, key: "m1"},
			{step: step{as: "admin", do: "POST /members/$ann/merge", body: merge, want: 201, has: `"into":"$ann" "from":"$bob" "active":28000 "reason":"одно лицо"`, keep: "m"}, key: "m1"},
			{step: step{as: "admin", do: "POST /members/$ann/merge", body: merge, want: 201, has: `"id":"$m"`}, key: "m1", replayed: true},
			{step: step{as: "admin", do: "POST /members/$ann/merge", body: merge, want: 201, has: `"id":"$m"`}, key: "m2"},
			{step: step{as: "admin", do: "POST /members/$bob/merge", body: `{"from":"$ann","digest":"$d","reason":"одно лицо"}`, want: 409, code: "merge.gone"}, key: "m3"},
			{step: step{as: "admin", do: "GET /merges/$m", want: 200, has: `"id":"$m" "actor_kind":"key" "source":"api" "reason":"одно лицо" "purchases":1 "was" "state":"active"`}},
			{step: step{as: "admin", do: "GET /merges", want: 200, has: `"id":"$m"`}},
			{step: step{as: "admin", do: "GET /merges?member=$ann", want: 200, has: `"id":"$m"`}},
			{step: step{as: "admin", do: "GET /merges?member=77", want: 200, has: `"items":[]`}},
			{step: step{as: "admin", do: "GET /merges/77", want: 404, code: "merge.not-found"}},
			{step: step{do: "GET /merges/$m", want: 403, code: "api.no-till"}},

			// All that named him names her.
			{step: step{do: "GET /members/$bob", want: 200, has: `"state":"merged" "merged_into":"$ann"`}},
			{step: step{do: "GET /members/find?q=%2B79160000002", want: 200, has: `"id":"$ann"`}},
			{step: step{do: "GET /members/$bob/accounts", want: 200, has: `"active":28000`}},
			{step: step{do: "POST /purchases", body: sale("+79160000002"), want: 201, has: `"member":"$ann" "active":33000`, keep: "p2"}, key: "k2"},
			{step: step{do: "GET /purchases?member=$ann", want: 200, has: `"id":"$p2" "id":"$p1"`}},
			{step: step{do: "POST /refunds", body: `{"purchase":{"id":"$p1"},"whole":true}`, want: 201, has: `"member":"$ann" "active":28000`}, key: "r1"},
			{step: step{do: "GET /members/$ann/movements", want: 200, has: `"kind":"move"`}},
			{step: step{do: "GET /members/$ann/changes?field=phone", want: 200, has: `"new":"+79160000002"`}},

			// What is personal goes with her.
			{step: step{as: "admin", do: "GET /members/$ann/export", want: 200, has: `"homes":["$ann","$bob"] "table":"member_merge" "complete":true`}},
			{step: step{as: "admin", do: "POST /members/$ann/erase", body: `{"ground":"demanded","forfeit":true}`, want: 200, has: `"table":"member_merge"`}},
			{step: step{as: "admin", do: "GET /merges/$m", want: 200, has: `"id":"$m" "erased":true`, not: "одно лицо"}},
		})
		r, err := verify.Run(t.Context(), d, verify.Options{})
		if err != nil || !r.Clean() {
			t.Errorf("%v: %+v", err, r.Breaks)
		}
	})
}
