package api

import (
	"bytes"
	"encoding"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/api/strict"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// maxParam bounds a parameter of a path or query, in characters.
const maxParam = 512

// input reads what an operation takes: parameters and body.
type input[I any] struct {
	params []param
	query  map[string]bool
	body   func(data []byte, in *I) error                // nil: it takes none
	yaml   func(data []byte, h http.Header, in *I) error // nil: it takes none
}

// param is a field that is read from the path or the query.
type param struct {
	name     string
	path     bool
	required bool
	index    []int
	max      int64 // of a number; 0: no bound
	enum     string
}

// compileInput makes the reader of I. The body's plan is made from a struct of
// its own, so that a list or a map could be one too.
func compileInput[I any]() *input[I] {
	t := reflect.TypeFor[I]()
	out := &input[I]{query: map[string]bool{}}
	for _, f := range reflect.VisibleFields(t) {
		p := param{index: f.Index, name: f.Tag.Get("query"), required: f.Tag.Get("required") == "true", enum: f.Tag.Get("enum")}
		if name := f.Tag.Get("path"); name != "" {
			p.name, p.path, p.required = name, true, true
		}
		if p.name == "" {
			continue
		}
		if s := f.Tag.Get("maximum"); s != "" {
			p.max, _ = strconv.ParseInt(s, 10, 64)
		}
		if !p.path {
			out.query[p.name] = true
		}
		out.params = append(out.params, p)
	}
	if body, ok := t.FieldByName("Body"); ok {
		plan := strict.Compile(body.Type)
		out.body = func(data []byte, in *I) error {
			return plan.Decode(data, reflect.ValueOf(in).Elem().FieldByIndex(body.Index))
		}
		if reflect.PointerTo(body.Type).Implements(reflect.TypeFor[yamlBody]()) {
			out.yaml = func(data []byte, h http.Header, in *I) error {
				return reflect.ValueOf(in).Elem().FieldByIndex(body.Index).Addr().Interface().(yamlBody).readYAML(data, h)
			}
		}
	}
	return out
}

func (in *input[I]) read(r *http.Request, into *I) error {
	if err := in.readParams(r, reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	if in.body == nil {
		return nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	if _, err := b.ReadFrom(r.Body); err != nil {
		if _, tooLarge := err.(*http.MaxBytesError); tooLarge { //nolint:errorlint // net/http gives it unwrapped
			return err
		}
		return fault.Wrap(err, fault.Invalid, "api.body-cut")
	}
	form := r.Header.Get("Content-Type")
	if in.yaml != nil && isYAML(form) {
		return in.yaml(b.Bytes(), r.Header, into)
	}
	if !isJSON(form) {
		return fault.New(fault.Unsupported, "api.content-type")
	}
	return in.body(b.Bytes(), into)
}

// isJSON tells whether a body of this content type is read as JSON: a till that
// names none means it.
func isJSON(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	form, params, err := mime.ParseMediaType(contentType)
	charset := strings.ToLower(params["charset"])
	return err == nil && (form == "application/json" || strings.HasSuffix(form, "+json")) && (charset == "" || charset == "utf-8")
}

// parameterName names a parameter in an error, where it looks like a name: what
// stands there may be somebody's data.
func parameterName(name string) string {
	if name == "" || len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "?"
	}
	return name
}

func (in *input[I]) readParams(r *http.Request, v reflect.Value) error {
	if len(in.params) == 0 && r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "api.query")
	}
	var bad []fault.Field
	for name, values := range query {
		switch {
		case !in.query[name]:
			bad = append(bad, fault.Field{Path: parameterName(name), Code: "api.unknown-parameter"})
		case len(values) > 1:
			bad = append(bad, fault.Field{Path: name, Code: "api.twice"})
		}
	}
	for i := range in.params {
		p := &in.params[i]
		value := query.Get(p.name)
		if p.path {
			value = chi.URLParam(r, p.name)
			if unescaped, err := url.PathUnescape(value); err == nil {
				value = unescaped
			}
		}
		if field := p.set(v, value); field != nil {
			field.Path = p.name
			bad = append(bad, *field)
		}
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "api.invalid").With(bad...)
	}
	return nil
}

// set puts the text of a parameter into its field.
func (p *param) set(v reflect.Value, value string) *fault.Field {
	if value == "" {
		if p.required {
			return &fault.Field{Code: "api.required"}
		}
		return nil
	}
	if !text.Valid(value, maxParam) {
		return &fault.Field{Code: "api.text"}
	}
	f := v.FieldByIndex(p.index)
	switch at := f.Addr().Interface().(type) {
	case *id.ID:
		return p.setID(at, value)
	case *home.ID:
		return p.setID((*id.ID)(at), value)
	case encoding.TextUnmarshaler:
		if err := at.UnmarshalText([]byte(value)); err != nil {
			field := fault.From(err).At(p.name)
			return &field
		}
		return nil
	}
	switch f.Kind() {
	case reflect.String:
		if p.enum != "" && !isOne(p.enum, value) {
			return &fault.Field{Code: "api.choice", Args: fault.Pairs("choices", strings.ReplaceAll(strings.TrimPrefix(p.enum, ","), ",", ", "))}
		}
		f.SetString(value)
	case reflect.Bool:
		if value != "true" && value != "false" {
			return &fault.Field{Code: "api.choice", Args: fault.Pairs("choices", "true, false")}
		}
		f.SetBool(value == "true")
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || value[0] == '+' || p.max > 0 && n > p.max {
			return &fault.Field{Code: "api.range", Args: fault.Pairs("min", 0, "max", p.max)}
		}
		f.SetInt(n)
	default:
		panic("api: a parameter of a type that can't be read: " + f.Type().String())
	}
	return nil
}

func (p *param) setID(at *id.ID, value string) *fault.Field {
	v, err := id.Parse(value)
	if err != nil {
		return &fault.Field{Code: "id.invalid"}
	}
	*at = v
	return nil
}
