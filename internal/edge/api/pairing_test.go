package api

import (
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPair: who makes keys gives a code, and whoever types it has the till's key
// and no other's, once.
func TestPair(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /tills/$till/pairing", want: 201, has: `"until":"2026-11-22T09:15:00Z"`, keep: "old=code"},
			{do: "POST /tills/$till/pairing", want: 201, keep: "code=code"},
			{do: "POST /tills/77/pairing", want: 400, code: "identity.till-not-found"},
			{as: "outlet", do: "POST /tills/$till/pairing", want: 403, code: "api.whole-organization"},
			{as: "till", do: "POST /tills/$till/pairing", want: 403, code: "api.whole-organization"},
		})
		o.keys["none"], o.keys["wrong"] = "", "kp_x"
		unknown := func(code string) step {
			return step{as: "none", do: "POST /pair", body: `{"code":"` + code + `"}`, want: 401, code: "identity.pairing-unknown"}
		}
		o.names["typed"] = strings.ToLower(strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(o.names["code"]))
		o.run([]step{
			unknown("$old"), unknown("00000000"), unknown("ЯЯЯЯЯЯЯЯ"),
			{as: "none", do: "POST /pair", body: `{"code":"123"}`, want: 400, code: "api.invalid", at: "code api.too-short"},
			{as: "none", do: "POST /pair", body: `{}`, want: 400, code: "api.invalid", at: "code api.required"},
			{as: "wrong", do: "POST /pair", body: `{"code":"$typed"}`, want: 201, has: `"till":"$till" "outlet":"$here"`, keep: "key=key token=token"},
			unknown("$typed"),
		})
		o.keys["paired"] = o.names["token"]
		o.run([]step{
			{do: "GET /keys/$key", want: 200, has: `"till":"$till" "purchases.write"`, not: "admin points.adjust"},
			{as: "paired", do: "GET /partners", want: 200},
			{do: "POST /tills/$till/pairing", want: 201, keep: "late=code"},
		})
		o.clock.Add(identity.PairingTime)
		o.run([]step{unknown("$late")})
	})
}

// TestPairIsNotGuessed: many wrong codes are slowed for everybody, and one
// address sooner.
func TestPairIsNotGuessed(t *testing.T) {
	t.Parallel()
	o := newShop(t, dbtest.Open(t, db.SQLite))
	tries := func(addresses int) (made int) {
		for ; made < 1000; made++ {
			if w := o.knock(made%addresses, "", http.MethodPost, "/pair", "", "", `{"code":"ABCD-EFGH"}`); w.Code == http.StatusTooManyRequests {
				return made
			}
		}
		return made
	}
	if n := tries(1); n > strangers.Burst {
		t.Errorf("%d tries from one address", n)
	}
	if n := tries(500); n > codesTried.Burst {
		t.Errorf("%d tries from many", n)
	}
}
