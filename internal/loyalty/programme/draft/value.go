package draft

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
)

// sort says what a value is.
type sort uint8

const (
	textValue   sort = iota // words, quoted where they could be taken for something else
	figureValue             // money, points, rates, days, times: a string in JSON
	numberValue             // a whole number
	flagValue               // yes or no
	quotedValue             // always quoted in YAML
	listValue
	mapValue
)

// value is what is written, before it is YAML or JSON.
type value struct {
	sort  sort
	text  string
	keys  []string
	items []*value
	flow  bool // on one line
}

func textOf(s string) *value { return &value{sort: textValue, text: s} }
func figure(s string) *value { return &value{sort: figureValue, text: s} }
func quoted(s string) *value { return &value{sort: quotedValue, text: s} }

func number[T ~int | ~int64](n T) *value {
	return &value{sort: numberValue, text: strconv.FormatInt(int64(n), 10)}
}

func flag(v bool) *value {
	if v {
		return &value{sort: flagValue, text: "yes"}
	}
	return &value{sort: flagValue, text: "no"}
}

func (v *value) put(name string, item *value) {
	v.keys = append(v.keys, name)
	v.items = append(v.items, item)
}

// node is the value in YAML.
func (v *value) node() *yaml.Node {
	out := &yaml.Node{Value: v.text}
	if v.flow {
		out.Style = yaml.FlowStyle
	}
	switch v.sort {
	case mapValue:
		out.Kind, out.Tag = yaml.MappingNode, "!!map"
	case listValue:
		out.Kind, out.Tag = yaml.SequenceNode, "!!seq"
	case textValue:
		out.Kind, out.Tag = yaml.ScalarNode, "!!str"
		if strings.ContainsAny(v.text, "\n\r\u0085\u2028\u2029") || strings.TrimSpace(v.text) != v.text || v.text == "<<" {
			out.Style = yaml.DoubleQuotedStyle // so that each value stands on its line
		}
	case quotedValue:
		out.Kind, out.Style = yaml.ScalarNode, yaml.DoubleQuotedStyle
	default:
		out.Kind = yaml.ScalarNode
	}
	for i, item := range v.items {
		if v.sort == mapValue {
			out.Content = append(out.Content, textOf(v.keys[i]).node())
		}
		out.Content = append(out.Content, item.node())
	}
	return out
}

// yaml writes the value as a document, its parts set apart by empty lines.
func (v *value) yaml() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v.node()); err != nil {
		return nil, err
	}
	return spaced(b.String()), nil
}

// line writes the value on one line, for people.
func (v *value) line() string {
	if v == nil {
		return ""
	}
	switch v.sort {
	case mapValue, listValue:
		parts := make([]string, len(v.items))
		for i, item := range v.items {
			parts[i] = item.line()
			if v.sort == mapValue {
				parts[i] = v.keys[i] + ": " + parts[i]
			} else if item.sort == mapValue {
				parts[i] = "{" + parts[i] + "}"
			}
		}
		return strings.Join(parts, ", ")
	}
	return v.text
}

// json appends the value as JSON.
func (v *value) json(b []byte) []byte {
	quote := func(s string) {
		var q bytes.Buffer
		e := json.NewEncoder(&q)
		e.SetEscapeHTML(false)
		_ = e.Encode(s) // a string: never fails
		b = append(b, bytes.TrimSuffix(q.Bytes(), []byte("\n"))...)
	}
	switch v.sort {
	case numberValue:
		return append(b, v.text...)
	case flagValue:
		return strconv.AppendBool(b, v.text == "yes")
	case listValue, mapValue:
		open, end := byte('['), byte(']')
		if v.sort == mapValue {
			open, end = '{', '}'
		}
		b = append(b, open)
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			if v.sort == mapValue {
				quote(v.keys[i])
				b = append(b, ':')
			}
			b = item.json(b)
		}
		return append(b, end)
	}
	quote(v.text)
	return b
}

// writer writes a programme.
type writer struct{ names Names }

// YAML writes a programme as people read it. Its version is told, so that a
// change made from it does not undo another's.
func YAML(p *rule.Programme, names Names) ([]byte, error) {
	out := *p
	out.ID = 0 // its code names it
	return programmeForm.write(&writer{names}, out).yaml()
}

// JSON writes a programme as the API gives it.
func JSON(p *rule.Programme, names Names) []byte {
	return slices.Clip(programmeForm.write(&writer{names}, *p).json(nil))
}
