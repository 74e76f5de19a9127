package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"strings"
	"text/template"

	"kopilka/internal/edge/api"
	"kopilka/internal/platform/i18n"
)

//go:embed client.tmpl
var text string

// generated are the files, by the template that makes each.
var generated = map[string]string{"types": "types_gen.go", "operations": "operations_gen.go", "decoders": "decoders_gen.go"}

// generate makes the files of the client, by name, from the document as it is
// now. Equal documents give equal files.
func generate() (map[string][]byte, error) {
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	r := reading{doc: api.New(api.Parts{}).Document(texts, i18n.EN), enums: map[string]*enum{}}
	c, err := r.client()
	if err != nil {
		return nil, err
	}
	t, err := template.New("client").Funcs(template.FuncMap{"comment": comment, "method": method}).Parse(text)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, file := range generated {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, name, c); err != nil {
			return nil, err
		}
		source, err := format.Source(b.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		files[file] = source
	}
	return files, nil
}

// width is how wide a comment may be, in bytes.
const width = 100

// comment makes lines of a comment of paragraphs.
func comment(paragraphs ...string) string {
	var b strings.Builder
	for _, p := range paragraphs {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("//\n")
		}
		line := "//"
		for word := range strings.FieldsSeq(p) {
			if len(line)+1+len(word) > width && line != "//" {
				b.WriteString(line + "\n")
				line = "//"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// method is what net/http calls the method: MethodGet.
func method(name string) string { return name[:1] + strings.ToLower(name[1:]) }
