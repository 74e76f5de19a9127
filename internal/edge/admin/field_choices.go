package admin

import (
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// choiceLine is a line of the choices of an own field, as it was typed.
type choiceLine struct {
	no     int // in what was typed, from 1
	typed  string
	choice member.Choice // without a key where it is to be made
	parts  int
}

// choiceLines reads choices, one a line: a name in one language; in Russian; in
// English; before them a key, which need not be typed. More than a field may have
// are refused by it.
func choiceLines(typed string) (out []choiceLine) {
	no := 0
	for l := range strings.SplitSeq(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\x00", ""), "\n") {
		if no++; strings.TrimSpace(l) == "" {
			continue
		}
		if out = append(out, choiceLineOf(no, strings.TrimSpace(l))); len(out) > member.MaxChoices {
			break
		}
	}
	return out
}

// mostParts are a key and a name in two languages.
const mostParts = 3

func choiceLineOf(no int, typed string) choiceLine {
	parts := strings.Split(typed, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	l := choiceLine{no: no, typed: typed, parts: len(parts)}
	if len(parts) == mostParts || len(parts) == 2 && member.IsKey(parts[0]) {
		l.choice.Key, parts = parts[0], parts[1:]
	}
	l.choice.LabelRU, l.choice.LabelEN = inBoth(parts[0], parts[len(parts)-1])
	return l
}

// choicesOf are the choices of lines, or what is wrong with the first that can't
// be one. A name that is there already keeps its key, as members have it; any
// other without a key has one made of it.
func (p *page) choicesOf(lines []choiceLine, there []member.Choice) ([]member.Choice, *fault.Field) {
	out := make([]member.Choice, len(lines))
	taken := map[string]bool{} // by lines
	for i := range lines {
		out[i] = lines[i].choice
		taken[out[i].Key] = true
	}
	for i := range out {
		l, ch := &lines[i], &out[i]
		switch {
		case l.parts > mostParts:
			return nil, p.choiceWrong(l, p.text("admin.fields.choice-parts"))
		case ch.LabelRU == "":
			return nil, p.choiceWrong(l, p.text("admin.fields.choice-nameless"))
		case ch.Key != "":
			continue
		}
		for k := range i {
			if sameChoice(&out[k], ch) {
				return nil, p.choiceWrong(l, p.text("admin.fields.choice-twice", "line", lines[k].no))
			}
		}
		at := slices.IndexFunc(there, func(o member.Choice) bool { return !taken[o.Key] && sameChoice(&o, ch) })
		if at >= 0 {
			ch.Key = there[at].Key
		} else {
			ch.Key = keyOf(ch.LabelRU, func(key string) bool {
				return taken[key] || slices.ContainsFunc(there, func(o member.Choice) bool { return o.Key == key })
			})
		}
		taken[ch.Key] = true
	}
	return out, nil
}

// sameChoice tells whether nobody could tell two choices apart by their names.
func sameChoice(a, b *member.Choice) bool {
	return text.Fold(a.LabelRU) == text.Fold(b.LabelRU) || text.Fold(a.LabelEN) == text.Fold(b.LabelEN)
}

// keyOf makes a key of a name that is not taken: in Latin letters.
func keyOf(name string, taken func(string) bool) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ReplaceAll(text.Translit(strings.ToLower(name)), "`", "") {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteRune(r)
			gap = false
		} else {
			gap = true
		}
	}
	key := b.String()
	if key == "" {
		key = "choice"
	}
	key = strings.TrimRight(text.Clip(key, member.MaxShort), "_")
	made := key
	for n := 2; taken(made); n++ {
		more := "_" + strconv.Itoa(n)
		made = text.Clip(key, member.MaxShort-len(more)) + more
	}
	return made
}

// choiceWrong says what is wrong with a line of choices.
func (p *page) choiceWrong(l *choiceLine, why string) *fault.Field {
	return &fault.Field{Path: "choices", Code: "admin.choice-line", Args: fault.Pairs("line", l.no, "value", text.Clip(l.typed, maxName), "why", why)}
}

// choiceFault has a refusal of a choice name the line that it was typed in, the
// first of them.
func (p *page) choiceFault(err error, lines []choiceLine) error {
	if err == nil {
		return nil
	}
	out := *fault.From(err)
	out.Fields = nil
	told := false
	for _, w := range fault.From(err).Fields {
		rest, ok := strings.CutPrefix(w.Path, "choices[")
		if number, _, _ := strings.Cut(rest, "]"); ok {
			if at, err := strconv.Atoi(number); err == nil && at < len(lines) {
				if !told {
					out.Fields = append(out.Fields, *p.choiceWrong(&lines[at], p.Texts.FaultField(p.lang(), w)))
				}
				told = true
				continue
			}
		}
		out.Fields = append(out.Fields, w)
	}
	return &out
}
