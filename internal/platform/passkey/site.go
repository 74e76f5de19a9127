package passkey

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"kopilka/internal/platform/fault"
)

// Site is where keys are made and used: browsers bind each to one.
type Site struct {
	id     string // a domain
	origin string
	name   string // what devices show
}

// At gives the site of the address that the settings name, for a page that was
// reached at another or at the same. Without one only localhost is sure: of any
// other name the browser alone would vouch. A browser has keys on https and on
// localhost, not on a bare IP.
func At(named, reached, name string) (Site, error) {
	at, ok := parse(reached)
	if named == "" {
		if !ok || !at.local() {
			return Site{}, fault.New(fault.Refused, "passkey.no-address", "address", reached)
		}
		return at.site(name), nil
	}
	site, ok := parse(named)
	switch {
	case !ok || !site.local() && (site.scheme != "https" || site.bare()):
		return Site{}, fault.New(fault.Refused, "passkey.not-secure", "address", named)
	case site.scheme == "https" && at.scheme == "http" && site.host == at.host: // a proxy that is not believed, or no https at all
		return Site{}, fault.New(fault.Refused, "passkey.behind-proxy", "address", named)
	case site != at:
		return Site{}, fault.New(fault.Refused, "passkey.elsewhere", "address", named)
	}
	return site.site(name), nil
}

// origin is an address as browsers compare them.
type origin struct{ scheme, host, port string }

func parse(address string) (origin, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return origin{}, false
	}
	o := origin{u.Scheme, strings.ToLower(u.Hostname()), u.Port()}
	if o.scheme == "https" && o.port == "443" || o.scheme == "http" && o.port == "80" {
		o.port = ""
	}
	return o, true
}

func (o origin) local() bool { return o.host == "localhost" || strings.HasSuffix(o.host, ".localhost") }

func (o origin) bare() bool {
	_, err := netip.ParseAddr(o.host)
	return err == nil
}

func (o origin) site(name string) Site {
	at := o.host
	if o.port != "" {
		at = net.JoinHostPort(o.host, o.port)
	}
	return Site{id: o.host, origin: o.scheme + "://" + at, name: name}
}
