package admin

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/segment"
)

// TestLocal: a link to us sends nobody to another site.
func TestLocal(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"/admin", "/admin/members?q=%D0%B0&sort=-active", "/admin/x/../members"} {
		if got := local(own); got != own {
			t.Errorf("%q leads to %q", own, got)
		}
	}
	for _, foreign := range []string{
		"", "//evil.example", "https://evil.example/admin", "/adminx", "/\\evil.example", "/admin\\@evil.example", "javascript:alert(1)", "/api/v1/members", "http:/admin", "\x00",
		"//admin/members", "/admin:80@evil", " /admin",
	} {
		if got := local(foreign); got != Base {
			t.Errorf("%q leads to %q", foreign, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		to := local(rapid.String().Draw(t, "to"))
		u, err := url.Parse(to)
		if err != nil || u.Host != "" || u.Scheme != "" || u.Path != Base && !strings.HasPrefix(u.Path, Base+"/") {
			t.Errorf("leads to %q", to)
		}
	})
}

// TestASCII: a header has the text as it was, in signs that a header may have.
func TestASCII(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		doc, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		in := ascii(string(doc))
		if strings.IndexFunc(in, func(r rune) bool { return r >= 0x7f || r < ' ' }) >= 0 {
			t.Fatalf("%q is not plain", in)
		}
		var back, want string
		if json.Unmarshal(doc, &want) != nil || json.Unmarshal([]byte(in), &back) != nil || back != want {
			t.Fatalf("%q came back as %q", want, back)
		}
	})
}

// TestAddressOfAList: an address that a list gives asks for the same list.
func TestAddressOfAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zа-яё0-9.&=?%+#-]{1,12}`)
		var a asked
		a.Columns = columns
		a.Search = rapid.SampledFrom([]string{"", "Иванов", "+7 916", "a&b=c"}).Draw(t, "search")
		if rapid.Bool().Draw(t, "columns") {
			a.Columns = rapid.SliceOfN(rapid.StringMatching(`[a-z_]{1,8}`), 1, 5).Draw(t, "cols")
		}
		a.Order = segment.Order{Field: rapid.SampledFrom([]string{"", "name", "custom.x"}).Draw(t, "order")}
		a.Order.Desc = a.Order.Field != "" && rapid.Bool().Draw(t, "desc")
		seen := map[string]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			c := segment.Condition{Field: rapid.SampledFrom([]string{"level", "active", "custom.b"}).Draw(t, "field"), Op: rapid.SampledFrom(ops).Draw(t, "op")}
			if key := string(c.Op) + c.Field; seen[key] {
				continue
			} else {
				seen[key] = true
			}
			if takesValues(c.Op) {
				c.Values = rapid.SliceOfN(word, 1, 3).Draw(t, "values")
			}
			a.Conditions = append(a.Conditions, c)
		}
		address := a.href(func(url.Values) {})
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		again := readAsked(u.Query())
		if got := again.href(func(url.Values) {}); got != address {
			t.Fatalf("%s reads as %s", address, got)
		}
		if len(again.Conditions) != len(a.Conditions) || again.Search != a.Search || again.Order != a.Order {
			t.Fatalf("%s reads as %+v, was %+v", address, again.Query, a.Query)
		}
	})
}
