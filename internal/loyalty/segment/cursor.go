package segment

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// place is one member's place in an order.
type place struct {
	home home.ID
	n    int64
	s    string // of texts and bytes
}

func (p *place) value(k keyKind) any {
	switch k {
	case byInt:
		return p.n
	case byText:
		return p.s
	}
	return []byte(p.s)
}

func (p *place) scan(r db.Row, k keyKind) (err error) {
	switch k {
	case byInt:
		return r.Scan(&p.home, &p.n)
	case byText:
		return r.Scan(&p.home, &p.s)
	}
	var b []byte
	err = r.Scan(&p.home, &b)
	p.s = string(b)
	return err
}

// cursor is a place as it is given out, sealed: a name has none in addresses,
// histories and logs.
type cursor struct {
	Order Order   `json:"o"`
	Home  home.ID `json:"h"`
	N     int64   `json:"n,omitempty"`
	S     []byte  `json:"s,omitempty"`
}

func (l *Lists) seal(p *place, o Order) string {
	b, err := json.Marshal(cursor{o, p.home, p.n, []byte(p.s)})
	if err != nil {
		panic(err) // it has nothing that can't be written
	}
	box := l.box()
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(b)+box.Overhead())
	_, _ = rand.Read(nonce) // it never fails
	return base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, b, nil))
}

func (l *Lists) open(s string, o Order) (*place, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	box := l.box()
	var c cursor
	if err == nil && len(b) >= box.NonceSize() {
		b, err = box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], nil)
	}
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Order != o {
		return nil, fault.New(fault.Invalid, "segment.bad-cursor")
	}
	return &place{home: c.Home, n: c.N, s: string(c.S)}, nil
}

func (l *Lists) box() cipher.AEAD {
	key := sha256.Sum256(append([]byte("cursors of members' lists "), l.Key...))
	block, err := aes.NewCipher(key[:])
	if err == nil {
		var box cipher.AEAD
		if box, err = cipher.NewGCM(block); err == nil {
			return box
		}
	}
	panic(err) // the key's length is right
}
