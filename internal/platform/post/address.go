package post

import (
	"errors"
	"net/netip"
	"syscall"
)

// errAddress says that an address may not be reached.
var errAddress = errors.New("post: the address is not public")

// control looks at an address as it is dialled.
func (o Options) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !o.reachable(at.Addr()) {
		return errAddress
	}
	return nil
}

// reachable tells whether the address may be reached.
func (o Options) reachable(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	switch {
	case within(a, never):
		return false
	case within(a, private):
		return o.Private
	case within(a, special):
		return false
	case a.Is4():
		return true
	}
	if inner, holds := embedded(a); holds {
		return o.reachable(inner)
	}
	return unicast6.Contains(a)
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func networks(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

var (
	// never: the machine's neighbours by no address of their own (among them
	// the keys that clouds give out), everybody, nobody.
	never = networks("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "fec0::/10", "ff00::/8")

	// private: a network of one's own.
	private = networks("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")

	// special: nobody on the internet (RFC 6890 and the registries after it).
	special = networks(
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
	)

	unicast6 = netip.MustParsePrefix("2000::/3")
	nat64    = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4   = netip.MustParsePrefix("2002::/16")
)

// embedded gives the IPv4 address that a gateway takes out of one of IPv6: a
// machine that has IPv6 alone reaches all others so.
func embedded(a netip.Addr) (inner netip.Addr, holds bool) {
	b := a.As16()
	switch {
	case sixTo4.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	}
	return netip.Addr{}, false
}
