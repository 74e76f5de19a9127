package segment

import (
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
)

// consentKinds are what a member may consent to, each a bit by its place. The
// places are stored: what is added stands last.
var consentKinds = []struct {
	kind    member.ConsentKind
	channel member.ConsentChannel
}{
	{member.ToRules, ""},
	{member.ToPersonalData, ""},
	{member.ToAdvertising, member.BySMS},
	{member.ToAdvertising, member.ByEmail},
	{member.ToAdvertising, member.ByPush},
	{member.ToAdvertising, member.ByCall},
}

// consentNames are the values of the field: the kind, and "advertising." with
// the channel.
func consentNames() []string {
	out := make([]string, len(consentKinds))
	for i, c := range consentKinds {
		out[i] = string(c.kind)
		if c.channel != "" {
			out[i] += "." + string(c.channel)
		}
	}
	return out
}

// consentBit is the bit of a consent; 0: it is none that is known.
func consentBit(kind member.ConsentKind, channel member.ConsentChannel) int64 {
	for i, c := range consentKinds {
		if c.kind == kind && c.channel == channel {
			return 1 << i
		}
	}
	return 0
}

func consentsOf(bits int64) []string {
	var out []string
	for i, name := range consentNames() {
		if bits&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// askConsents asks for any of some consents, or for none of them.
func askConsents(k *asked) (part, *fault.Field) {
	var bits int64
	for i, v := range k.Values {
		n := slices.Index(k.f.Values, v)
		if n < 0 {
			return part{}, k.bad(i, "segment.bad-value")
		}
		bits |= 1 << n
	}
	op := " <> 0"
	if k.Op == OpNotIn {
		op = " = 0"
	}
	return part{inF: true, where: func(s *statement) string { return "(" + k.f.on(s) + " & " + s.arg(bits) + ")" + op }}, nil
}
