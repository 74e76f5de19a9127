package client

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const receipt = `{"id":"91.92","mode":"commit","state":"done","member":"93","till":"94","outlet":"95","key":"drive/1","number":"7",` +
	`"at":"2026-03-02T09:00:00.123456Z","written_at":"2026-03-02T12:00:00+03:00","day":"2026-03-02","version":3,` +
	`"lines":[{"sku":"tea","name":"Чай \"Ассам\" \\ \u0416 🙂","quantity":"1","price":45000,"gross":45000,"discount":0,"due":45000,"earned":2250,` +
	`"earned_by":[{"rule":"base","amount":2250}],"discounts":[],"fiscal":null},{"sku":"cup"}],"codes":["A","B"],` +
	`"payments":[{"kind":"card","amount":9223372036854775807}],"gross":-9223372036854775808,"spent":-5,"would":{"discount":1,"most":2,"earned":3},` +
	`"balance":{"active":109000,"spendable":1},"flags":[],"refunds":[{"id":"1.2","whole":true,"matched":[{"whole":false}]}],` +
	`"of a newer service":{"a":[1,{"b":"]}\""},null,-1.5e3,true],"c":""}}`

// What the reader takes is what encoding/json takes.
func TestReader(t *testing.T) {
	t.Parallel()
	for _, text := range []string{receipt, " { } ", `{"lines":null,"would":null,"version":null,"key":null,"at":null,"balance":null}`, `{"lines":[null]}`, "\t{\n\"version\" : 1 ,\r\"key\":\"k\" } \n", `{"x":{},"y":[],"z":1}`} {
		var want, got Purchase
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if err := unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "null x", "[]", `"a"`, "{", `{"id"`, `{"id":`, `{"id":5}`, `{"id":"a"`, `{"id":"a",}`, `{"id":"a" "key":"b"}`, `{"id":"a"}}`, `{id:"a"}`,
		`{"version":"1"}`, `{"version":1.5}`, `{"version":1e3}`, `{"version":01}`, `{"version":-}`, `{"version":- 1}`, `{"version":9223372036854775808}`,
		`{"gross":-9223372036854775809}`, `{"gross":99999999999999999999}`, `{"id":"a` + "\n" + `"}`, `{"id":"\x"}`, `{"id":"\`, `{"id":"\u12"}`,
		`{"lines":{}}`, `{"lines":[{}}`, `{"lines":[{},]}`, `{"at":""}`, `{"at":"2026"}`, `{"at":5}`, `{"refunds":[{"whole":1}]}`,
		`{"new":}`, `{"new":[}`, `{"new":[1 2]}`, `{"new":tru}`, `{"new":"}`, `{"new":{"a"}}`,
	} {
		if err := unmarshal([]byte(text), new(Purchase)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

// Whatever the service writes is read as encoding/json reads it; nothing that
// isn't JSON is read.
func FuzzReader(f *testing.F) {
	f.Add([]byte(receipt))
	f.Add([]byte(`{"new":[1,{"a":"\ud800"}],"lines":[{}],"at":"2026-03-02T09:00:00+14:00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := unmarshal(text, new(Purchase)); err == nil && !json.Valid(text) {
			t.Fatalf("read: %s", text)
		}
		var p Purchase
		if json.Unmarshal(text, &p) != nil {
			return
		}
		written, err := json.Marshal(&p)
		if err != nil {
			return
		}
		var want, got Purchase
		if err := json.Unmarshal(written, &want); err != nil {
			t.Fatal(err)
		}
		if err := unmarshal(written, &got); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s:\n%s", written, diff)
		}
	})
}

// BenchmarkCommit is what the client adds to net/http for a receipt.
func BenchmarkCommit(b *testing.B) {
	c, err := New("http://host", testToken, WithTransport(answering{}))
	if err != nil {
		b.Fatal(err)
	}
	body := &CommitBody{Buyer: &Buyer{Phone: "+79161234567"}, Lines: []CartLine{{SKU: "tea", Quantity: "1", Price: 45000}, {SKU: "cup", Quantity: "2", Price: 100}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.CommitPurchase(b.Context(), "drive/1", body, nil); err != nil {
			b.Fatal(err)
		}
	}
}

type answering struct{}

// RoundTrip gives the receipt at once.
func (answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(receipt))}, nil
}
