package verify

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
)

// Empty lists and none are the same here, and what is not proved is not read.
var read = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(purchase.Purchase{}, "Mode", "Partner", "Number", "WrittenAt", "Codes", "Trace", "Would", "Balance",
		"Minute", "Channel", "Guest", "Seen", "Told", "Level", "Idle"),
	cmpopts.IgnoreFields(purchase.Line{}, "SKU", "Name", "Product", "Price", "Least", "NotPaid", "NoEarn", "Memo", "Forbids", "Groups"),
	cmpopts.IgnoreFields(rule.Place{}, "Event", "EventType", "Hall", "Zone", "Sector", "Row", "Seat"),
	cmpopts.IgnoreFields(purchase.Lot{}, "Rules"),
	cmpopts.IgnoreFields(purchase.Use{}, "Code"),
	cmpopts.IgnoreFields(purchase.Award{}, "Rule", "Campaign", "Until"),
	cmpopts.IgnoreFields(purchase.Refund{}, "Cashier", "Number", "WrittenAt", "Version", "Matched", "MatchedIn", "Flags", "Level", "LevelWas", "LevelWith", "GiftTaken", "Lapsed", "Owed", "Balance", "Taker"),
	cmpopts.IgnoreFields(purchase.RefundLine{}, "SKU"),
	cmpopts.IgnoreFields(purchase.Visit{}, "Cashier", "WrittenAt", "SKU", "Tickets", "Pending", "Level", "Balance"),
}

// hold reads what encoding/json wrote and wants the same as it reads back.
func hold[T any](t *rapid.T, by func([]byte) *T) {
	v := rapid.Make[T]().Draw(t, "document")
	doc, err := json.Marshal(v)
	if err != nil {
		t.Skip("no document", err)
	}
	want := new(T)
	if err := json.Unmarshal(doc, want); err != nil {
		t.Skip("no document", err)
	}
	got := by(doc)
	if got == nil {
		t.Fatalf("can't be read: %s", doc)
	}
	if diff := cmp.Diff(want, got, read); diff != "" {
		t.Fatalf("%s\n%s", diff, doc)
	}
}

func TestReadAsJSONDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { hold(t, readPurchase) })
	rapid.Check(t, func(t *rapid.T) { hold(t, readRefund) })
	rapid.Check(t, func(t *rapid.T) { hold(t, readVisit) })
}

func TestReadRefusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		``, `[]`, `{`, `{"home":5}`, `{"id":"x"}`, `{"lines":[{"qty":"a"}]}`, `{"lines":[{"qty":""}]}`, `{"gross":"1"}`, `{"key":"\x"}`,
		`{"lines":{}}`, `{"payments":[5]}`, `{"uses":[{"rows":[{"key":1}]}]}`,
	} {
		if p := readPurchase([]byte(doc)); p != nil {
			t.Errorf("%s is read as %+v", doc, p)
		}
		if r := readRefund([]byte(strings.ReplaceAll(doc, `[{"rows":`, ``))); r != nil && !strings.Contains(doc, "uses") {
			t.Errorf("%s is read as %+v", doc, r)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"home":"1","lines":[{"qty":"1.5","discounts":[{"rule":"x","amount":5}],"pays":[1,2]}],"key":"a\"b"}`))
	f.Fuzz(func(_ *testing.T, doc []byte) {
		readPurchase(doc)
		readRefund(doc)
		readVisit(doc)
		claimOf(doc)
	})
}
