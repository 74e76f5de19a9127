package post

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kopilka/internal/platform/fault"
)

// known is a DNS of the test's own.
func known(names map[string][]string) func(context.Context, string) ([]net.IPAddr, error) {
	return func(_ context.Context, host string) ([]net.IPAddr, error) {
		var out []net.IPAddr
		for _, a := range names[host] {
			out = append(out, net.IPAddr{IP: net.ParseIP(a)})
		}
		if len(out) == 0 {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		return out, nil
	}
}

// TestAddresses goes through what stands for somewhere inside, in all the ways
// it can be written.
func TestAddresses(t *testing.T) {
	t.Parallel()
	names := known(map[string][]string{
		"shop.example.ru": {"93.184.216.34"}, "six.example.ru": {"2606:2800:220:1:248:1893:25c8:1946"},
		"inside.example.ru": {"10.0.0.5"}, "half.example.ru": {"93.184.216.34", "192.168.1.1"}, "loop.example.ru": {"::1"},
	})
	outside, inside := New(Options{Lookup: names}), New(Options{Lookup: names, Private: true, Plain: true})
	for _, tc := range []struct{ url, out, in string }{
		{"https://shop.example.ru/hook?x=1", "", ""},
		{"https://shop.example.ru:8443/", "", ""},
		{"https://SHOP.example.ru", "", ""},
		{"https://shop.example.ru./", "", ""},
		{"https://xn--e1afmkfd.xn--p1ai/", "", ""},
		{"https://93.184.216.34/", "", ""},
		{"https://[2606:2800:220:1:248:1893:25c8:1946]/", "", ""},
		{"https://six.example.ru", "", ""},
		{"https://nobody.knows.example.ru/", "", ""},

		{"http://shop.example.ru/", "post.not-https", ""},
		{"https://inside.example.ru/", "post.private", ""},
		{"https://half.example.ru/", "post.private", ""},
		{"https://loop.example.ru/", "post.private", ""},
		{"https://localhost/", "post.private", ""},
		{"https://localhost./", "post.private", ""},
		{"https://x.localhost/", "post.private", ""},
		{"https://intranet/", "post.private", ""},
		{"https://db.internal/", "post.private", ""},
		{"https://printer.local/", "post.private", ""},
		{"https://127.0.0.1/", "post.private", ""},
		{"https://127.8.9.10/", "post.private", ""},
		{"https://10.0.0.1/", "post.private", ""},
		{"https://172.16.0.1/", "post.private", ""},
		{"https://192.168.0.1/", "post.private", ""},
		{"https://100.64.0.1/", "post.private", ""}, // of a carrier's own network
		{"https://[::1]/", "post.private", ""},
		{"https://[fc00::1]/", "post.private", ""},
		{"https://[fd12:3456::1]/", "post.private", ""},
		{"https://[::ffff:127.0.0.1]/", "post.private", ""},
		{"https://[::ffff:10.0.0.1]/", "post.private", ""},
		{"https://[::ffff:a00:1]/", "post.private", ""},
		{"https://[2002:7f00:1::]/", "post.private", ""},   // 6to4 of 127.0.0.1
		{"https://[64:ff9b::7f00:1]/", "post.private", ""}, // NAT64 of it
		{"https://[64:ff9b::5db8:d822]/", "", ""},          // NAT64 of 93.184.216.34
		{"https://[2002:a9fe:a9fe::]/", "post.private", "post.private"},

		{"https://0.0.0.0/", "post.private", "post.private"},
		{"https://0.1.2.3/", "post.private", "post.private"},
		{"https://[::]/", "post.private", "post.private"},
		{"https://[::ffff:0.0.0.0]/", "post.private", "post.private"},
		{"https://169.254.169.254/latest/meta-data/", "post.private", "post.private"},
		{"https://[::ffff:169.254.169.254]/", "post.private", "post.private"},
		{"https://[fe80::1]/", "post.private", "post.private"},
		{"https://[fe80::1%25eth0]/", "post.private", "post.private"},
		{"https://[febf::1]/", "post.private", "post.private"},
		{"https://[fec0::1]/", "post.private", "post.private"},
		{"https://[::127.0.0.1]/", "post.private", "post.private"},
		{"https://[64:ff9b:1::1]/", "post.private", "post.private"},
		{"https://224.0.0.1/", "post.private", "post.private"},
		{"https://[ff02::1]/", "post.private", "post.private"},
		{"https://255.255.255.255/", "post.private", "post.private"},
		{"https://192.0.0.1/", "post.private", "post.private"},
		{"https://192.0.2.1/", "post.private", "post.private"},
		{"https://198.18.0.1/", "post.private", "post.private"},
		{"https://203.0.113.9/", "post.private", "post.private"},
		{"https://[2001:db8::1]/", "post.private", "post.private"},
		{"https://[2001::1]/", "post.private", "post.private"}, // Teredo

		// Numbers that only some read as addresses.
		{"https://2130706433/", "post.url", "post.url"},
		{"https://0x7f000001/", "post.url", "post.url"},
		{"https://0x7f.1/", "post.url", "post.url"},
		{"https://127.1/", "post.url", "post.url"},
		{"https://127.0.0.01/", "post.url", "post.url"},
		{"https://0177.0.0.1/", "post.url", "post.url"},
		{"https://017700000001/", "post.url", "post.url"},
		{"https://1.2.3.4.5/", "post.url", "post.url"},
		{"https://256.1.1.1/", "post.url", "post.url"},
		{"https://127.0.0.1./", "post.url", "post.url"},
		{"https://x.0x1/", "post.url", "post.url"},
		{"https://x.9999999999999999999999/", "post.url", "post.url"},

		{"https://①②⑦.0.0.1/", "post.url", "post.url"},
		{"https://шоп.рф/", "post.url", "post.url"},
		{"https://user:pass@shop.example.ru/", "post.url", "post.url"},
		{"https://shop.example.ru@10.0.0.1/", "post.url", "post.url"},
		{`https://shop.example.ru\@10.0.0.1/`, "post.url", "post.url"},
		{"https://shop.example.ru#@10.0.0.1/", "post.url", "post.url"},
		{"https://shop.example.ru/#", "post.url", "post.url"},
		{"https://shop.example.ru/ ", "post.url", "post.url"},
		{"https://shop.example.ru/\r\nX: 1", "post.url", "post.url"},
		{"https://%31%32%37.0.0.1/", "post.url", "post.url"},
		{"https://shop.example.ru:0/", "post.url", "post.url"},
		{"https://shop.example.ru:65536/", "post.url", "post.url"},
		{"https://shop.example.ru:/", "post.url", "post.url"},
		{"https://shop.example.ru:x/", "post.url", "post.url"},
		{"https://shop..example.ru/", "post.url", "post.url"},
		{"https://-shop.example.ru/", "post.url", "post.url"},
		{"https:///x", "post.url", "post.url"},
		{"https:shop.example.ru", "post.url", "post.url"},
		{"//shop.example.ru/", "post.url", "post.url"},
		{"shop.example.ru", "post.url", "post.url"},
		{"ftp://shop.example.ru/", "post.url", "post.url"},
		{"file:///etc/passwd", "post.url", "post.url"},
		{"gopher://shop.example.ru/", "post.url", "post.url"},
		{"", "post.url", "post.url"},
		{"https://shop.example.ru/" + strings.Repeat("x", 2000), "post.url", "post.url"},
	} {
		for _, c := range []struct {
			client *Client
			want   string
		}{{outside, tc.out}, {inside, tc.in}} {
			got := ""
			if err := c.client.Check(t.Context(), tc.url); err != nil {
				got = fault.From(err).Code
			}
			if got != c.want {
				t.Errorf("%s, private %t: %q, want %q", tc.url, c.client.Private, got, c.want)
			}
		}
	}
}

// TestNameThatTurns: a name that stood for a public address when it was named
// and stands for another now is caught as it is dialled.
func TestNameThatTurns(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	c := New(Options{Timeout: 5 * time.Second, Plain: true, Lookup: known(map[string][]string{"localhost.example.ru": {"93.184.216.34"}})})
	if err := c.Check(t.Context(), "http://localhost.example.ru:"+port); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]"} {
		if a := c.Send(t.Context(), "http://"+host+":"+port, nil); a.Outcome != Address {
			t.Errorf("%s: %+v", host, a)
		}
	}
	dialer := net.Dialer{Control: c.control}
	if conn, err := dialer.DialContext(t.Context(), "tcp", "localhost:"+port); !errors.Is(err, errAddress) {
		t.Errorf("localhost was dialled: %v %v", conn, err)
	}
}

// FuzzCheck: whatever is taken has a host that can be told, and is not inside.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"https://shop.example.ru/", "https://127.1/", "https://[::1]:80/", "https://0x7f.1", "https://a@b/", "https://%31.2.3.4/"} {
		f.Add(s)
	}
	c := New(Options{Lookup: known(nil)})
	f.Fuzz(func(t *testing.T, raw string) {
		if c.Check(t.Context(), raw) != nil {
			return
		}
		host, err := c.Host(raw)
		if err != nil || host == "" || strings.ContainsAny(host, " \\@/?#%") {
			t.Fatalf("%q: host %q, %v", raw, host, err)
		}
		a, err := netip.ParseAddr(host)
		if err == nil && (a.Unmap().IsPrivate() || a.Unmap().IsLoopback() || a.Unmap().IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast()) {
			t.Fatalf("%q is inside", raw)
		}
		last := host[strings.LastIndex(strings.TrimSuffix(host, "."), ".")+1:]
		if err != nil && last != "" && last[0] >= '0' && last[0] <= '9' && strings.Trim(strings.TrimSuffix(last, "."), "0123456789") == "" {
			t.Fatalf("%q is a number to some", raw)
		}
	})
}
