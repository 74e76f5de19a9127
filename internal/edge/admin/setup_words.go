package admin

import (
	"context"
	"net"
	"net/http"
	"net/netip"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
)

func organizationSub(ctx context.Context, f orgForm) string {
	if !f.First {
		return ""
	}
	return ui.T(ctx, "admin.set-up.organization")
}

func organizationDo(f orgForm) string {
	if f.First {
		return "admin.set-up.finish"
	}
	return "admin.save"
}

// sealed tells whether what a page says can't be read on its way: it has TLS,
// or stays on this machine.
func sealed(r *http.Request) bool {
	if httpx.Secure(r) {
		return true
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
