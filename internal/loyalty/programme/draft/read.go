package draft

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/platform/fault"
)

// maxFaults bounds what is told of a text at once.
const maxFaults = 200

// reader reads a text: it notes where each value stands and what is wrong.
type reader struct {
	names  Names
	places map[string]place
	wrong  []fault.Field
}

// see notes where the value of a path stands.
func (r *reader) see(at string, n *yaml.Node) { r.places[at] = place{n.Line, n.Column} }

func (r *reader) bad(n *yaml.Node, at, code string, args ...any) {
	r.add(n, fault.Field{Path: at, Code: code, Args: fault.Pairs(args...)})
}

// refuse adds what a parser of a value said.
func (r *reader) refuse(n *yaml.Node, at string, err error) { r.add(n, fault.From(err).At(at)) }

func (r *reader) add(n *yaml.Node, f fault.Field) {
	if len(r.wrong) < maxFaults {
		f.Line, f.Column = n.Line, n.Column
		r.wrong = append(r.wrong, f)
	}
}

// plain refuses what no value of a programme has: anchors, aliases, tags of
// one's own, nothing.
func (r *reader) plain(n *yaml.Node, at string) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.bad(n, at, "programme.text-alias")
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
		r.bad(n, at, "programme.text-nothing")
	case !slices.Contains([]string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp", "!!map", "!!seq"}, n.ShortTag()):
		r.bad(n, at, "programme.text-tag")
	default:
		return true
	}
	return false
}

// scalar gives the text of a single value.
func (r *reader) scalar(n *yaml.Node, at string) (string, bool) {
	if !r.plain(n, at) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		r.bad(n, at, "programme.text-one")
		return "", false
	}
	return n.Value, true
}

// list gives the items of a list; a single value is a list of one.
func (r *reader) list(n *yaml.Node, at string, most int) []*yaml.Node {
	if !r.plain(n, at) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	if len(n.Content) > most {
		r.bad(n, at, "programme.too-many", "most", most)
		return nil
	}
	return n.Content
}

// pair is a key of a map with its value.
type pair struct {
	name       string
	key, value *yaml.Node
}

// pairs gives the keys of a map with their values, each once.
func (r *reader) pairs(n *yaml.Node, at string) []pair {
	if !r.plain(n, at) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.bad(n, at, "programme.text-map")
		return nil
	}
	seen := map[string]bool{}
	var out []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name, ok := r.scalar(key, at)
		switch {
		case !ok:
		case seen[name]:
			r.bad(key, join(at, name), "programme.text-twice")
		default:
			seen[name] = true
			out = append(out, pair{name, key, n.Content[i+1]})
		}
	}
	return out
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// compiled takes in what the programme itself says is wrong, but for what
// only follows from a value that could not be read.
func (r *reader) compiled(d *Draft, e *fault.Error) {
	unread := make([]string, len(r.wrong))
	for i, f := range r.wrong {
		unread[i] = f.Path
	}
	for _, f := range e.Fields {
		follows := slices.ContainsFunc(unread, func(path string) bool { return within(path, f.Path) || within(f.Path, path) })
		if !follows && len(r.wrong) < maxFaults {
			r.wrong = append(r.wrong, d.Place(f))
		}
	}
	if len(e.Fields) == 0 && len(r.wrong) == 0 {
		r.wrong = append(r.wrong, d.Place(e.At("")))
	}
}

// within tells whether a path lies in another, or is it.
func within(path, in string) bool {
	rest, ok := strings.CutPrefix(path, in)
	return ok && (in == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Place says where in the text a path of the programme stands: itself, or the
// nearest thing around it.
func (d *Draft) Place(f fault.Field) fault.Field {
	for path := f.Path; ; path = around(path) {
		if at, ok := d.places[path]; ok {
			f.Line, f.Column = at.line, at.column
			return f
		}
		if path == "" {
			f.Line, f.Column = 1, 1
			return f
		}
	}
}

// around is the path of what a path lies in.
func around(path string) string {
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return ""
}

// sort puts faults into the order of the text.
func (d *Draft) sort(fs []fault.Field) {
	slices.SortStableFunc(fs, func(x, y fault.Field) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
}
