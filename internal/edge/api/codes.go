package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// CodeTarget is where a one-time code goes: a phone, an e-mail, or a member's
// main phone.
type CodeTarget struct {
	Purpose member.Purpose `json:"purpose" enum:"prove,spend"`
	Phone   string         `json:"phone,omitempty" maxLength:"64"`
	Email   string         `json:"email,omitempty" maxLength:"254"`
	Member  home.ID        `json:"member,omitzero"`
}

// SendCode asks for a code to be sent.
type SendCode struct {
	CodeTarget
	Language string `json:"language,omitempty" enum:",ru,en"`
}

// SentCode says what became of it.
type SentCode struct {
	To        string `json:"to"`
	ExpiresAt Time   `json:"expires_at"`
	RepeatAt  Time   `json:"repeat_at"`
}

// CheckCode is a code as it was typed in.
type CheckCode struct {
	CodeTarget
	Code string `json:"code" minLength:"1" maxLength:"16"`
}

// CodeProof names a code that was right, to be shown as a proof once.
type CodeProof struct {
	Proof id.ID `json:"proof"`
	Until Time  `json:"until"`
}

type (
	sendCodeIn  struct{ Body SendCode }
	checkCodeIn struct{ Body CheckCode }
)

func codes(a *API) {
	row := func(id, path string) operation {
		return operation{
			id: id, method: http.MethodPost, path: path, group: "members", status: http.StatusOK,
			scopes: []identity.Scope{identity.MembersWrite, identity.PurchasesWrite},
		}
	}
	add(a, row("sendCode", "/codes"), sendCode)
	add(a, row("checkCode", "/codes/check"), checkCode)
}

func sendCode(ctx context.Context, c *call, in *sendCodeIn) (*SentCode, error) {
	to, err := c.target(ctx, &in.Body.CodeTarget)
	if err != nil {
		return nil, err
	}
	if in.Body.Purpose == member.ToSpend {
		if err := c.maySendToSpend(ctx, in.Body.Member, to); err != nil {
			return nil, err
		}
	}
	lang := in.Body.Language
	if lang == "" {
		lang = string(c.lang())
	}
	sent, err := c.Codes.Send(ctx, in.Body.Purpose, to, lang)
	if err != nil {
		return nil, err
	}
	return &SentCode{To: sent.To, ExpiresAt: Time(sent.ExpiresAt), RepeatAt: Time(sent.RepeatAt)}, nil
}

// maySendToSpend refuses a code for spending to where it would prove nothing.
func (c *call) maySendToSpend(ctx context.Context, h home.ID, to member.Ref) error {
	m, err := c.memberOf(ctx, purchase.Buyer{Home: h, Kind: string(to.Kind), Value: to.Value})
	if err != nil {
		return err
	}
	return c.mayProve(ctx, m.Home, to)
}

func checkCode(ctx context.Context, c *call, in *checkCodeIn) (*CodeProof, error) {
	of, err := c.target(ctx, &in.Body.CodeTarget)
	if err != nil {
		return nil, err
	}
	proof, err := c.Codes.Check(ctx, in.Body.Purpose, of, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return &CodeProof{Proof: proof, Until: Time(c.Clock.Now().Add(member.CodeProof))}, nil
}

// target is the phone or e-mail of a code.
func (c *call) target(ctx context.Context, t *CodeTarget) (member.Ref, error) {
	ways := 0
	for _, way := range []bool{t.Phone != "", t.Email != "", t.Member != 0} {
		if way {
			ways++
		}
	}
	switch {
	case ways != 1:
		return member.Ref{}, fault.New(fault.Invalid, "api.code-target")
	case t.Phone != "":
		return c.contact(member.Phone, t.Phone)
	case t.Email != "":
		return c.contact(member.Email, t.Email)
	}
	m, err := c.memberOf(ctx, purchase.Buyer{Home: t.Member})
	if err != nil {
		return member.Ref{}, err
	}
	phone := m.Main(member.Phone)
	if phone == "" {
		return member.Ref{}, fault.New(fault.Refused, "api.no-phone")
	}
	return member.Ref{Kind: member.Phone, Value: phone}, nil
}

func (c *call) contact(kind member.Kind, value string) (member.Ref, error) {
	ref, err := member.Normalise(kind, value, c.Rules().Region)
	if err != nil {
		return ref, badlyWritten(string(kind), kind)
	}
	return ref, nil
}
