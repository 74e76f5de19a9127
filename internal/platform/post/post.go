// Package post sends requests to addresses that somebody outside has named,
// without becoming his hand inside: it speaks to public addresses only, unless
// told that private ones are meant, and follows no redirect.
//
// An address is looked at when it is named (Check) and once more, as numbers,
// when it is dialled: what a name stands for may have changed in between. No
// proxy of the environment is used, since it would dial in our place.
//
// Everything is bounded: the time of a request as a whole, the answer's header
// and body. Of an answer's body nothing is kept.
package post

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Options say what may be reached.
type Options struct {
	Timeout time.Duration // of one request, from the name to the end of the answer
	Private bool          // private and loopback addresses too
	Plain   bool          // http besides https
	// Lookup finds the addresses of a name for Check; nil: the machine's.
	Lookup func(ctx context.Context, host string) ([]net.IPAddr, error)
}

// Client sends. It is safe for concurrent use.
type Client struct {
	Options
	http *http.Client
}

const (
	maxHeader   = 64 << 10 // bytes of an answer's header
	maxBody     = 64 << 10 // bytes of an answer's body that are read
	idlePerHost = 8
	idleFor     = 30 * time.Second
)

// New makes a client.
func New(o Options) *Client {
	if o.Lookup == nil {
		o.Lookup = net.DefaultResolver.LookupIPAddr
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: o.control}
	return &Client{Options: o, http: &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: o.Timeout,
			MaxResponseHeaderBytes: maxHeader, MaxIdleConnsPerHost: idlePerHost, IdleConnTimeout: idleFor,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close lets idle connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }
