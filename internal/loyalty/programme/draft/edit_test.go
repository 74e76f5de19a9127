package draft_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
)

// remarks are the comments of a text, in order.
func remarks(text []byte) (out []string) {
	for line := range strings.SplitSeq(string(text), "\n") {
		if _, said, ok := strings.Cut(line, "# "); ok {
			out = append(out, strings.TrimSpace(said))
		}
	}
	return out
}

// TestEditKeepsTheRest: whichever part of whichever sample is changed, the
// programme differs in that part only, and no comment is lost.
func TestEditKeepsTheRest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../../testdata/programmes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			names := anyNames{}
			was, err := draft.Read(text, names)
			if err != nil {
				t.Fatal(err)
			}
			paths := []string{""}
			for i := range was.Programme.Rules {
				paths = append(paths, fmt.Sprintf("rules[%d]", i))
			}
			for i := range was.Programme.Levels {
				paths = append(paths, fmt.Sprintf("levels[%d]", i))
			}
			for i := range was.Programme.Campaigns {
				paths = append(paths, fmt.Sprintf("campaigns[%d]", i))
				for j := range was.Programme.Campaigns[i].Rules {
					paths = append(paths, fmt.Sprintf("campaigns[%d].rules[%d]", i, j))
				}
			}
			for _, at := range paths {
				e, err := draft.Open(text)
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Set(at, "name", draft.Part{Word: "Иначе: 5 %"}); err != nil {
					t.Fatal(err)
				}
				now, err := e.Bytes()
				if err != nil {
					t.Fatal(err)
				}
				is, err := draft.Read(now, names)
				if err != nil {
					t.Fatalf("%s: %v\n%s", at, err, now)
				}
				if d := draft.Diff(&was.Programme, &is.Programme, names); len(d) != 1 || !strings.HasSuffix(d[0].Path, "name") {
					t.Errorf("%s: %+v", at, d)
				}
				a, b := remarks(text), remarks(now)
				slices.Sort(a)
				slices.Sort(b)
				if !slices.Equal(a, b) {
					t.Errorf("%s: comments were\n%s\nand are\n%s", at, strings.Join(a, "\n"), strings.Join(b, "\n"))
				}
			}
		})
	}
}

// TestEditItems: items of lists are added, copied, moved and taken out.
func TestEditItems(t *testing.T) {
	t.Parallel()
	e, err := draft.Open([]byte("code: a\nname: A # is kept\nrules: [{id: one, kind: discount, rate: 5%}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	two := draft.Part{}
	two.Put("id", draft.Part{Word: "two"})
	two.Put("kind", draft.Part{Word: "discount"})
	two.Put("amount", draft.Part{Word: "100"})
	for _, err := range []error{
		e.Add("rules", two), e.Copy("rules[0]", "three", "Три"), e.Move("rules[2]", -2),
		e.Set("earning", "rate", draft.Part{Word: "5%"}), e.Set("rules[0]", "when", draft.Part{Keys: []string{"weekday"}, Parts: []draft.Part{draft.Words("sat", "sun")}}),
		e.Cut("rules[1]"), e.Set("earning", "rate", draft.Part{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	d, err := draft.Read(text, anyNames{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	r := d.Programme.Rules
	if len(r) != 2 || r[0].ID != "two" || r[1].ID != "three" || r[1].Name != "Три" || r[1].Rate != 50_000 || len(r[0].When) != 1 {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(string(text), "# is kept") || strings.Contains(string(text), "earning") {
		t.Errorf("%s", text)
	}
	if d.Where("rule", "three") != "rules[1]" || d.Where("rule", "none") != "" {
		t.Errorf("%q", d.Where("rule", "three"))
	}
	if got := draft.Parts(&d.Programme, anyNames{}).At("rules[0].when.weekday").List(); !slices.Equal(got, []string{"sat", "sun"}) {
		t.Errorf("%v", got)
	}
	if err := e.Cut("rules[7]"); err == nil {
		t.Error("what is not there was taken out")
	}
}

// anyNames know whatever is named, by a number of its own.
type anyNames map[string]id.ID

func (n anyNames) Find(of rule.Field, word string) (id.ID, bool) {
	if n[string(of)+word] == 0 {
		n[string(of)+word] = id.ID(len(n) + 1)
	}
	return n[string(of)+word], true
}

func (n anyNames) Word(of rule.Field, i id.ID) (string, bool) {
	for word, v := range n {
		if v == i {
			return strings.TrimPrefix(word, string(of)), true
		}
	}
	return "", false
}

func (anyNames) Words(rule.Field) []string { return nil }
