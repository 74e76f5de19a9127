package api

import (
	"strconv"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/fault"
)

// Whoever has the key of a till could find out who is a member, what was bought
// and which promo codes there are, by trying one phone, card, QR of a receipt or
// word after the other. A key
// of some outlets may name what there is not only so often; then it has to
// wait. Whose look-ups find what they look for is never slowed, nor is a key of
// the whole organization, which lists it all anyway.

// misses is how often: more than any till has buyers who are not members.
var misses = httpx.Rate{PerMinute: 30, Burst: 120}

func (c *call) missKey() string { return "misses " + strconv.FormatInt(int64(c.who.KeyID), 36) }

// guess says that the request looks up what could be guessed; it is refused
// where too many have found nothing.
func (c *call) guess() error {
	if c.everywhere() {
		return nil
	}
	c.guesses = true
	if wait := c.limiter.Wait(c.missKey(), misses); wait > 0 {
		return httpx.TooMany(wait)
	}
	return nil
}

// missed counts a look-up that has found nothing.
func (c *call) missed() {
	if c.guesses {
		c.limiter.Take(c.missKey(), misses)
	}
}

// missedCodes counts promo codes that there are none of.
func (c *call) missedCodes(n int) {
	for range n {
		c.missed()
	}
}

// missedBy counts one that has ended with an error which says so.
func (c *call) missedBy(err error) {
	if f := fault.From(err); f.Kind == fault.NotFound || f.Kind == fault.Unauthorized {
		c.missed()
	}
}
