package admin

import (
	"crypto/rand"
	"regexp"

	"kopilka/internal/platform/fault"
)

// keyParam is the one-time key in a form's address, and its field.
const keyParam = "key"

var onceKey = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// once is the key that makes what a form does one operation however often it is
// sent. It stands in the form's address, so that whoever comes back by the
// browser's button sends the same key again; who comes without one is sent to
// an address that has it, and gets "".
func (p *page) once() (string, error) {
	if p.carried != nil {
		return p.carried.Get(keyParam), nil
	}
	q := p.r.URL.Query()
	if key := q.Get(keyParam); onceKey.MatchString(key) {
		return key, nil
	}
	q.Set(keyParam, rand.Text())
	return "", p.to(p.r.URL.Path+"?"+q.Encode(), "")
}

// key is the form's one-time key; what is sent without one is an operation of
// its own.
func (f *form) key() string {
	if key := f.get(keyParam); onceKey.MatchString(key) {
		return key
	}
	return rand.Text()
}

// usedUp tells whether a form's key stands for something else already: the form
// gets a new one, so that sent once more it does what it says.
func (f *form) usedUp(err error) bool {
	if !fault.Is(err, "key.other-body") {
		return false
	}
	f.values.Set(keyParam, rand.Text())
	return true
}
