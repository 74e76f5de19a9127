package cashier

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/fault"
)

// The cookies of a till: its key, and who is on duty. Both are for the
// workplace only.
const (
	tillCookie = "kopilka-till"
	dutyCookie = "kopilka-duty"

	tillKeeps = 400 * 24 * time.Hour // as long as browsers keep anything
)

// keep gives the browser a cookie that no script and no other site reads; "" takes
// it away.
func keep(k *call, name, value string, lasts time.Duration) {
	age := int(lasts / time.Second)
	if value == "" {
		age = -1
	}
	http.SetCookie(k.w, &http.Cookie{
		Name: name, Value: value, Path: Base + "/", MaxAge: age, HttpOnly: true, Secure: httpx.Secure(k.r), SameSite: http.SameSiteStrictMode,
	})
}

// atTill serves whoever comes with the key of a till that is open.
func (c *Cashier) atTill(do func(*call) error) func(*call) error {
	return func(k *call) error {
		cookie, err := k.r.Cookie(tillCookie)
		if err != nil {
			return fault.New(fault.Unauthorized, "cashier.not-paired")
		}
		k.key = cookie.Value
		if k.who, err = c.Keys.Authenticate(k.r.Context(), k.key); err != nil {
			if fault.From(err).Kind == fault.Unauthorized {
				return fault.Wrap(err, fault.Unauthorized, "cashier.not-paired")
			}
			return err
		}
		at, ok := c.Directory.Place(k.who.TillID)
		if !ok || !at.Open() {
			return fault.New(fault.Refused, "cashier.till-closed")
		}
		k.at = at
		k.duty = c.dutyOf(k)
		return do(k)
	}
}

// onDuty serves a cashier who has signed in there.
func (c *Cashier) onDuty(do func(*call) error) func(*call) error {
	return c.atTill(func(k *call) error {
		if k.duty == nil {
			return fault.New(fault.Unauthorized, "cashier.nobody-on-duty")
		}
		return do(k)
	})
}

// pair takes the code that was typed at the till and keeps the key that it
// gives in the till's browser.
func (c *Cashier) pair(k *call) error {
	var in struct {
		Code string `json:"code"`
	}
	if err := read(k, &in); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"code": in.Code, "workplace": true})
	if err != nil {
		return err
	}
	answer := c.ask(k, http.MethodPost, "/pair", body)
	if answer.status != http.StatusCreated {
		answer.relay(k)
		return nil
	}
	var made struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(answer.body.Bytes(), &made); err != nil {
		return err
	}
	keep(k, tillCookie, made.Token, tillKeeps)
	keep(k, dutyCookie, "", 0)
	return write(k, http.StatusOK, struct{}{})
}

// read takes a small JSON body, and no field that it doesn't know.
func read(k *call, into any) error {
	d := json.NewDecoder(k.r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return fault.Wrap(err, fault.TooLarge, "http.body-too-large", "limit", tooLarge.Limit)
		}
		return fault.Wrap(err, fault.Invalid, "api.invalid")
	}
	return nil
}

func write(k *call, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	k.w.Header().Set("Content-Type", "application/json")
	k.w.WriteHeader(status)
	_, _ = k.w.Write(body) // whoever asked may have gone
	return nil
}
