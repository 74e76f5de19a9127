package strict_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/edge/api/strict"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

type kindOf string

type inner struct {
	SKU      string         `json:"sku" minLength:"1" maxLength:"4"`
	Quantity money.Quantity `json:"quantity"`
	Price    money.Amount   `json:"price" minimum:"0" maximum:"100"`
}

type shared struct {
	Note string `json:"note,omitempty"`
}

type outer struct {
	shared
	Till  id.ID                 `json:"till,omitzero"`
	Kind  kindOf                `json:"kind,omitempty" enum:"a,b"`
	Lines []inner               `json:"lines" minItems:"1" maxItems:"3"`
	Flag  *bool                 `json:"flag,omitempty"`
	Rates map[string]money.Rate `json:"rates,omitempty"`
	Count *int64                `json:"count,omitempty" minimum:"1"`
	Deep  *outer                `json:"deep,omitempty"`
	Codes []string              `json:"codes,omitempty"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	plan := strict.Compile(reflect.TypeFor[outer]())
	var got outer
	err := plan.Decode([]byte(` {"till":"12", "kind":"b","note":"a\u00e9\ud83d\ude00\n\"",
 "lines":[{"sku":"ёжик","quantity":1.5,"price":0},{"quantity":"2","price":100,"sku":"x"}],
 "flag":false,"rates":{"bar":"7.5"},"count":3,"deep":null,"codes":[]} `), reflect.ValueOf(&got).Elem())
	if err != nil {
		t.Fatal(err)
	}
	no, three := false, int64(3)
	want := outer{
		shared: shared{Note: "aé😀\n\""}, Till: 12, Kind: "b",
		Lines: []inner{{"ёжик", 1500, 0}, {"x", 2000, 100}},
		Flag:  &no, Rates: map[string]money.Rate{"bar": 75_000}, Count: &three, Codes: []string{},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{})); diff != "" {
		t.Error(diff)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	plan := strict.Compile(reflect.TypeFor[outer]())
	line := `{"sku":"x","quantity":"1","price":1}`
	for _, tc := range []struct{ body, want string }{
		{``, "api.no-body"},
		{`  `, "api.no-body"},
		{`{`, "api.json"},
		{`{} {}`, "api.json"},
		{`{"lines":[` + line + `],}`, "api.json"},
		{`{"lines":[` + line + `,]}`, "api.json"},
		{`{"lines":[{"sku":"x","quantity":"1","price":01}]}`, "api.json"},
		{`{"lines":[{"sku":"x","quantity":"1","price":1.}]}`, "api.json"},
		{"{\"lines\":[{\"sku\":\"a\tb\"}]}", "api.json"},
		{`{"lines":[{"sku":"\q"}]}`, "api.json"},
		{`{"lines":[{"sku":"\u12"}]}`, "api.json"},
		{`{'lines':1}`, "api.json"},
		{`nul`, "api.json"},
		{strings.Repeat(`{"deep":`, 30) + `{}` + strings.Repeat(`}`, 30), "api.json"},
		{strings.Repeat(`[`, 100_000), "api.json"},
		{`[]`, "api.invalid: =api.type"},
		{`"x"`, "api.invalid: =api.type"},
		{`{}`, "api.invalid: lines=api.required"},
		{`{"lines":null}`, "api.invalid: lines=api.required"},
		{`{"lines":[]}`, "api.invalid: lines=api.too-few"},
		{`{"lines":{}}`, "api.invalid: lines=api.type"},
		{`{"lines":[` + line + `,` + line + `,` + line + `,` + line + `]}`, "api.invalid: lines=api.too-many"},
		{`{"lines":[{}]}`, "api.invalid: lines[0].sku=api.required lines[0].quantity=api.required lines[0].price=api.required"},
		{`{"lines":[` + line + `,{"sku":"","quantity":"x","price":101}]}`, "api.invalid: lines[1].sku=api.too-short lines[1].quantity=money.invalid lines[1].price=api.range"},
		{`{"lines":[{"sku":"абвгд","quantity":"1","price":1.0}]}`, "api.invalid: lines[0].sku=api.too-long lines[0].price=api.integer"},
		{`{"lines":[{"sku":5,"quantity":"1","price":"1"}]}`, "api.invalid: lines[0].sku=api.type lines[0].price=api.type"},
		{`{"lines":[{"sku":"x","quantity":"1","price":99999999999999999999}]}`, "api.invalid: lines[0].price=api.integer"},
		{`{"lines":[` + line + `],"Lines":[]}`, "api.invalid: Lines=api.unknown-field"},
		{`{"lines":[` + line + `],"+79161234567":1}`, "api.invalid: ?=api.unknown-field"},
		{`{"lines":[` + line + `],"note":"x","note":"y"}`, "api.invalid: note=api.twice"},
		{`{"lines":[` + line + `],"kind":"c"}`, "api.invalid: kind=api.choice"},
		{`{"lines":[` + line + `],"flag":1}`, "api.invalid: flag=api.type"},
		{`{"lines":[` + line + `],"till":12}`, "api.invalid: till=id.invalid"},
		{`{"lines":[` + line + `],"count":0}`, "api.invalid: count=api.least"},
		{`{"lines":[` + line + `],"note":"\u0000"}`, "api.invalid: note=api.text"},
		{`{"lines":[` + line + `],"note":"\ud800"}`, "api.invalid: note=api.text"},
		{"{\"lines\":[" + line + "],\"note\":\"\xff\"}", "api.invalid: note=api.text"},
		{`{"lines":[` + line + `],"rates":{"a":"1","a":"2"}}`, "api.invalid: rates.a=api.twice"},
		{`{"lines":[` + line + `],"deep":{"lines":[` + line + `],"kind":"z"}}`, "api.invalid: deep.kind=api.choice"},
	} {
		var v outer
		err := plan.Decode([]byte(tc.body), reflect.ValueOf(&v).Elem())
		if got := describe(err); got != tc.want {
			t.Errorf("%.80s\n got %s\nwant %s", tc.body, got, tc.want)
		}
	}
}

func describe(err error) string {
	if err == nil {
		return ""
	}
	e := fault.From(err)
	var parts []string
	for _, f := range e.Fields {
		parts = append(parts, f.Path+"="+f.Code)
	}
	return strings.TrimSuffix(e.Code+": "+strings.Join(parts, " "), ": ")
}

func TestTellsAFewFaultsOnly(t *testing.T) {
	t.Parallel()
	type many struct {
		List []int64 `json:"list"`
	}
	var v many
	err := strict.Compile(reflect.TypeFor[many]()).Decode([]byte(`{"list":[`+strings.Repeat(`"x",`, 1000)+`1]}`), reflect.ValueOf(&v).Elem())
	if n := len(fault.From(err).Fields); n != 20 {
		t.Errorf("%d places named", n)
	}
}

// FuzzDecode holds the reader against encoding/json: what it takes that one
// takes too, with the same values; and nothing makes it panic.
func FuzzDecode(f *testing.F) {
	plan := strict.Compile(reflect.TypeFor[outer]())
	for _, s := range []string{
		`{"till":"12","lines":[{"sku":"x","quantity":1.5,"price":10}]}`, `{"lines":[{"sku":"\ud83d\ude00","quantity":"1e2","price":-0}]}`,
		`{"rates":{"a":"1"},"lines":[]}`, `{"deep":{"deep":{}}}`, `{"codes":["",null]}`, `[1,2`, `{"a":[[[{}]]],"note":null}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want outer
		if err := plan.Decode(data, reflect.ValueOf(&got).Elem()); err != nil {
			if fault.From(err).Kind != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%q is taken, encoding/json says %v", data, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{})); diff != "" {
			t.Fatalf("%q: %s", data, diff)
		}
	})
}

func TestCompileRefusesWhatItCannotHold(t *testing.T) {
	t.Parallel()
	type bad1 struct {
		A string `json:"a" pattern:"x"`
	}
	type bad2 struct {
		A any `json:"a"`
	}
	for i, compile := range []func(){func() { strict.Compile(reflect.TypeFor[bad1]()) }, func() { strict.Compile(reflect.TypeFor[bad2]()) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("case %d is compiled", i)
				}
			}()
			compile()
		}()
	}
}

func BenchmarkDecode(b *testing.B) {
	plan := strict.Compile(reflect.TypeFor[outer]())
	var lines []string
	for i := range 3 {
		lines = append(lines, fmt.Sprintf(`{"sku":"T%d","quantity":"1","price":50}`, i))
	}
	body := []byte(`{"till":"123456789012345678","note":"a note","lines":[` + strings.Join(slices.Clone(lines), ",") + `],"codes":["SPRING"]}`)
	b.ReportAllocs()
	b.Run("strict", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v outer
			if err := plan.Decode(body, reflect.ValueOf(&v).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v outer
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
