package member

import (
	"slices"

	"kopilka/internal/platform/fault"
)

// identifiers normalises what is to be a new member's and makes the first of
// each kind main unless another is.
func (f *form) identifiers(list []NewIdentifier, rules *Rules, has map[Kind]bool) []Ref {
	if len(list) > maxGiven {
		f.add("identifiers", tooMany(maxGiven))
		return nil
	}
	refs := make([]Ref, len(list))
	count := map[Kind]int{}
	for i := range list {
		n := &list[i]
		path := pathOf("identifiers", i)
		if !n.Kind.contact() {
			f.add(path+".kind", &fault.Field{Code: "member.bad-kind"})
			continue
		}
		has[n.Kind] = true // one that is wrong is none that is missing
		ref, err := Normalise(n.Kind, n.Value, rules.Region)
		if err != nil {
			f.add(path+".value", badValue(n.Kind))
			continue
		}
		if slices.Contains(refs[:i], ref) {
			f.add(path+".value", &fault.Field{Code: "member.twice"})
		}
		refs[i] = ref
		if count[n.Kind]++; count[n.Kind] > maxOf(n.Kind) {
			f.add(path, tooMany(maxOf(n.Kind)))
		}
	}
	for k := range has {
		oneMain(list, k)
	}
	return refs
}

// maxGiven is how many identifiers a registration may bring.
const maxGiven = 3*MaxPerKind + 1

func maxOf(k Kind) int {
	if k == Login {
		return 1
	}
	return MaxPerKind
}

func oneMain(list []NewIdentifier, k Kind) {
	first, main := -1, -1
	for i := range list {
		switch {
		case list[i].Kind != k:
			continue
		case first < 0:
			first = i
		}
		if list[i].Main && main >= 0 {
			list[i].Main = false
		} else if list[i].Main {
			main = i
		}
	}
	if main < 0 {
		list[first].Main = true
	}
}

func badValue(k Kind) *fault.Field {
	switch k {
	case Phone:
		return &fault.Field{Code: "contact.phone-invalid"}
	case Email:
		return &fault.Field{Code: "contact.email-invalid"}
	}
	return &fault.Field{Code: "member.bad-identifier", Args: fault.Pairs("kind", string(k))}
}
