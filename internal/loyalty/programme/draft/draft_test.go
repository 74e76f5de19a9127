package draft_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
)

var alike = cmp.Options{
	cmpopts.IgnoreUnexported(rule.Programme{}, rule.Rule{}, rule.Campaign{}, rule.Condition{}),
	cmpopts.EquateEmpty(),
}

// A programme that is written and read again is the same, in YAML and in
// JSON; what is written holds to the schema; there is nothing to tell of the
// difference.
func TestWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		yaml, err := draft.YAML(p, names{})
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string][]byte{"YAML": yaml, "JSON": draft.JSON(p, names{})} {
			d, err := draft.Read(text, names{})
			if err != nil {
				t.Fatalf("%s: %v\n%s", form, err, text)
			}
			if diff := cmp.Diff(p, &d.Programme, alike); diff != "" {
				t.Fatalf("%s reads otherwise: %s\n%s", form, diff, text)
			}
			if changes := draft.Diff(p, &d.Programme, names{}); len(changes) > 0 {
				t.Fatalf("%s: %v", form, changes)
			}
			if err := schema.check(plain(t, text)); err != nil {
				t.Fatalf("%s: the schema says no: %v\n%s", form, err, text)
			}
		}
		if !json.Valid(draft.JSON(p, names{})) {
			t.Fatal("that is no JSON")
		}
	})
}

// Two programmes differ where their difference is told, and nowhere else.
func TestDifferenceIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawProgramme(t), drawProgramme(t)
		b.Version = a.Version
		if changes := draft.Diff(a, b, names{}); (len(changes) == 0) != cmp.Equal(a, b, alike) {
			t.Fatalf("%v\n%s", changes, cmp.Diff(a, b, alike))
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		whole, `{"code":"x","name":"\ud83d\ude00"}`, "a: &a [*a]", "code: x\nname: y\nrules:\n- {id: a, kind: discount, rate: 5%, when: {sum: {from: 1}}}", "%YAML 1.1\n---\n!!map {}", "? a\n: b", "\x00", "[", "- - - -",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := draft.Read(text, names{})
		if err != nil {
			return
		}
		yaml, err := draft.YAML(&d.Programme, names{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := draft.Read(yaml, names{})
		if err != nil {
			t.Fatalf("%v\n%s", err, yaml)
		}
		d.Programme.ID = 0 // is not written
		if diff := cmp.Diff(&d.Programme, &again.Programme, alike); diff != "" {
			t.Fatalf("%s\n%s", diff, yaml)
		}
	})
}
