package archtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// modernc.org/sqlite is a translation of C that works only with the very
// libc it was translated against; a newer one, which a plain "go get" brings,
// may break it at run time.
func TestLibcIsWhatSQLiteWasBuiltWith(t *testing.T) {
	t.Parallel()
	const sqlite, libc = "modernc.org/sqlite", "modernc.org/libc"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", sqlite).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var m struct{ GoMod string }
	if err := json.Unmarshal(out, &m); err != nil {
		t.Fatal(err)
	}
	wanted, ours := required(t, m.GoMod, libc), required(t, "../../go.mod", libc)
	if ours != wanted {
		t.Errorf("go.mod has %s %s, %s pins %s", libc, ours, sqlite, wanted)
	}
}

// required is the version of the module that the go.mod file asks for.
func required(t *testing.T, file, module string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\s*(?:require\s+)?` + regexp.QuoteMeta(module) + `\s+(v\S+)`).FindSubmatch(content)
	if found == nil {
		t.Fatalf("%s does not ask for %s", file, module)
	}
	return string(found[1])
}

// TestDependenciesAreExplained holds docs/dependencies.md to what the source
// imports, tests included.
func TestDependenciesAreExplained(t *testing.T) {
	t.Parallel()
	goMod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:require\s+)?(\S+\.\S+/\S+)\s+v\d`).FindAllSubmatch(goMod, -1) {
		modules = append(modules, string(m[1]))
	}
	used := map[string]string{}
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if longest := moduleOf(modules, imported); longest != "" && used[longest] == "" {
				used[longest] = s.path
			}
		}
	}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+) \|`).FindAllSubmatch(page, -1) {
		explained[string(m[1])] = true
	}
	for module, by := range used {
		if !explained[module] {
			t.Errorf("%s (imported by %s) has no line in docs/dependencies.md", module, by)
		}
	}
	for module := range explained {
		if used[module] == "" {
			t.Errorf("%s has a line in docs/dependencies.md, but nothing imports it", module)
		}
	}
}

// moduleOf is the module that the package is in: the longest that begins its
// path, "" for the standard library and our own.
func moduleOf(modules []string, imported string) string {
	longest := ""
	for _, m := range modules {
		if within(imported, m) && len(m) > len(longest) {
			longest = m
		}
	}
	return longest
}
