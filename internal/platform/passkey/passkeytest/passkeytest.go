// Package passkeytest is a browser with a security key in it, for tests: it
// answers what package passkey asks, and lies where it is told to.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// Flags of what a key says of a use.
const (
	present  = 1 << 0
	verified = 1 << 2
	attested = 1 << 6
)

// Key is a security key with one passkey, in a browser on a page.
type Key struct {
	Origin     string // of the page
	Unverified bool   // its holder is not asked who he is
	Count      uint32 // of the next use; 0: it counts none
	Holder     []byte // whose it says it is

	t      testing.TB
	secret *ecdsa.PrivateKey
	id     []byte
	site   string
}

// New makes a key on a page of the origin.
func New(t testing.TB, origin string) *Key {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &Key{Origin: origin, t: t, secret: secret, id: make([]byte, 32)}
	_, _ = rand.Read(k.id) // never fails
	return k
}

// options are what is read of what is asked.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func (k *Key) read(asked json.RawMessage) (o options) {
	k.t.Helper()
	if err := json.Unmarshal(asked, &o); err != nil {
		k.t.Fatal(err)
	}
	return o
}

// Create answers a question for a new key.
func (k *Key) Create(asked json.RawMessage) string {
	k.t.Helper()
	o := k.read(asked)
	holder, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	k.site, k.Holder = o.PublicKey.RP.ID, holder
	data := k.data(attested)
	data = append(data, make([]byte, 16)...) // of no known make
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), k.public()...)
	object := append([]byte{0xa3}, cborText("fmt")...)
	object = append(object, cborText("none")...)
	object = append(append(object, cborText("attStmt")...), 0xa0)
	object = append(append(object, cborText("authData")...), cborBytes(data)...)
	return k.answer(map[string]any{"clientDataJSON": k.client("webauthn.create", &o), "attestationObject": encode(object), "transports": []string{"usb", "carrier-pigeon"}})
}

// Get answers a question for a proof.
func (k *Key) Get(asked json.RawMessage) string {
	k.t.Helper()
	o := k.read(asked)
	data, client := k.data(0), k.client("webauthn.get", &o)
	raw, err := base64.RawURLEncoding.DecodeString(client)
	if err != nil {
		k.t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	signed := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.secret, signed[:])
	if err != nil {
		k.t.Fatal(err)
	}
	if k.Count > 0 {
		k.Count++
	}
	return k.answer(map[string]any{"clientDataJSON": client, "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode(k.Holder)})
}

// data is what the key says of a use.
func (k *Key) data(more byte) []byte {
	site := sha256.Sum256([]byte(k.site))
	flags := present | more
	if !k.Unverified {
		flags |= verified
	}
	return binary.BigEndian.AppendUint32(append(site[:], flags), k.Count)
}

// client is what the browser says of the page.
func (k *Key) client(kind string, o *options) string {
	k.t.Helper()
	doc, err := json.Marshal(map[string]any{"type": kind, "challenge": o.PublicKey.Challenge, "origin": k.Origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return encode(doc)
}

func (k *Key) answer(response map[string]any) string {
	k.t.Helper()
	out, err := json.Marshal(map[string]any{"id": encode(k.id), "rawId": encode(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(out)
}

// public is the public key in COSE: EC2, ES256, P-256.
func (k *Key) public() []byte {
	point, err := k.secret.PublicKey.Bytes() // 4, x, y
	if err != nil {
		k.t.Fatal(err)
	}
	const side = 32
	out := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21}
	out = append(append(out, cborBytes(point[1:1+side])...), 0x22)
	return append(out, cborBytes(point[1+side:])...)
}

func cborText(s string) []byte { return append([]byte{0x60 | byte(len(s))}, s...) }

func cborBytes(b []byte) []byte { return append([]byte{0x58, byte(len(b))}, b...) }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
