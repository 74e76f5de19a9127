package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// garbage are bodies that are no JSON, or no object.
var garbage = []string{
	"", " ", "{", "}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `[]`, `[{}]`, `"x"`, `1`, `true`, "nul", "\x00", "{}\x00", "{}{}", `{}x`, "\ufeff{}", "\xff\xfe{\x00}\x00",
	`{"unknown":1}`, `{"":1}`, `{"\u0000":1}`, "{\"\xff\":1}", `{"__proto__":{}}`, `{"a":1e99999}`, `{"a":01}`, `{"a":+1}`, `{"a":NaN}`, `{"a":'x'}`, `{/**/}`, "{\"a\":\"\n\"}",
	strings.Repeat("[", 200_000), strings.Repeat(`{"a":`, 100_000), `{"a":` + strings.Repeat("9", 100_000) + `}`, `{"` + strings.Repeat("a", 300_000) + `":1}`,
	`{"a":"` + strings.Repeat("x", 1<<20) + `"}`, "a=1&b=2", "<a/>", "\x1f\x8b\x08\x00",
}

// names that no path may have.
var oddNames = []string{"0", "-1", "1", "007", "99999999999999999999", "9223372036854775808", "x", "1.2", "1.", "+1", "%201", "1e3", "0x1", "%00", "%ff", "%D1%91", "..%2f..", "%2e", "1%2f2", "'", strings.Repeat("9", 4000)}

// oddKeys are idempotency keys that can't be.
var oddKeys = []string{"", " ", strings.Repeat("k", 129), strings.Repeat("ё", 128), "a\tb", "a\x00b", "\xff", "ключ", "a\u2028b"}

// wrongRequests are those that have to be refused.
func (h *hostile) wrongRequests(path, method string, op *huma.Operation) []attack {
	good := attack{as: "admin", method: method, path: h.pathOf(path, func(string) string { return "$ann" }), key: "k", body: "{}"}
	if op.Extensions["x-group"] == "purchases" {
		good.as = "till"
	}
	var out []attack
	with := func(change func(a *attack)) {
		a := good
		change(&a)
		out = append(out, a)
	}
	for _, name := range oddNames {
		if strings.Contains(path, "{") {
			with(func(a *attack) { a.path = h.pathOf(path, func(string) string { return name }) })
		}
	}
	for _, query := range []string{"nothing=1", "%00=1", "%ff=1", "%zz", "a;b", strings.Repeat("q=1&", 2000) + "q=1", "limit=1&limit=1", "=1"} {
		with(func(a *attack) { a.query = query })
	}
	for _, p := range op.Parameters {
		if p.In == "query" {
			for _, value := range h.wrongParams(p.Schema) {
				with(func(a *attack) { a.query = url.QueryEscape(p.Name) + "=" + value })
			}
		}
		if p.In == "header" {
			for _, key := range oddKeys {
				with(func(a *attack) { a.key = key })
			}
		}
	}
	if op.RequestBody == nil {
		return out
	}
	for _, body := range garbage {
		with(func(a *attack) { a.body = body })
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16"} {
		with(func(a *attack) { a.body, a.headers = "[]", []string{"Content-Type", kind} })
	}
	with(func(a *attack) { a.body, a.headers = "\x1f\x8b\x08\x00", []string{"Content-Encoding", "gzip"} })
	for _, body := range h.wrongBodies(op.RequestBody.Content["application/json"].Schema, 3) {
		with(func(a *attack) { a.body = body })
	}
	return out
}

// pathOf fills an operation's path in.
func (h *hostile) pathOf(path string, name func(param string) string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = h.fill(name(strings.Trim(part, "{}")))
		}
	}
	return strings.Join(parts, "/")
}

