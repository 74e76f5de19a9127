package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// call is one request being served.
type call struct {
	*API
	op  *operation
	w   http.ResponseWriter
	r   *http.Request
	who identity.Principal
	key string // the Idempotency-Key of an operation that takes one

	guesses bool // it looks up what could be guessed
}

const (
	keyHeader      = "Idempotency-Key"
	replayedHeader = "Idempotency-Replayed"
)

// strangers is how often one address may come with a key that is none.
var strangers = httpx.Rate{PerMinute: 60, Burst: 30}

// admit lets a caller in who has a key, is not over its rate and may do the
// operation.
func (c *call) admit() error {
	if c.Ready != nil {
		if err := c.Ready(); err != nil {
			return err
		}
	}
	if c.op.open {
		return c.limit("stranger "+httpx.ClientIP(c.r).String(), strangers)
	}
	token, ok := bearer(c.r.Header.Get("Authorization"))
	if !ok {
		return fault.New(fault.Unauthorized, "api.no-key")
	}
	who, err := c.Keys.Authenticate(c.r.Context(), token)
	if err != nil {
		if fault.From(err).Kind == fault.Unauthorized {
			if limited := c.limit("stranger "+httpx.ClientIP(c.r).String(), strangers); limited != nil {
				return limited
			}
		}
		return err
	}
	c.who = who
	if err := c.limit(strconv.FormatInt(int64(who.KeyID), 36), c.rate()); err != nil {
		return err
	}
	if err := c.may(); err != nil {
		return err
	}
	return c.readKey()
}

// by gives the context in which what is changed is the key's doing.
func (c *call) by() context.Context {
	ctx := c.r.Context()
	if c.op.method == http.MethodGet || c.op.reads {
		return ctx
	}
	if c.op.open {
		return audit.By(ctx, audit.Actor{Kind: audit.System, Address: httpx.ClientIP(c.r).String(), Agent: c.r.UserAgent()})
	}
	return audit.By(ctx, audit.Actor{
		Kind: audit.Key, ID: c.who.KeyID, Name: c.who.Name, Address: httpx.ClientIP(c.r).String(), Agent: c.r.UserAgent(),
	})
}

// readKey takes the request's key, and refuses one that would do nothing: its
// caller would ask again and believe that it is done once.
func (c *call) readKey() error {
	key := c.r.Header.Get(keyHeader)
	switch {
	case c.op.keyed || c.op.once && key != "":
		c.key = key
		c.w.Header().Set(keyHeader, echo(key))
	case key != "" && c.op.method != http.MethodGet && !c.op.reads:
		return fault.New(fault.Invalid, "api.key-not-taken")
	}
	return nil
}

func bearer(header string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// rate is the key's own, whose bursts are two seconds' worth; of a key without
// one it is that of any key.
func (c *call) rate() httpx.Rate {
	if own := int(c.who.Rate); own > 0 {
		return httpx.Rate{PerMinute: own, Burst: max(own/30, 5)}
	}
	return c.Limit
}

func (c *call) limit(key string, rate httpx.Rate) error {
	wait := c.limiter.Take(key, rate)
	if wait == 0 {
		return nil
	}
	return httpx.TooMany(wait)
}

func (c *call) may() error {
	if err := c.who.Require(c.op.scopes...); err != nil {
		return err
	}
	if c.op.also != "" {
		if err := c.who.Require(c.op.also); err != nil {
			return err
		}
	}
	if c.op.office {
		return c.noTill()
	}
	return nil
}

// echo gives a header's value back where it is a plain one.
func echo(key string) string {
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return ""
		}
	}
	return key[:min(len(key), 128)]
}

// till is the till that the caller acts at: its own, or the one it names.
func (c *call) till(named id.ID) (id.ID, error) {
	if own := c.who.TillID; own != 0 {
		if named != 0 && named != own {
			return 0, fault.New(fault.Denied, "api.other-till")
		}
		return own, nil
	}
	if named == 0 {
		return 0, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "till", Code: "api.required"})
	}
	place, ok := c.Directory.Place(named)
	if !ok {
		return 0, fault.New(fault.NotFound, "till.not-found")
	}
	return named, c.at(place.Outlet.ID)
}

// at refuses an outlet where the caller may not act.
func (c *call) at(outlet id.ID) error {
	if c.who.At(outlet) {
		return nil
	}
	return fault.New(fault.Denied, "api.other-outlet")
}

// everywhere tells whether the caller may act at any outlet.
func (c *call) everywhere() bool {
	return c.who.Kind == identity.KindOrganization && len(c.who.OutletIDs) == 0
}

// actor is who changes a member, for his trail.
func (c *call) actor() member.Actor {
	by := member.Actor{Kind: member.ByKey, ID: c.who.KeyID, Source: "api"}
	if c.who.Kind == identity.KindTill {
		by.Source = member.FromTill
		by.Outlet = c.who.OutletIDs[0]
	}
	return by
}

func (c *call) lang() i18n.Lang { return httpx.Lang(c.r.Context()) }

// replayed says that the answer is that of an earlier request.
func (c *call) replayed(yes bool) {
	if yes {
		c.w.Header().Set(replayedHeader, "true")
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepBuffer is the largest buffer that is used again, in bytes.
const keepBuffer = 256 << 10

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// answer writes a success.
func (c *call) answer(out any) error {
	h := c.w.Header()
	if v, ok := out.(streamed); ok {
		return c.stream(v)
	}
	if _, empty := out.(none); empty {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	form := "application/json"
	if v, ok := out.(yamlAnswer); ok && isYAML(c.r.Header.Get("Accept")) {
		form = yamlType
		text, err := v.yaml()
		if err != nil {
			return err
		}
		b.Write(text)
	} else if v, ok := out.(appender); ok {
		b.Write(v.appendJSON(b.AvailableBuffer()))
	} else {
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(out); err != nil {
			return err
		}
	}
	h.Set("Content-Type", form)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	c.w.WriteHeader(c.op.status)
	_, _ = c.w.Write(b.Bytes()) // the caller has gone
	return nil
}

// now is the time as the API's clock has it.
func (c *call) now() time.Time { return c.Clock.Now().Time() }
