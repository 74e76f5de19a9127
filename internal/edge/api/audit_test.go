package api

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestWhatKeysChangeIsNoted changes things by a key: each change is in the
// trail once as the key's doing, with texts to show it, and nothing is noted
// that was refused or only read.
func TestWhatKeysChangeIsNoted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.key("clerk", identity.Key{Scopes: []identity.Scope{identity.Admin}})
		before, err := audit.Read(t.Context(), d, audit.Filter{}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		o.run([]step{
			{as: "clerk", do: "POST /partners", body: `{"code":"mall","name":"Торговый центр"}`, want: 201, keep: "mall v=version"},
			{as: "clerk", do: "POST /partners", body: `{"code":"mall","name":"x"}`, want: 409, code: "partner.code-taken"},
			{as: "clerk", do: "PUT /partners/$mall", body: `{"code":"mall","name":"Галерея","state":"active","version":$v}`, want: 200},
			{as: "clerk", do: "GET /partners", want: 200},
			{as: "clerk", do: "POST /keys", body: `{"name":"Сайт","scopes":["members.read"]}`, want: 201, keep: "site token=token"},
		})
		list, err := audit.Read(t.Context(), d, audit.Filter{}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		list = list[:len(list)-int(before[0].Seq)]
		var got []string
		for _, r := range list {
			got = append(got, r.Action)
			if r.Actor.Kind != audit.Key || r.Actor.ID == 0 || r.Actor.Name != "clerk" {
				t.Errorf("%s by %+v", r.Action, r.Actor)
			}
			if strings.Contains(r.Before+r.After, o.names["token"]) {
				t.Errorf("a token is in %+v", r)
			}
			for _, lang := range i18n.Langs() {
				for _, key := range []string{"audit.action." + r.Action, "audit.target." + r.Target.Kind, "audit.actor." + string(r.Actor.Kind)} {
					if !o.parts.Texts.Has(lang, key) {
						t.Errorf("no text: %s %s", lang, key)
					}
				}
			}
		}
		if want := "api_key.saved partner.saved partner.saved"; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
		changes := list[1].Changes()
		if len(changes) != 1 || changes[0] != (audit.Change{Field: "name", Before: `"Торговый центр"`, After: `"Галерея"`}) {
			t.Errorf("%+v", changes)
		}
	})
}
