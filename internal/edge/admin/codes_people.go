package admin

import (
	"strconv"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
)

// linesTold is how many wrong lines are told one by one.
const linesTold = 10

// person is a line of a list of people: the phone or the e-mail of it.
type person struct {
	line int
	ref  member.Ref
}

// ownersTyped reads how many codes a form asks for, and for whom; what is wrong is at
// its fields, of the list by the numbers of its lines.
func (p *page) ownersTyped(f *form, o *promo.Order) error {
	var err error
	if o.Count, err = strconv.Atoi(f.number("count")); err != nil {
		f.wrong["count"] = p.text("fault.admin.number")
	}
	people, bad := p.peopleTyped(f.values.Get("people"))
	switch f.get("for") {
	case forPeople:
	case forAnybody:
		if len(people)+len(bad) > 0 { // meant for them, most likely
			f.wrong["for"] = p.text("admin.codes.people-unasked")
		}
		return nil
	default:
		f.wrong["for"] = p.text("fault.admin.bad-choice")
		return nil
	}
	switch {
	case len(people)+len(bad) == 0:
		f.wrong["people"] = p.text("admin.codes.no-people")
	case len(people)+len(bad) > promo.MaxMade:
		f.wrong["people"] = p.text("admin.codes.many-people", "most", promo.MaxMade)
	default:
		var of []string
		if o.Owners, of, err = p.owners(people); err != nil {
			return err
		}
		f.tellLines(append(bad, of...))
	}
	return nil
}

// tellLines says at the list what is wrong with its lines.
func (f *form) tellLines(bad []string) {
	if more := len(bad) - linesTold; more > 0 {
		bad = append(bad[:linesTold:linesTold], f.p.text("admin.codes.lines-more", "count", more))
	}
	if len(bad) > 0 {
		f.wrong["people"] = strings.Join(bad, " ")
	}
}

// peopleTyped are the phones and e-mails that were typed, one a line, and what is wrong
// with the lines that are neither, or say one again.
func (p *page) peopleTyped(typed string) (people []person, bad []string) {
	n, first := 0, map[member.Ref]int{}
	for line := range strings.SplitSeq(strings.ToValidUTF8(typed, "?"), "\n") {
		n++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		kind := member.Phone
		if strings.Contains(line, "@") {
			kind = member.Email
		}
		ref, err := member.Normalise(kind, line, p.Rules().Region)
		switch {
		case err != nil:
			bad = append(bad, p.text("admin.codes.line-bad", "line", n, "typed", clipped(line)))
		case first[ref] > 0:
			bad = append(bad, p.text("admin.codes.line-twice", "line", n, "first", first[ref]))
		default:
			first[ref] = n
			people = append(people, person{n, ref})
		}
		if len(people)+len(bad) > promo.MaxMade {
			break
		}
	}
	return people, bad
}

// owners are whose the codes for people are: the members' whose phones and e-mails
// those are, or whoever's who has them.
func (p *page) owners(people []person) (out []promo.Owner, bad []string, err error) {
	refs := make([]member.Ref, len(people))
	for i := range people {
		refs[i] = people[i].ref
	}
	found, err := member.ResolveAll(p.ctx(), p.DB, refs)
	if err != nil {
		return nil, nil, err
	}
	first := map[home.ID]int{}
	for _, x := range people {
		h, several := memberOfAll(found[x.ref])
		switch {
		case several:
			bad = append(bad, p.text("admin.codes.line-several", "line", x.line))
		case h == 0:
			out = append(out, promo.Owner{Guest: p.Desk.GuestHash(purchase.Guest(x.ref)), Shown: x.ref.Mask()})
		case first[h] > 0:
			bad = append(bad, p.text("admin.codes.line-same", "line", x.line, "first", first[h]))
		default:
			first[h] = x.line
			out = append(out, promo.Owner{Home: h})
		}
	}
	return out, bad, nil
}

// memberOfAll is the one member of those whom a phone or an e-mail stands for still; 0:
// nobody.
func memberOfAll(found []member.Resolved) (one home.ID, several bool) {
	for i := range found {
		switch r := &found[i]; {
		case r.Identifier != member.On || r.State.Gone() || r.Home == one:
		case one != 0:
			return 0, true
		default:
			one = r.Home
		}
	}
	return one, false
}