func (h *hostile) schema(s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return h.doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func (h *hostile) wrongParams(s *huma.Schema) []string {
	s = h.schema(s)
	out := []string{"%00", "%ff", strings.Repeat("x", 600)}
	switch {
	case s.Type == huma.TypeInteger, s.Type == huma.TypeBoolean, s.Format == "id":
		out = append(out, "x", "1.5", "%2B1", "01x", "99999999999999999999", "%20", "[]", "null", "TRUE")
	case len(s.Enum) > 0:
		out = append(out, "nonsense", "%20")
	}
	return out
}

// wrongBodies has, for each field down to the depth, values that it can't take.
func (h *hostile) wrongBodies(s *huma.Schema, depth int) []string {
	s = h.schema(s)
	var out []string
	for _, name := range sortedNames(s.Properties) {
		field := h.schema(s.Properties[name])
		for _, value := range h.wrongValues(field, depth-1) {
			out = append(out, fmt.Sprintf(`{%q:%s}`, name, value))
		}
		out = append(out, fmt.Sprintf(`{%q:null,%q:null}`, name, name), fmt.Sprintf(`{%q}`, name), fmt.Sprintf(`{%q:null,"no_such_field":1}`, name))
	}
	return out
}

func (h *hostile) wrongValues(s *huma.Schema, depth int) []string {
	switch s.Type {
	case huma.TypeInteger:
		out := []string{`"1"`, `true`, `[]`, `{}`, `1.5`, `1e400`, `99999999999999999999`, `-99999999999999999999`, `-`, `""`}
		if s.Minimum != nil {
			out = append(out, strconv.FormatInt(int64(*s.Minimum)-1, 10))
		}
		if s.Maximum != nil && *s.Maximum < 1<<53 {
			out = append(out, strconv.FormatInt(int64(*s.Maximum)+1, 10))
		}
		return out
	case huma.TypeBoolean:
		return []string{`"true"`, `1`, `0`, `[]`, `{}`, `True`}
	case huma.TypeArray:
		out := []string{`{}`, `"x"`, `1`, `true`, `[`, `[,]`}
		for _, value := range h.wrongValues(h.schema(s.Items), depth) {
			out = append(out, "["+value+"]")
		}
		if s.MaxItems != nil {
			out = append(out, "["+strings.Repeat("{},", *s.MaxItems)+"{}]")
		}
		return out
	case huma.TypeObject:
		out := []string{`[]`, `"x"`, `1`, `true`}
		if depth > 0 && len(s.Properties) > 0 {
			out = append(out, h.wrongBodies(s, depth)...)
		}
		return out
	case huma.TypeString:
		out := []string{`true`, `[]`, `{}`, `"\u0000"`, "\"\xff\"", `"\ud800"`, `"\x"`, `"`, `1.5e3000`}
		if s.MaxLength != nil {
			out = append(out, `"`+strings.Repeat("ё", *s.MaxLength+1)+`"`)
		}
		if s.Format != "" && s.Format != "percent" && s.Format != "quantity" || len(s.Enum) > 0 {
			out = append(out, `"no such value"`, `1`)
		}
		return out
	}
	return nil
}

func sortedNames(properties map[string]*huma.Schema) []string {
	var out []string
	for name := range properties {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// oddRequest has the right form throughout; in its later rounds more fields.
func (h *hostile) oddRequest(path, method string, op *huma.Operation, round int) attack {
	a := attack{as: pick(h, "admin", "till"), method: method, key: fmt.Sprint("odd ", h.sent/7), path: h.pathOf(path, func(string) string { return h.oddID() })}
	query := url.Values{}
	for _, p := range op.Parameters {
		if p.In == "query" && (p.Required || h.rand.IntN(3) == 0) {
			query.Set(p.Name, strings.Trim(h.oddValue(p.Schema, p.Name, 1, round), `"`))
		}
	}
	a.query = query.Encode()
	if method == http.MethodGet || op.RequestBody == nil {
		return a
	}
	a.body = h.oddValue(op.RequestBody.Content["application/json"].Schema, "", 5, round)
	return a
}

func (h *hostile) oddID() string {
	return h.fill(pick(h, "$ann", "$ann", "$till", "$here", "$own", "$programme", "1", "9007199254740993", "$ann.$programme"))
}

func pick[T any](h *hostile, from ...T) T { return from[h.rand.IntN(len(from))] }

var oddTexts = []string{
	`x`, ``, `Ё`, `🎟`, `a'b`, `%s`, `{{.}}`, `2026-02-30`, `1990-05-17`, `0001-01-01`, `+79160000001`, `8 916 000-00-01`, `Europe/Moscow`, `anna@example.ru`, `anna@пример.рф`,
	`phone`, `<script>`, `-1`, `0`, `T1`, `B1`, `ticket`, `Infinity`, `1e9`, `\u202e`, `\\`, `\n`, `ёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёёё`,
}

func (h *hostile) oddValue(s *huma.Schema, name string, depth, round int) string {
	s = h.schema(s)
	if len(s.Enum) > 0 && s.Type == huma.TypeString {
		return fmt.Sprintf("%q", pick(h, s.Enum...))
	}
	switch s.Type {
	case huma.TypeInteger:
		return pick(h, "0", "1", "2", "100", "45000", "2147483648", "9007199254740993", "9223372036854775807", "-1", "-9223372036854775808")
	case huma.TypeBoolean:
		return pick(h, "true", "false")
	case huma.TypeArray:
		var items []string
		for range pick(h, 0, 1, 1, 2, 3) {
			items = append(items, h.oddValue(s.Items, name, depth-1, round))
		}
		return "[" + strings.Join(items, ",") + "]"
	case huma.TypeObject:
		return h.oddObject(s, depth, round)
	}
	switch s.Format {
	case "id":
		return `"` + h.oddID() + `"`
	case "operation-id":
		return `"` + pick(h, "1.2", h.fill("$ann.$ann"), "9223372036854775807.1") + `"`
	case "date-time":
		return `"` + pick(h, "2026-11-22T09:00:00Z", "2026-11-21T23:59:59.999999+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z") + `"`
	case "quantity":
		return pick(h, `"1"`, `"0.001"`, `"0"`, `"999999999"`, `2`, `0.5`)
	case "percent":
		return pick(h, `"0"`, `"5"`, `"100"`, `"0.000001"`, `"99999"`)
	}
	return `"` + pick(h, oddTexts...) + `"`
}

func (h *hostile) oddObject(s *huma.Schema, depth, round int) string {
	var fields []string
	for _, name := range sortedNames(s.Properties) {
		must := slices.Contains(s.Required, name)
		if depth > 0 && (must || h.rand.IntN(14) < 1+round/2) {
			fields = append(fields, fmt.Sprintf("%q:%s", name, h.oddValue(s.Properties[name], name, depth-1, round)))
		}
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		fields = append(fields, fmt.Sprintf("%q:%s", pick(h, "x", "Ё", "surname", "1"), h.oddValue(values, "", depth-1, round)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}
