package archtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
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
