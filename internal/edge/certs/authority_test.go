package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// authority is a little ACME server (RFC 8555) that believes every order.
type authority struct {
	url  string
	root *x509.Certificate
	key  crypto.Signer
	made atomic.Int64

	mu       sync.Mutex
	contacts string
	chain    []byte
}

func startAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(s.Close)
	a.url = s.URL
	return a
}

func (a *authority) wroteTo(email string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Contains(a.contacts, "mailto:"+email)
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	w.Header().Set("Content-Type", "application/json")
	answer := func(status int, v any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	order := map[string]any{
		"status": "ready", "identifiers": []any{map[string]string{"type": "dns", "value": "loyalty.example.ru"}},
		"authorizations": []string{}, "finalize": a.url + "/finalize",
	}
	switch r.URL.Path {
	case "/directory":
		answer(http.StatusOK, map[string]string{
			"newNonce": a.url + "/nonce", "newAccount": a.url + "/account", "newOrder": a.url + "/order", "revokeCert": a.url + "/revoke", "keyChange": a.url + "/key",
		})
	case "/account":
		a.contacts += string(payload(r))
		w.Header().Set("Location", a.url+"/account/1")
		answer(http.StatusCreated, map[string]string{"status": "valid"})
	case "/order":
		w.Header().Set("Location", a.url+"/order/1")
		answer(http.StatusCreated, order)
	case "/finalize":
		var in struct{ CSR string }
		_ = json.Unmarshal(payload(r), &in)
		if err := a.sign(in.CSR); err != nil {
			answer(http.StatusBadRequest, map[string]string{"type": "urn:ietf:params:acme:error:badCSR", "detail": err.Error()})
			return
		}
		order["status"], order["certificate"] = "valid", a.url+"/cert"
		w.Header().Set("Location", a.url+"/order/1")
		answer(http.StatusOK, order)
	case "/cert":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(a.chain)
	}
}

// payload is what a request says, without a look at its signature.
func payload(r *http.Request) []byte {
	var jws struct{ Payload string }
	_ = json.NewDecoder(r.Body).Decode(&jws)
	out, _ := base64.RawURLEncoding.DecodeString(jws.Payload)
	return out
}

func (a *authority) sign(csr string) error {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		return err
	}
	asked, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(a.made.Add(1) + 1), DNSNames: asked.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	out, err := x509.CreateCertificate(rand.Reader, leaf, a.root, asked.PublicKey, a.key)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	a.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: out})
	return nil
}
