package post

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/platform/fault"
)

const (
	maxURL     = 2000 // characters
	lookupTime = 3 * time.Second
)

// Check refuses an address that will not be sent to. A name that nobody knows
// now is taken: it may be known later, and is looked at then.
func (c *Client) Check(ctx context.Context, raw string) error {
	host, err := c.Host(raw)
	if err != nil {
		return err
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return c.public(a)
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	found, err := c.Lookup(ctx, host)
	if err != nil {
		return nil // not known yet
	}
	for _, f := range found {
		a, ok := netip.AddrFromSlice(f.IP)
		if !ok {
			return fault.New(fault.Invalid, "post.private")
		}
		if err := c.public(a.WithZone(f.Zone)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) public(a netip.Addr) error {
	if c.reachable(a) {
		return nil
	}
	return fault.New(fault.Invalid, "post.private")
}

// Host reads an address and gives its host, looking at nothing outside.
func (c *Client) Host(raw string) (string, error) {
	bad := fault.New(fault.Invalid, "post.url")
	u, err := url.Parse(raw)
	switch {
	case len(raw) > maxURL || err != nil || !plain(raw):
		return "", bad
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "" || u.User != nil || strings.Contains(raw, "#"):
		return "", bad
	case u.Scheme == "http" && !c.Plain:
		return "", fault.New(fault.Invalid, "post.not-https")
	case !isPort(u):
		return "", bad
	}
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil {
		return host, nil
	}
	if !isName(host) {
		return "", bad
	}
	if !c.Private && inside(host) {
		return "", fault.New(fault.Invalid, "post.private")
	}
	return host, nil
}

// plain tells whether the text is of printable ASCII without blanks and
// backslashes, which browsers and servers read in different ways.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '\\' {
			return false
		}
	}
	return true
}

func isPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n > 0 && n < 1<<16 && u.Port()[0] != '0'
}

// isName tells whether the host is a name of the DNS. A last label that is a
// number makes it an address to some, in octal or hex or as one number, so no
// name ends in one.
func isName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	_, err := strconv.ParseUint(last, 0, 64)
	return err != nil && strings.Trim(last, "0123456789") != ""
}

// inside tells whether a name is one that only the own network knows.
func inside(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if !strings.Contains(host, ".") {
		return true
	}
	for _, zone := range []string{"localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain"} {
		if strings.HasSuffix(host, "."+zone) {
			return true
		}
	}
	return false
}
