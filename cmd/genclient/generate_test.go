package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/httpx"
)

const folder = "../../client"

// The client is what the document of today makes.
func TestClientIsGeneratedNow(t *testing.T) {
	t.Parallel()
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("client/%s is not what the API is now: run \"make generate\"", name)
		}
	}
	there, err := filepath.Glob(filepath.Join(folder, "*_gen.go"))
	if err != nil || len(there) != len(files) {
		t.Errorf("%d generated files, %d are made: %v", len(there), len(files), err)
	}
}

func TestGeneratedTwiceIsTheSame(t *testing.T) {
	t.Parallel()
	first, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		if !maps.EqualFunc(first, again, bytes.Equal) {
			t.Fatal("one document gives two clients")
		}
	}
}

// What the client has in its own hand has the fields of the document.
func TestHandWrittenProblem(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(folder, "problem.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[httpx.Problem](), reflect.TypeFor[httpx.ProblemField]()} {
		if !slices.Contains(handWritten, typ.Name()) {
			t.Errorf("%s is generated", typ.Name())
		}
		_, body, _ := strings.Cut(string(source), "type "+typ.Name()+" struct {")
		body, _, _ = strings.Cut(body, "\n}")
		for f := range typ.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !strings.Contains(body, `json:"`+key+`"`) {
				t.Errorf("the client's %s has no %s", typ.Name(), key)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"commitPurchase": "CommitPurchase", "paid_with_points": "PaidWithPoints", "id": "ID", "sku": "SKU", "terms_url": "TermsURL",
		"text_sha256": "TextSha256", "checkCashierPIN": "CheckCashierPIN", "points.adjust": "PointsAdjust", "in-progress": "InProgress",
	} {
		if got := goName(in); got != want {
			t.Errorf("goName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"member": "member", "id": "id", "type": "typeID", "card_type": "cardType"} {
		if got := argument(in); got != want {
			t.Errorf("argument(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestComment(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 30)
	got := comment("first  line", "", long)
	want := "// first line\n//\n//" + strings.Repeat(" word", 19) + "\n//" + strings.Repeat(" word", 11) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A document with what the client can't say is refused, not half made.
func TestUnknownIsRefused(t *testing.T) {
	t.Parallel()
	r := reading{enums: map[string]*enum{}}
	for _, s := range []*huma.Schema{
		{},
		{Type: huma.TypeNumber},
		{Type: huma.TypeObject},
		{Type: huma.TypeObject, AdditionalProperties: false},
		{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeNumber}},
		{Type: huma.TypeInteger, Enum: []any{1}},
	} {
		if got, err := r.goType("X", s, nil); err == nil {
			t.Errorf("%+v became %s", s, got)
		}
	}
	o := operation{Keyed: true}
	key := map[string]*huma.Param{"key": {Schema: &huma.Schema{Type: huma.TypeString}}}
	if o.split("/keys/{key}", key) == nil || o.split("/x/{y}", nil) == nil {
		t.Error("a path that makes no method was taken")
	}
	c := &client{Types: []structure{{"A", []field{{Name: "M", Type: "map[string]string"}}}}, Operations: []operation{{Keyed: true, Answer: "A"}}}
	if _, err := c.decoders(); err == nil {
		t.Error("a field that no decoder reads is left out in silence")
	}
}
