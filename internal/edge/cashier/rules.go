package cashier

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/offline"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/crypto"
)

// renewAfter is how old rules may be that a till is not given anew though
// nothing has changed: they are gone by for offline.Life.
const renewAfter = 6 * time.Hour

// given are the rules of a till as the page keeps them.
type given struct {
	Tag    string          `json:"tag"` // of what they say and when they are to be renewed
	Key    []byte          `json:"key"` // that the signature is checked by, Ed25519
	Signed *offline.Signed `json:"signed"`
}

// rules gives the till what it judges by while there is no network, unless it
// has the same already.
func (c *Cashier) rules(k *call) error {
	now := c.Clock.Now()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	outlet := &k.at.Outlet
	r := &offline.Rules{
		Till: k.at.Till.ID, Outlet: outlet.ID, Partner: k.at.Partner.ID, Zone: outlet.Zone, Cutover: outlet.Cutover, Made: now, Salt: salt,
	}
	set := c.Programmes.Current()
	r.Fill(outlet.Location(), func(day string) *rule.Programme { return set.For(outlet.ID, k.at.Partner.ID, day) })
	tag := tagOf(r)
	if k.r.URL.Query().Get("have") == tag {
		k.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	key := crypto.SigningKey(c.Secret, "rules of a till")
	signed, err := offline.Sign(r, key)
	if err != nil {
		return err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return write(k, http.StatusOK, given{Tag: tag, Key: public, Signed: signed})
}

// tagOf tells rules apart by what they say, and by when they are to be renewed.
func tagOf(r *offline.Rules) string {
	sum := sha256.New()
	fmt.Fprint(sum, r.Till, r.Outlet, r.Partner, r.Zone, r.Cutover, int64(r.Made)/renewAfter.Microseconds(), r.Days)
	for i := range r.Programmes {
		fmt.Fprint(sum, " ", r.Programmes[i].ID, " ", r.Programmes[i].Version)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// seen is what the till may judge the member by where it can't ask; nil: no
// programme is in force at it.
func (c *Cashier) seen(k *call, h home.ID) (*offline.Buyer, error) {
	m, p, err := c.Desk.Seen(k.r.Context(), k.at.Till.ID, h)
	if err != nil || p.ID == 0 {
		return nil, err
	}
	return &offline.Buyer{Home: h, Programme: p.ID, Seen: *m}, nil
}
