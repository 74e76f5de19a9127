package client

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// defaultTimeout is longer than the service itself works on a request.
	defaultTimeout = 40 * time.Second
	// idleConns is how many connections are kept for the next requests.
	idleConns = 256
)

// Client sends requests to one service with one key.
type Client struct {
	base      string // with the path that all operations are under
	transport http.RoundTripper
	timeout   time.Duration // of one attempt
	retry     Retry
	pause     pause

	// Header values that all requests share.
	authorization, agent, language []string
}

// Option changes what New makes.
type Option func(*Client)

// WithTimeout bounds one attempt of a call, the reading of its answer
// included. A call with its attempts is bounded by its context.
func WithTimeout(d time.Duration) Option { return func(c *Client) { c.timeout = d } }

// WithRetry says how often a request may be sent again.
func WithRetry(r Retry) Option { return func(c *Client) { c.retry = r } }

// WithLanguage asks for texts in a language: "ru" or "en". Without it the
// service's own is used.
func WithLanguage(lang string) Option {
	return func(c *Client) { c.language = []string{lang} }
}

// WithUserAgent names the program that calls, for the service's log.
func WithUserAgent(name string) Option { return func(c *Client) { c.agent = []string{name} } }

// WithTransport sends requests by other means than the client's own pool of
// connections. Redirects are not followed.
func WithTransport(t http.RoundTripper) Option { return func(c *Client) { c.transport = t } }

// New makes a client of the service at the address, which has no /api/v1 in
// it, with an API key.
func New(baseURL, token string, opts ...Option) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("client: the service's address must look like https://host:port") // what it was may hold a password
	}
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("client: the API key is empty or has characters that no key has")
	}
	c := &Client{
		base:          strings.TrimRight(u.String(), "/") + basePath,
		timeout:       defaultTimeout,
		authorization: []string{"Bearer " + token},
		agent:         []string{"kopilka-go/" + Version},
		pause:         pauseFor,
	}
	for _, o := range opts {
		o(c)
	}
	c.retry.fill()
	if c.transport == nil {
		c.transport = newTransport()
	}
	return c, nil
}

// newTransport keeps as many connections as a busy shop needs.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   idleConns,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true, // answers are small
	}
}

// Close lets the connections go that no call uses. The client may be used on.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// String is where the client calls. The key is never shown.
func (c *Client) String() string { return "kopilka at " + c.base }

// GoString is String.
func (c *Client) GoString() string { return c.String() }
