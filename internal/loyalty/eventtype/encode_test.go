package eventtype

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestAppendJSON holds the hand-written JSON to what encoding/json reads back.
func TestAppendJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Batch{
			Events: rapid.SliceOfN(rapid.Make[Event](), 1, 3).Draw(t, "events"),
			Heads:  []Head{{Home: 5, Seq: 7, Hash: rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash")}},
		}
		doc, err := want.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		var got Batch
		if err := json.Unmarshal(doc, &got); err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}
