package admin

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
)

// TestTrailHasWords: each field of what the audit trail keeps has a text, so
// that no reader meets the program's own names.
func TestTrailHasWords(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	say := func(of, field string) {
		if slices.Contains(auditUnsaid, field) || field == "version" {
			return
		}
		for _, l := range i18n.Langs() {
			if !texts.Has(l, "audit.field."+field) {
				t.Errorf("%s: no audit.field.%s in %s", of, field, l)
			}
		}
	}
	for _, doc := range []any{
		card.Type{},
		card.Batch{},
		card.Stock{},
		catalog.Type{},
		catalog.Group{},
		catalog.Product{},
		identity.Key{},
		identity.Cashier{},
		intake.Tally{},
		member.Rules{},
		member.CustomField{},
		member.Group{},
		member.Category{},
		member.ConsentText{},
		partner.Partner{},
		partner.Outlet{},
		partner.Till{},
		playbill.Hall{},
		playbill.Event{},
		playbill.Session{},
		promo.Noted{},
		staff.Person{},
		staff.Role{},
		orgNote{},
		refundNote{},
		claimNote{},
	} {
		eachField(reflect.TypeOf(doc), func(name string) { say(reflect.TypeOf(doc).String(), name) })
	}
	// What is kept by packages that show their documents to nobody else.
	for _, field := range strings.Fields(`without_second_person request operation programme points from to kind tag group level members changed left_out rows fields size
		state by note code on at edition hash back refusal reason name url kinds cause tries error codes passkey`) {
		say("a note", field)
	}
}

func eachField(t reflect.Type, say func(string)) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.Implements(reflect.TypeFor[json.Marshaler]()) {
		return
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" && !f.Anonymous {
			name = audit.FieldName(f.Name)
		}
		if name != "" {
			say(name)
		}
		eachField(f.Type, say)
	}
}
