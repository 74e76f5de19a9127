package member

import (
	"context"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// MaxFind is how long a text that finds members may be, in characters.
const MaxFind = 254

// maxFound bounds an answer: a shared phone may be anybody's.
const maxFound = 50

// Refs gives the identifiers that a text typed, scanned or read from a card
// may be. region is where a phone without a country belongs.
func Refs(anything, region string) []Ref {
	if !text.Valid(anything, MaxFind) {
		return nil
	}
	if r, err := Normalise(QR, anything, region); err == nil {
		return []Ref{r}
	}
	var refs []Ref
	for _, k := range []Kind{Email, Phone, Card, Number, Login, External} {
		if r, err := Normalise(k, anything, region); err == nil {
			refs = append(refs, r)
		}
	}
	return refs
}

// Find gives the members that anything may name: a phone in any writing, an
// e-mail, a number of a card or of a member, a one-time QR (which it does not
// check), an id in another system, a login. One query; no match is an empty
// answer. Members that are gone and cards that are off are found too, after
// those that serve.
func Find(ctx context.Context, q db.Q, anything, region string) ([]Resolved, error) {
	refs := Refs(anything, region)
	if len(refs) == 0 {
		return nil, fault.New(fault.Invalid, "member.bad-search")
	}
	args := make([]any, 14)
	for i := range args {
		args[i] = ""
	}
	for i, r := range refs {
		args[2*i], args[2*i+1] = string(r.Kind), r.Value
	}
	found, err := db.All(ctx, q, scanResolved, qFind, args...)
	if err != nil {
		return nil, err
	}
	return servingFirst(found), nil
}

// FindOne gives the one member who takes part and whom anything names, and by
// what it did; several: it names more than one. A zero Home: nobody.
func FindOne(ctx context.Context, q db.Q, anything, region string) (one Resolved, several bool, err error) {
	found, err := Find(ctx, q, anything, region)
	if err != nil {
		return Resolved{}, false, err
	}
	for i := range found {
		switch r := &found[i]; {
		case !r.Serves() || r.Home == one.Home:
		case one.Home != 0:
			return Resolved{}, true, nil
		default:
			one = *r
		}
	}
	return one, false, nil
}

func servingFirst(found []Resolved) []Resolved {
	out := make([]Resolved, 0, len(found))
	for i := range found {
		if found[i].Serves() {
			out = append(out, found[i])
		}
	}
	for i := range found {
		if !found[i].Serves() {
			out = append(out, found[i])
		}
	}
	return out[:min(len(out), maxFound)]
}
