// Package archtest holds the rules of the house as tests: who may import
// whom, how long a file may be, what has to be said in words. The tables here
// are the document.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// module is the module's import path.
const module = "kopilka"

// source is one Go file of the module.
type source struct {
	path      string // from the module's root, with slashes
	pkg       string // import path of its folder without the module's name: "internal/platform/db"
	lines     int
	test      bool
	generated bool
	fset      *token.FileSet
	file      *ast.File
}

// sources parses every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	var out []source
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil && name != root {
				return filepath.SkipDir // a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(relative)
		out = append(out, source{
			path: slashed, pkg: path.Dir(slashed), lines: strings.Count(string(content), "\n"),
			test: strings.HasSuffix(slashed, "_test.go"), generated: ast.IsGenerated(file), fset: fset, file: file,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("found %d Go files: the walk itself is broken", len(out))
	}
	return out
}
