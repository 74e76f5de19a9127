package draft

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
)

// Part is a value of a programme's text, as forms read and write it: a word, a
// list of parts, or a map of them by keys. The zero one is nothing.
type Part struct {
	Word  string
	Keys  []string // of a map
	Parts []Part   // of a list, or of the keys
	Block bool     // each of a list stands on lines of its own
}

// Parts gives a programme as its text would have it if it were written anew:
// what has its default is left out.
func Parts(p *rule.Programme, names Names) Part {
	return programmeForm.write(&writer{names}, *p).part()
}

func (v *value) part() Part {
	out := Part{Word: v.text}
	if v.sort != listValue && v.sort != mapValue {
		return out
	}
	out.Keys = slices.Clone(v.keys)
	for _, item := range v.items {
		out.Parts = append(out.Parts, item.part())
	}
	return out
}

// Words makes a list of words.
func Words(words ...string) Part {
	var out Part
	for _, w := range words {
		out.Parts = append(out.Parts, Part{Word: w})
	}
	return out
}

// None tells whether it is nothing.
func (p Part) None() bool { return p.Word == "" && len(p.Parts) == 0 }

// Get is the part of a map at a key; nothing where there is none.
func (p Part) Get(key string) Part {
	if i := slices.Index(p.Keys, key); i >= 0 {
		return p.Parts[i]
	}
	return Part{}
}

// Put gives a key its part, or takes the key away if it is nothing.
func (p *Part) Put(key string, part Part) {
	i := slices.Index(p.Keys, key)
	switch {
	case part.None() && i >= 0:
		p.Keys, p.Parts = slices.Delete(p.Keys, i, i+1), slices.Delete(p.Parts, i, i+1)
	case part.None():
	case i >= 0:
		p.Parts[i] = part
	default:
		p.Keys, p.Parts = append(p.Keys, key), append(p.Parts, part)
	}
}

// Items are the parts of a list; a word or a map is a list of one.
func (p Part) Items() []Part {
	switch {
	case p.None():
		return nil
	case p.Word != "" || len(p.Keys) > 0:
		return []Part{p}
	}
	return p.Parts
}

// List is the words of a list.
func (p Part) List() []string {
	var out []string
	for _, item := range p.Items() {
		out = append(out, item.Word)
	}
	return out
}

// Equal tells whether two parts say the same.
func (p Part) Equal(q Part) bool {
	if p.Word != q.Word || len(p.Parts) != len(q.Parts) || len(p.Keys) != len(q.Keys) {
		return false
	}
	for i := range p.Parts {
		if len(p.Keys) == 0 && !p.Parts[i].Equal(q.Parts[i]) || len(p.Keys) > 0 && !p.Parts[i].Equal(q.Get(p.Keys[i])) {
			return false
		}
	}
	return true
}

// node is the part in YAML; inner ones stand on the line of what they are in.
func (p Part) node(inner bool) *yaml.Node {
	if p.Word != "" || len(p.Parts) == 0 {
		return wordNode(p.Word)
	}
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if len(p.Keys) > 0 {
		out.Kind, out.Tag = yaml.MappingNode, "!!map"
	}
	if inner && !p.Block {
		out.Style = yaml.FlowStyle
	}
	for i := range p.Parts {
		if len(p.Keys) > 0 {
			out.Content = append(out.Content, wordNode(p.Keys[i]))
		}
		out.Content = append(out.Content, p.Parts[i].node(true))
	}
	return out
}

// wordNode is a word: a figure as it is, any other so that it is read as text.
func wordNode(s string) *yaml.Node {
	plain := &yaml.Node{Kind: yaml.ScalarNode, Value: s}
	if strings.TrimSpace(s) == s && slices.Contains([]string{"!!int", "!!float", "!!timestamp"}, plain.ShortTag()) || s == "yes" || s == "no" {
		return plain
	}
	return textOf(s).node()
}
