package draft

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/platform/fault"
)

// Text is the text of a programme that is changed part by part. What is not
// changed stays as it was written, comments and all.
type Text struct {
	doc *yaml.Node
}

// Open reads a text to be changed. It need not be a programme without faults,
// but it has to be YAML.
func Open(text []byte) (*Text, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, broken(root.Line, "programme.text-map")
	}
	return &Text{&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}}, nil
}

// Bytes is the text as it is now.
func (t *Text) Bytes() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(t.doc); err != nil {
		return nil, err
	}
	return spaced(b.String()), nil
}

// Set gives a key of the map at a path its part; nothing takes the key away.
func (t *Text) Set(at, key string, part Part) error {
	if part.None() && t.find(at) == nil {
		return nil
	}
	m, err := t.mapAt(at)
	if err != nil {
		return err
	}
	i := keyIn(m, key)
	switch {
	case part.None() && i >= 0:
		m.Content = slices.Delete(m.Content, i, i+2)
		t.tidy(at)
	case part.None():
	case i >= 0:
		was, is := m.Content[i+1], part.node(true)
		is.HeadComment, is.LineComment, is.FootComment = was.HeadComment, was.LineComment, was.FootComment
		m.Content[i+1] = is
	default:
		i = placeFor(m, at, key)
		m.Content = slices.Insert(m.Content, i, wordNode(key), part.node(true))
	}
	return nil
}

// tidy takes a map away that has become empty, but not that of the programme.
func (t *Text) tidy(at string) {
	if at == "" || strings.HasSuffix(at, "]") {
		return
	}
	if m := t.find(at); m != nil && len(m.Content) == 0 {
		around, key := split(at)
		if in := t.find(around); in != nil {
			if i := keyIn(in, key); i >= 0 {
				in.Content = slices.Delete(in.Content, i, i+2)
			}
		}
	}
}

// Add puts an item at the end of a list.
func (t *Text) Add(list string, item Part) error {
	l, err := t.listAt(list)
	if err != nil {
		return err
	}
	l.Content = append(l.Content, item.node(false))
	return nil
}

// Cut takes an item out of its list.
func (t *Text) Cut(at string) error {
	list, i, err := t.item(at)
	if err != nil {
		return err
	}
	list.Content = slices.Delete(list.Content, i, i+1)
	if len(list.Content) == 0 {
		around, key := split(at[:strings.LastIndexByte(at, '[')])
		return t.Set(around, key, Part{})
	}
	return nil
}

// Move puts an item by so many places further down its list, or up.
func (t *Text) Move(at string, by int) error {
	list, i, err := t.item(at)
	if err != nil {
		return err
	}
	to := max(0, min(i+by, len(list.Content)-1))
	n := list.Content[i]
	list.Content = slices.Insert(slices.Delete(list.Content, i, i+1), to, n)
	return nil
}

// Copy puts a copy of an item behind it, under another id and name.
func (t *Text) Copy(at, id, name string) error {
	list, i, err := t.item(at)
	if err != nil {
		return err
	}
	n := clone(list.Content[i])
	for key, word := range map[string]string{"id": id, "name": name} {
		if k := keyIn(n, key); k >= 0 {
			n.Content[k+1] = wordNode(word)
		} else {
			n.Content = slices.Insert(n.Content, min(2, len(n.Content)), wordNode(key), wordNode(word))
		}
	}
	list.Content = slices.Insert(list.Content, i+1, n)
	return nil
}

func clone(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out.Content[i] = clone(c)
	}
	return &out
}

// keyIn is where a key of a map stands; −1: nowhere.
func keyIn(m *yaml.Node, key string) int {
	for i := 0; m != nil && m.Kind == yaml.MappingNode && i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// find is what stands at a path as faults have it: "levels[1].rules[0].when";
// nil where nothing does.
func (t *Text) find(at string) *yaml.Node {
	n := t.doc.Content[0]
	for _, step := range steps(at) {
		if i, err := strconv.Atoi(step); err == nil && strings.Contains(at, "["+step+"]") {
			switch {
			case n.Kind == yaml.SequenceNode && i < len(n.Content):
				n = n.Content[i]
			case n.Kind != yaml.SequenceNode && i == 0: // a list of one
			default:
				return nil
			}
			continue
		}
		i := keyIn(n, step)
		if i < 0 {
			return nil
		}
		n = n.Content[i+1]
	}
	return n
}

func steps(at string) []string {
	return strings.FieldsFunc(at, func(r rune) bool { return strings.ContainsRune(".[]", r) })
}

// split parts a path into what it lies in and its last key.
func split(at string) (around, key string) {
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		return at[:i], at[i+1:]
	}
	return "", at
}

