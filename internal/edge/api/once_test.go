package api

import (
	"net/http"
	"sync"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// What makes something is done once under a key; a repeat is told the same
// thing without the secret, another body is refused, a refusal leaves the key
// free.
func TestOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.cardTypes()
		const other = "key.other-body"
		member := `{"identifiers":[{"kind":"phone","value":"` + phone1 + `"}],"card":{"type":"$hand"},"programmes":["$programme"]}`
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{}`, want: 400, code: "member.invalid"}, key: "m"},
			{step: step{do: "POST /members", body: member, want: 201, has: `"secret":"`, keep: "ann"}, key: "m"},
			{step: step{do: "POST /members", body: member, want: 201, has: `"id":"$ann" "has_secret":true "accounts":[{`, not: `"secret":"`}, key: "m", replayed: true},
			{step: step{do: "POST /members", body: `{"identifiers":[{"kind":"phone","value":"+79160000044"}]}`, want: 409, code: other}, key: "m"},
			{step: step{as: "admin", do: "POST /members", body: member, want: 409, code: "member.taken"}, key: "m"}, // another caller's key

			{step: step{do: "POST /members/$ann/cards", body: `{"type":"$virtual"}`, want: 201, keep: "card"}, key: "c"},
			{step: step{do: "POST /members/$ann/cards", body: `{"type":"$virtual"}`, want: 201, has: `"id":"$card"`}, key: "c", replayed: true},
			{step: step{do: "POST /members/$anna/cards", body: `{"type":"$virtual"}`, want: 409, code: other}, key: "c"},
			{step: step{do: "POST /members/$ann/cards/$card/secret", want: 200, keep: "pin=secret"}, key: "s"},
			{step: step{do: "POST /members/$ann/cards/$card/secret", want: 200, has: `"id":"$card" "has_secret":true`, not: `"secret":"`}, key: "s", replayed: true},
			{step: step{do: "POST /members/$ann/cards/$card/secret/check", body: `{"secret":"$pin"}`, want: 204}},
			{step: step{do: "POST /members/$ann/cards/$card/replace", body: `{}`, want: 201, keep: "next"}, key: "r"},
			{step: step{do: "POST /members/$ann/cards/$card/replace", body: `{}`, want: 201, has: `"id":"$next"`}, key: "r", replayed: true},
			{step: step{do: "POST /members/$ann/cards/$card/replace", body: `{}`, want: 409, code: "card.bad-state"}, key: "r2"},

			{step: step{as: "admin", do: "POST /card-batches", body: `{"type":"$plastic","size":2}`, want: 201, keep: "batch"}, key: "b"},
			{step: step{as: "admin", do: "POST /card-batches", body: `{"type":"$plastic","size":2}`, want: 201, has: `"id":"$batch" "cards":[{"number"`}, key: "b", replayed: true},
			{step: step{as: "admin", do: "POST /card-batches", body: `{"type":"$plastic","size":3}`, want: 409, code: other}, key: "b"},
			{step: step{as: "admin", do: "POST /keys", body: `{"name":"x","scopes":["members.read"]}`, want: 201, has: `"token":"`, keep: "made"}, key: "k"},
			{step: step{as: "admin", do: "POST /keys", body: `{"name":"x","scopes":["members.read"]}`, want: 201, has: `"id":"$made"`, not: "token"}, key: "k", replayed: true},

			{step: step{do: "POST /members/$ann/cards", body: `{"type":"$virtual"}`, want: 400, code: "key.invalid"}, key: string(make129())},
			{step: step{do: "POST /members/$ann/block", body: `{"reason":"x"}`, want: 400, code: "api.key-not-taken"}, key: "n"},
			{step: step{do: "GET /members/$ann", want: 200}, key: "n"},
			{step: step{do: "POST /quotes", body: `{"lines":[` + ticket + `]}`, want: 200}, key: "n"},
		})
		var cards int
		if err := d.Row(t.Context(), "select count(*) from card").Scan(&cards); err != nil || cards != 3 {
			t.Errorf("%d cards, %v", cards, err)
		}
	})
}

func make129() []byte {
	out := make([]byte, 129)
	for i := range out {
		out[i] = 'k'
	}
	return out
}

// Codes made under a key are the same ones again, and only one of many at one
// instant makes them.
func TestOnceAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.cardTypes()
		var all sync.WaitGroup
		answers := make([]*answer, 8)
		for i := range answers {
			all.Go(func() { answers[i] = s.send("till", "POST /members/$anna/cards", "one", `{"type":"$virtual"}`) })
		}
		all.Wait()
		ids, fresh := map[any]bool{}, 0
		for _, a := range answers {
			if a.status != http.StatusCreated {
				t.Fatalf("%d %s", a.status, a.body)
			}
			ids[a.json(t)["id"]] = true
			if a.header.Get(replayedHeader) == "" {
				fresh++
			}
		}
		if len(ids) != 1 || fresh != 1 {
			t.Errorf("%d cards, %d made", len(ids), fresh)
		}
	})
}
