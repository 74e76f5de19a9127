package scenario

import (
	"path/filepath"
	"strings"
	"testing"

	"kopilka/client"
	"kopilka/internal/platform/db"
)

// Every programme of testdata is right without a warning, is put into force
// and written back the same, by the commands that people use.
func TestFilesThereAndBack(t *testing.T) {
	t.Parallel()
	all, err := filepath.Glob(files + "*.yaml")
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := open(t, dialect, "2026-03-02 12:00")
			// A rule for a group of nobody is warned of.
			var groups []string
			for _, id := range s.groups {
				groups = append(groups, id)
			}
			_, err := s.office.RegisterMember(s.Context(), &client.Registration{
				Profile:     &client.Profile{Name: "Анна"},
				Identifiers: []client.NewIdentifier{{Kind: client.MemberKindPhone, Value: "+79160000001"}},
				Groups:      groups,
			})
			s.no(err)
			dir := t.TempDir()
			for _, file := range all {
				wants := func(word string, args ...string) {
					t.Helper()
					out, errOut := s.kopilka(append([]string{"programme"}, args...)...)
					if !strings.Contains(out, word) || errOut != "" {
						t.Errorf("%v: %q is wanted, and no warning:\n%s%s", args, word, out, errOut)
					}
				}
				wants("предупреждений: 0", "check", file)
				wants("действует версия 1", "apply", file, "--yes")
				code := codeOf(t, file)
				first, second := filepath.Join(dir, code+"-1.yaml"), filepath.Join(dir, code+"-2.yaml")
				wants("", "export", code, first)
				wants("Отличий нет.", "diff", file)
				wants("предупреждений: 0", "check", first)
				wants("Отличий нет.", "apply", first, "--yes")
				wants("", "export", code, second)
				if a, b := read(t, first), read(t, second); a != b {
					t.Errorf("written back otherwise:\n%s\n%s", a, b)
				}
			}
		})
	}
}

// codeOf is the code that a programme's file tells.
func codeOf(t *testing.T, file string) string {
	t.Helper()
	for line := range strings.Lines(read(t, file)) {
		if code, ok := strings.CutPrefix(line, "code: "); ok {
			return strings.TrimSpace(code)
		}
	}
	t.Fatalf("%s has no code", file)
	return ""
}
