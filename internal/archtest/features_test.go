package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const featuresPage = "../../docs/features.md"

// features are the ids that the page has to tell about.
var features = []string{
	"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A11", "A12", "A13", "A14", "A16", "B7", "B8", "B9", "B12", "B14",
}

// TestFeaturesAreProved holds docs/features.md to the source: every feature
// has a row, every test that it names is there, and so is every operation of
// the API.
func TestFeaturesAreProved(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(featuresPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for _, id := range features {
		if !strings.Contains(page, "\n| "+id+" |") {
			t.Errorf("%s says nothing of %s", featuresPage, id)
		}
	}
	tests, operations := proofs(t)
	isTest, isOperation := regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`), regexp.MustCompile(`^[a-z]+[A-Z]\w*$`)
	named := 0
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(page, -1) {
		switch word := m[1]; {
		case isTest.MatchString(word):
			named++
			if !tests[word] {
				t.Errorf("%s names %s: there is no such test", featuresPage, word)
			}
		case isOperation.MatchString(word) && !operations[word]:
			t.Errorf("%s names %s: the API has no such operation", featuresPage, word)
		}
	}
	if named < len(features) {
		t.Errorf("%s names only %d tests", featuresPage, named)
	}
}

// proofs gives the names of all tests, and all texts of package api, among
// which the names of its operations are.
func proofs(t *testing.T) (tests, operations map[string]bool) {
	t.Helper()
	tests, operations = map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		switch {
		case s.test:
			for _, decl := range s.file.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil {
					tests[fn.Name.Name] = true
				}
			}
		case s.pkg == "internal/edge/api":
			ast.Inspect(s.file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil {
						operations[text] = true
					}
				}
				return true
			})
		}
	}
	return tests, operations
}
