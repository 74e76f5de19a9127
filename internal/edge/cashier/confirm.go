package cashier

import (
	"encoding/json"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// confirm proves that a member's main phone or e-mail is his: without a code it
// sends one, with it he is proven. The page sees neither.
func (c *Cashier) confirm(k *call) error {
	var in struct {
		Member home.ID `json:"member"`
		Code   string  `json:"code"`
	}
	if err := read(k, &in); err != nil {
		return err
	}
	ctx := k.r.Context()
	rules, _, err := member.LoadRules(ctx, c.DB)
	if err != nil {
		return err
	}
	m, err := member.Get(ctx, c.DB, in.Member)
	if err != nil {
		return err
	}
	ref, ok := rules.Unproven(m.Identifiers)
	if !ok {
		return fault.New(fault.Refused, "cashier.nothing-to-confirm")
	}
	target := map[string]any{"purpose": member.ToProve, string(ref.Kind): ref.Value}
	if in.Code == "" {
		return c.relayed(k, "/codes", target)
	}
	target["code"] = in.Code
	a, err := c.post(k, "/codes/check", target)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		a.relay(k)
		return nil
	}
	var checked struct {
		Proof id.ID `json:"proof"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &checked); err != nil {
		return err
	}
	return c.relayed(k, "/members/"+m.Home.String()+"/identifiers/prove", map[string]any{"kind": ref.Kind, "value": ref.Value, "proof": checked.Proof})
}

// post asks the API to do an operation as the till.
func (c *Cashier) post(k *call, path string, body map[string]any) (*answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return c.ask(k, http.MethodPost, path, raw), nil
}

// relayed answers the page as the API answers.
func (c *Cashier) relayed(k *call, path string, body map[string]any) error {
	a, err := c.post(k, path, body)
	if err != nil {
		return err
	}
	a.relay(k)
	return nil
}
