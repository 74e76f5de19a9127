package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/platform/i18n"
)

func texts(t testing.TB) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whatever the document says in words is said in both languages: a key that
// has no text stands in it as itself.
func TestDocumentIsWhole(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`"(api\.[a-z]+\.[A-Za-z0-9_.-]+)"`)
	for _, lang := range i18n.Langs() {
		doc, err := New(Parts{}).Document(texts(t), lang).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		missing := map[string]bool{}
		for _, m := range key.FindAllSubmatch(doc, -1) {
			missing[string(m[1])] = true
		}
		for _, k := range slices.Sorted(maps.Keys(missing)) {
			t.Errorf("%s: no text %s", lang, k)
		}
		var d struct {
			OpenAPI string `json:"openapi"`
			Paths   map[string]map[string]struct {
				OperationID string                       `json:"operationId"`
				Security    []map[string]json.RawMessage `json:"security"`
			} `json:"paths"`
		}
		if err := json.Unmarshal(doc, &d); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(d.OpenAPI, "3.1") {
			t.Errorf("OpenAPI %s", d.OpenAPI)
		}
		ids := map[string]bool{}
		for path, item := range d.Paths {
			for method, op := range item {
				if op.OperationID == "" || ids[op.OperationID] || len(op.Security) != 1 {
					t.Errorf("%s %s: operation %q, %d ways in", method, path, op.OperationID, len(op.Security))
				}
				ids[op.OperationID] = true
			}
		}
		if len(ids) != len(New(Parts{}).routes) {
			t.Errorf("%d operations are documented, %d served", len(ids), len(New(Parts{}).routes))
		}
	}
}
