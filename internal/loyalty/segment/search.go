package segment

import (
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// search is whom a typed text finds: by an identifier in any writing, or by
// the beginnings of words of his name, the first of them his surname or his
// given name.
func (a *asking) search(typed string) (part, *fault.Field) {
	if !text.Valid(typed, MaxSearch) {
		return part{}, &fault.Field{Path: "search", Code: "segment.bad-value"}
	}
	refs, words := member.Refs(typed, a.region), strings.Fields(text.Fold(typed))
	if len(words) == 0 {
		return part{}, &fault.Field{Path: "search", Code: "segment.bad-value"}
	}
	byRef := func(s *statement) string {
		var all []string
		for _, r := range refs {
			all = append(all, "(i.kind = "+s.arg(string(r.Kind))+" and i.value = "+s.arg(r.Value)+")")
		}
		return "select i.home_id from identifier i where " + strings.Join(all, " or ")
	}
	return part{
		where: func(s *statement) string {
			either := nameWords(s, "m.name_folded", words) + " or exists (select 1 from member_figure g where g.home_id = m.home_id and " + nameWords(s, "g.given_folded", words) + ")"
			if len(refs) > 0 {
				either += " or m.home_id in (" + byRef(s) + ")"
			}
			return "(" + either + ")"
		},
		drive: func(s *statement) string {
			all := "select w.home_id from member w where " + nameWords(s, "w.name_folded", words) +
				" union all select g.home_id from member_figure g where " + nameWords(s, "g.given_folded", words)
			if len(refs) > 0 {
				all += " union all " + byRef(s)
			}
			return all
		},
	}, nil
}

// nameWords asks that a folded name begins with the first word, and that words of
// it begin with the others.
func nameWords(s *statement, column string, words []string) string {
	var all []string
	for _, c := range begins(words[0]) {
		all = append(all, column+" "+c.op+" "+s.arg(c.v))
	}
	for _, w := range words[1:] {
		word := s.arg([]byte(" " + w))
		if s.dialect == db.SQLite {
			all = append(all, "instr("+column+", "+word+") > 0")
		} else {
			all = append(all, "position(cast("+word+" as bytea) in "+column+") > 0")
		}
	}
	return strings.Join(all, " and ")
}
