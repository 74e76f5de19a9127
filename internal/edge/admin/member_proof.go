package admin

import (
	"cmp"
	"net/url"
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
)

// provable tells whether a code can be sent to a kind of identifier.
func (p *page) provable(k member.Kind) bool {
	return (k == member.Phone || k == member.Email) && p.Codes.Channels[k] != nil
}

// maxCodeTyped bounds what is typed for a code, as package member has it.
const maxCodeTyped = 16

// contactAsked sends a code to a member's phone or e-mail and asks for it. He tells
// it who serves him: by phone, or face to face.
func (p *page) contactAsked() error {
	m, x, err := p.identifierOfPath()
	if err != nil {
		return p.notDone(err)
	}
	if _, err := p.Codes.Send(p.ctx(), member.ToProve, x.Ref, cmp.Or(m.Profile.Language, string(p.lang()))); err != nil {
		e := fault.From(err)
		if e.Code == "member.code-too-soon" { // one is out
			return p.to(proofPath(p), "not-code-again")
		}
		if (e.Kind == fault.TooMany || e.Kind == fault.Unavailable) && !p.swaps() {
			return p.showIdentifiers(false, p.Texts.Fault(p.lang(), e))
		}
		return err
	}
	return p.to(proofPath(p), "")
}

// proofPath is where the code of the address's identifier is asked for.
func proofPath(p *page) string {
	return Base + "/members/" + p.param1("member") + "/identifiers/" + p.param1("identifier") + "/prove"
}

func (p *page) proveContact() error {
	m, x, err := p.identifierOfPath()
	if err != nil {
		return p.notDone(err)
	}
	return p.askContactProof(p.filled(url.Values{}), &m, &x)
}

func (p *page) askContactProof(f *form, m *member.Member, x *member.Identifier) error {
	code := f.field("code", "proof-code", needed, first, narrow, mode("numeric"), kind("text", "one-time-code"), most(maxCodeTyped))
	return p.ask(f, sheet{
		Title: p.text("admin.identifier.prove-title"), Sub: p.text("admin.identifier.code-sent", "to", x.Mask()), Here: "/members", Crumbs: p.identifierCrumbs(m),
		Action: proofPath(p), Back: identifiersPath(m), Do: p.text("admin.identifier.prove"), Parts: []sheetPart{{Entries: lines(code)}},
	})
}

func (p *page) proveContactSent() error {
	m, x, err := p.identifierOfPath()
	if err != nil {
		return p.notDone(err)
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	code := p.Codes.Typed(f.get("code"))
	if code == "" { // what can be none costs no try
		f.wrong["code"] = p.text("admin.identifier.no-code", "digits", p.Codes.Length())
		return p.askContactProof(f, &m, &x)
	}
	proof, err := p.Codes.Check(p.ctx(), member.ToProve, x.Ref, code)
	if err == nil {
		_, err = p.Members.Prove(p.ctx(), p.Rules(), m.Home, member.NewIdentifier{Kind: x.Kind, Value: x.Value, Proof: proof}, p.actor())
	}
	if err != nil {
		if e := fault.From(err); !p.swaps() && slices.Contains([]string{"member.code-tries", "member.code-expired", "member.code-none"}, e.Code) {
			return p.showIdentifiers(false, p.Texts.Fault(p.lang(), e)) // where a new one is sent from
		}
		if f.refuse(at(fault.From(err), "code")) {
			return p.askContactProof(f, &m, &x)
		}
		return err
	}
	return p.to(identifiersPath(&m), "identifier-proven")
}
