package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const faultPath = "kopilka/internal/platform/fault"

// site is one place where the source makes a fault or a field of one.
type site struct {
	at   string
	code string   // "" where it is not a constant
	args []string // nil where they can't be told
}

// pkg is one folder's parsed source.
type pkg struct {
	fset   *token.FileSet
	files  []*ast.File
	consts map[string]string
	sinks  map[string]sink // functions of the package that pass a parameter on as a code
}

// sink says which argument of a call is a code and where the code's own
// arguments begin (-1: not told).
type sink struct{ code, args int }

// faultSites walks the module's source, tests aside. A function that passes
// its own parameter on as a code is followed to its callers in the package.
func faultSites(t *testing.T) []site {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	pkgs := map[string]*pkg{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		dir := filepath.Dir(path)
		if pkgs[dir] == nil {
			pkgs[dir] = &pkg{fset: token.NewFileSet(), consts: map[string]string{}, sinks: map[string]sink{}}
		}
		p := pkgs[dir]
		file, err := parser.ParseFile(p.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p.files = append(p.files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var sites []site
	for dir, p := range pkgs {
		switch filepath.Base(dir) {
		case "fault": // it calls itself without its name
			sites = append(sites, site{at: "fault.From", code: "internal", args: []string{}})
		case "i18n": // it renders what others made
		default:
			sites = append(sites, p.sites(root)...)
		}
	}
	return sites
}

// sites scans until no new function turns out to pass a code on.
func (p *pkg) sites(root string) []site {
	p.findConsts()
	for {
		known := len(p.sinks)
		found := p.scan(root)
		if len(p.sinks) == known {
			return found
		}
	}
}

func TestScannerFollowsCodes(t *testing.T) {
	t.Parallel()
	const source = `package x
import f "kopilka/internal/platform/fault"
const closed = "till.closed"
func a() error { return f.New(f.Refused, closed, "name", 1, "at", 2) }
func b(err error) error { return f.Wrap(err, f.Internal, "x.broken") }
func refuse(code string, args ...any) error { return f.New(f.Refused, code, args...) }
func again(n int, c string) error { return refuse(c, "n", n) }
func c() error { return again(1, "x.deep") }
func d() error { return refuse("x.with", "size", 3) }
func e(bad bool) error {
	code := "x.first"
	if bad { code = "x.second" }
	return f.New(f.Invalid, code)
}
func g() []f.Field {
	return []f.Field{{Path: "p", Code: "x.field", Args: f.Pairs("max", 5)}, {"q", "x.plain", nil}}
}
func k(n int) (bad []f.Field) {
	want := func(ok bool, path, code string) {
		if !ok { bad = append(bad, f.Field{Path: path, Code: code}) }
	}
	want(n > 0, "n", "x.positive")
	return bad
}
func h(m map[string]string) error { return f.New(f.Invalid, m["x"]) }
`
	p := &pkg{fset: token.NewFileSet(), consts: map[string]string{}, sinks: map[string]sink{}}
	file, err := parser.ParseFile(p.fset, "/x.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p.files = []*ast.File{file}
	want := []site{
		{"x.go:4", "till.closed", []string{"name", "at"}},
		{"x.go:5", "x.broken", []string{}},
		{"x.go:8", "x.deep", nil},
		{"x.go:9", "x.with", []string{"size"}},
		{"x.go:13", "x.first", []string{}},
		{"x.go:13", "x.second", []string{}},
		{"x.go:16", "x.field", []string{"max"}},
		{"x.go:16", "x.plain", nil},
		{"x.go:22", "x.positive", nil},
		{"x.go:25", "", []string{}},
	}
	if diff := cmp.Diff(want, p.sites("/"), cmp.AllowUnexported(site{})); diff != "" {
		t.Error(diff)
	}
}
