package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// document is the OpenAPI document being made, in one language.
type document struct {
	huma.API
	texts *i18n.Catalog
	lang  i18n.Lang
}

// documentVersion is that of the API, not of the program.
const documentVersion = "1.0.0"

const securityName = "key"

// Document makes the OpenAPI 3.1 document in the language.
func (a *API) Document(texts *i18n.Catalog, lang i18n.Lang) *huma.OpenAPI {
	d := newDocument(texts, lang)
	for i := range a.routes {
		a.routes[i].document(d)
	}
	d.describeSchemas()
	return d.OpenAPI()
}

func newDocument(texts *i18n.Catalog, lang i18n.Lang) *document {
	cfg := huma.DefaultConfig(texts.Text(lang, "api.title"), documentVersion)
	cfg.Info.Description = texts.Text(lang, "api.about")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath, cfg.CreateHooks = "", "", "", nil
	cfg.Servers = []*huma.Server{{URL: Base}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		securityName: {Type: "http", Scheme: "bearer", Description: texts.Text(lang, "api.security")},
	}
	registry := cfg.Components.Schemas
	for _, alias := range [][2]reflect.Type{
		{reflect.TypeFor[id.ID](), reflect.TypeFor[idSchema]()},
		{reflect.TypeFor[home.ID](), reflect.TypeFor[idSchema]()},
		{reflect.TypeFor[OpID](), reflect.TypeFor[opSchema]()},
		{reflect.TypeFor[EventID](), reflect.TypeFor[eventIDSchema]()},
		{reflect.TypeFor[EventKind](), reflect.TypeFor[eventKindSchema]()},
		{reflect.TypeFor[Time](), reflect.TypeFor[timeSchema]()},
		{reflect.TypeFor[money.Rate](), reflect.TypeFor[rateSchema]()},
		{reflect.TypeFor[money.Quantity](), reflect.TypeFor[quantitySchema]()},
		{reflect.TypeFor[money.Rounding](), reflect.TypeFor[roundingSchema]()},
	} {
		registry.RegisterTypeAlias(alias[0], alias[1])
	}
	return &document{API: huma.NewAPI(cfg, nowhere{}), texts: texts, lang: lang}
}

// nowhere takes the operations in for their document only: they are served by
// our own reader, which refuses more and costs less.
type nowhere struct{}

// Handle does nothing.
func (nowhere) Handle(*huma.Operation, func(huma.Context)) {}

// ServeHTTP is never called.
func (nowhere) ServeHTTP(http.ResponseWriter, *http.Request) {}

// output is an answer as huma wants it.
type output[O any] struct{ Body O }

func describe[I, O any](d *document, op operation) {
	o := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{d.texts.Text(d.lang, "api.group."+op.group)},
		DefaultStatus: op.status,
		Summary:       d.texts.Text(d.lang, "api.op."+op.id),
		Security:      []map[string][]string{{securityName: scopeNames(op.scopes)}},
		Extensions:    map[string]any{"x-group": op.group, "x-scopes": scopeNames(op.scopes)},
	}
	if about := "api.about." + op.id; d.texts.Has(d.lang, about) {
		o.Description = d.texts.Text(d.lang, about)
	}
	if op.open {
		o.Security = []map[string][]string{{}}
	}
	if op.office {
		o.Extensions["x-not-for-tills"] = true
		o.Description = strings.TrimSpace(o.Description + "\n\n" + d.texts.Text(d.lang, "api.not-for-tills"))
	}
	if op.keyed || op.once {
		o.Parameters = append(o.Parameters, &huma.Param{
			Name: keyHeader, In: "header", Required: op.keyed, Description: d.texts.Text(d.lang, d.keyText(op)),
			Schema: &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(128)},
		})
	}
	if _, empty := any(*new(O)).(none); empty {
		huma.Register[I, struct{}](d.API, o, nil)
	} else {
		huma.Register[I, output[O]](d.API, o, nil)
	}
	d.finish(d.OpenAPI().Paths[op.path], op)
	d.alsoYAML(of(d.OpenAPI().Paths[op.path], op.method), any(*new(I)), any(*new(O)), op)
}

func (d *document) keyText(op operation) string {
	if op.once {
		return "api.header.key-once"
	}
	return "api.header.key"
}

// alsoYAML says of a body and an answer that they may be YAML too.
func (d *document) alsoYAML(o *huma.Operation, in, out any, op operation) {
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"x-schema": draft.SchemaURL}}}
	if body, ok := reflect.TypeOf(in).FieldByName("Body"); ok && reflect.PointerTo(body.Type).Implements(reflect.TypeFor[yamlBody]()) {
		o.RequestBody.Content[yamlType] = text
	}
	if _, ok := out.(yamlAnswer); ok {
		o.Responses[strconv.Itoa(op.status)].Content[yamlType] = text
	}
}