func gone(at string) error { return fault.New(fault.NotFound, "programme.no-part", "path", at) }

// mapAt is the map at a path; one that is not there yet is made.
func (t *Text) mapAt(at string) (*yaml.Node, error) {
	if n := t.find(at); n != nil {
		if n.Kind == yaml.MappingNode {
			return n, nil
		}
		if n.Kind == yaml.ScalarNode { // a word that stood for the map
			n.Kind, n.Tag, n.Value, n.Style = yaml.MappingNode, "!!map", "", yaml.FlowStyle
			return n, nil
		}
		return nil, gone(at)
	}
	return t.made(at, yaml.MappingNode)
}

// listAt is the list at a path; one that is not there yet is made, and one item
// by itself is made a list.
func (t *Text) listAt(at string) (*yaml.Node, error) {
	n := t.find(at)
	if n == nil {
		return t.made(at, yaml.SequenceNode)
	}
	if n.Kind != yaml.SequenceNode {
		one := clone(n)
		*n = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{one}}
	}
	return n, nil
}

func (t *Text) made(at string, kind yaml.Kind) (*yaml.Node, error) {
	around, key := split(at)
	in, err := t.mapAt(around)
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: kind, Tag: "!!map"}
	if kind == yaml.SequenceNode {
		n.Tag = "!!seq"
	}
	if in.Style == yaml.FlowStyle && kind == yaml.SequenceNode {
		in.Style = 0 // what has rules gets lines
	}
	in.Content = slices.Insert(in.Content, placeFor(in, around, key), wordNode(key), n)
	return n, nil
}

// item is the list that an item lies in, and its place.
func (t *Text) item(at string) (*yaml.Node, int, error) {
	cut := strings.LastIndexByte(at, '[')
	if cut < 0 || !strings.HasSuffix(at, "]") || t.find(at) == nil {
		return nil, 0, gone(at)
	}
	i, err := strconv.Atoi(at[cut+1 : len(at)-1])
	if err != nil {
		return nil, 0, gone(at)
	}
	list, err := t.listAt(at[:cut])
	return list, i, err
}

// placeFor is where a key of a map goes that was not there: behind those that
// the written form has before it.
func placeFor(m *yaml.Node, at, key string) int {
	order := orderOf(at)
	rank := slices.Index(order, key)
	out := len(m.Content)
	for i := 0; i+1 < len(m.Content); i += 2 {
		if r := slices.Index(order, m.Content[i].Value); rank >= 0 && r > rank {
			return i
		}
	}
	return out
}

// orderOf are the keys of the map at a path, as they are written.
func orderOf(at string) []string {
	_, last := split(at)
	last, _, _ = strings.Cut(last, "[")
	switch last {
	case "":
		return programmeForm.names()
	case "rules":
		return ruleForm.names()
	case "levels":
		return levelForm.names()
	case "campaigns":
		return campaignForm.names()
	case "earning":
		return earningForm.names()
	case "settings":
		return settingsForm.names()
	}
	return nil
}

func (o *object[T]) names() []string {
	out := make([]string, len(o.fields))
	for i := range o.fields {
		out[i] = o.fields[i].name
	}
	return out
}

// spaced sets the parts of a written programme apart by empty lines; a comment
// belongs to what is below it.
func spaced(text string) []byte {
	lines := strings.SplitAfter(text, "\n")
	var out, remarks strings.Builder
	last := ""
	for _, line := range lines {
		word := strings.TrimSpace(line)
		if word == "" {
			continue
		}
		if strings.HasPrefix(word, "#") {
			remarks.WriteString(line)
			continue
		}
		part := line[0] != ' ' && strings.HasSuffix(line, ":\n")
		item := strings.HasPrefix(line, "  - ") && !strings.HasSuffix(last, ":\n")
		if (part || item) && out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(remarks.String() + line)
		remarks.Reset()
		last = line
	}
	return []byte(out.String() + remarks.String())
}