// finish says what each answer carries besides its body.
func (d *document) finish(item *huma.PathItem, op operation) {
	o := of(item, op.method)
	for _, p := range o.Parameters {
		if p.Description == "" {
			p.Description = d.text("api.param.", op.id, p.Name)
		}
	}
	if o.RequestBody != nil {
		o.RequestBody.Required = true
	}
	problem := d.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[httpx.Problem](), true, "Problem")
	content := map[string]*huma.MediaType{httpx.ProblemContentType: {Schema: problem}}
	delete(o.Responses, "default")
	for _, status := range problems(op) {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Description: d.texts.Text(d.lang, "api.status."+strconv.Itoa(status)), Content: content}
	}
	o.Responses["429"].Headers = map[string]*huma.Param{"Retry-After": {Schema: &huma.Schema{Type: huma.TypeInteger}, Description: d.texts.Text(d.lang, "api.header.retry")}}
	good := o.Responses[strconv.Itoa(op.status)]
	good.Description = d.texts.Text(d.lang, "api.status.ok")
	if op.keyed || op.once {
		good.Headers = map[string]*huma.Param{
			keyHeader:      {Schema: &huma.Schema{Type: huma.TypeString}, Description: d.texts.Text(d.lang, "api.header.key-echo")},
			replayedHeader: {Schema: &huma.Schema{Type: huma.TypeString}, Description: d.texts.Text(d.lang, "api.header.replayed")},
		}
	}
}

// problems are the statuses of failures that an operation may answer with.
func problems(op operation) []int {
	out := []int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError}
	if len(op.scopes) > 0 {
		out = append(out, http.StatusForbidden)
	}
	if strings.Contains(op.path, "{") || op.method != http.MethodGet {
		out = append(out, http.StatusBadRequest, http.StatusNotFound)
	} else {
		out = append(out, http.StatusBadRequest)
	}
	if op.method != http.MethodGet {
		out = append(out, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	}
	slices.Sort(out)
	return out
}

func of(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return item.Get
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	}
	return item.Delete
}

func scopeNames(scopes []identity.Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return out
}

// describeSchemas gives each field its description.
func (d *document) describeSchemas() {
	for name, s := range d.OpenAPI().Components.Schemas.Map() {
		for field, f := range s.Properties {
			if text := d.text("api.field.", name, field); f.Ref == "" {
				f.Description = text
			} else {
				// What stands beside a reference counts in OpenAPI 3.1, but not here.
				s.Properties[field] = &huma.Schema{AllOf: []*huma.Schema{{Ref: f.Ref}}, Description: text}
			}
		}
	}
}

// text is the description of a field or parameter: its own, or that of all of
// the name.
func (d *document) text(prefix, owner, name string) string {
	if key := prefix + owner + "." + name; d.texts.Has(d.lang, key) {
		return d.texts.Text(d.lang, key)
	}
	return d.texts.Text(d.lang, prefix+name)
}

// mountDocument serves the document in both languages and forms. Each is made
// when it is first asked for: that takes longer than all else at the program's
// start.
func (a *API) mountDocument(r chi.Router) {
	forms := map[string]struct {
		form string
		make func(i18n.Lang) ([]byte, error)
	}{
		Base + "/openapi.json": {"application/json", func(l i18n.Lang) ([]byte, error) { return a.Document(a.Texts, l).MarshalJSON() }},
		Base + "/openapi.yaml": {yamlType, func(l i18n.Lang) ([]byte, error) { return a.Document(a.Texts, l).YAML() }},
		draft.SchemaURL:        {"application/schema+json", func(l i18n.Lang) ([]byte, error) { return programmeSchema(a.Texts, l), nil }},
	}
	for path, f := range forms {
		made := map[i18n.Lang]func() ([]byte, error){}
		for _, lang := range i18n.Langs() {
			made[lang] = sync.OnceValues(func() ([]byte, error) { return f.make(lang) })
		}
		r.Get(path, func(w http.ResponseWriter, r *http.Request) {
			lang := httpx.Lang(r.Context())
			if asked := i18n.Lang(r.URL.Query().Get("lang")); made[asked] != nil {
				lang = asked
			}
			doc, err := made[lang]()
			if err != nil {
				a.Faults.Write(w, r, err)
				return
			}
			h := w.Header()
			h.Set("Content-Type", f.form)
			h.Set("Content-Language", string(lang))
			h.Set("Cache-Control", "no-cache")
			_, _ = w.Write(doc) // the caller may have gone
		})
	}
}

// programmeSchema is the JSON Schema of a programme's text.
func programmeSchema(texts *i18n.Catalog, lang i18n.Lang) []byte {
	return draft.Schema(func(key string) string { return texts.Text(lang, key) })
}

type (
	idSchema       struct{}
	opSchema       struct{}
	timeSchema     struct{}
	rateSchema     struct{}
	quantitySchema struct{}
	roundingSchema struct{}
)

// Schema describes an id.
func (idSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "id", Examples: []any{"912345678901234567"}}
}

// Schema describes the name of a purchase or refund.
func (opSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "operation-id", Examples: []any{"912345678901234567.912345678901234999"}}
}

// Schema describes a time.
func (timeSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-03-02T09:00:00Z"}}
}

// Schema describes a rate.
func (rateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "percent", Examples: []any{"7.5"}}
}

// Schema describes a quantity.
func (quantitySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "quantity", Examples: []any{"1", "0.375"}}
}

// Schema describes a way to round.
func (roundingSchema) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, name := range money.Roundings() {
		s.Enum = append(s.Enum, name)
	}
	return s
}
