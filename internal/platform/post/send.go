package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Outcome says how a request ended.
type Outcome string

// The outcomes.
const (
	Done     Outcome = "done"     // an answer of 200 to 299
	Status   Outcome = "status"   // another answer
	Gone     Outcome = "gone"     // 410: the other side wants no more
	Redirect Outcome = "redirect" // an answer that points elsewhere; nobody went there
	Timeout  Outcome = "timeout"  // no answer in time
	Address  Outcome = "address"  // the address may not be reached
	Name     Outcome = "name"     // nobody knows the name
	Secure   Outcome = "tls"      // the other side's certificate or TLS is not good
	Connect  Outcome = "connect"  // nobody listens there
	Cut      Outcome = "cut"      // the connection was lost before the answer's end
	Stopped  Outcome = "stopped"  // we did not wait: the program stops
)

// Answer is what came of a request.
type Answer struct {
	Outcome Outcome
	Status  int           // of HTTP; 0: there was no answer
	Took    time.Duration // until it was over
	Wait    time.Duration // how long the other side asks to be left alone; 0: it does not
}

// Header is a header of a request.
type Header struct{ Name, Value string }

// Send posts a body of JSON to an address. Whatever comes of it is an answer.
func (c *Client) Send(ctx context.Context, url string, body []byte, headers ...Header) Answer {
	begun := time.Now()
	a := c.send(ctx, url, body, headers)
	a.Took = time.Since(begun)
	if ctx.Err() != nil && a.Outcome != Done {
		a.Outcome = Stopped
	}
	return a
}

func (c *Client) send(ctx context.Context, url string, body []byte, headers []Header) Answer {
	if _, err := c.Host(url); err != nil {
		return Answer{Outcome: Address}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Answer{Outcome: Address}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Kopilka")
	for _, h := range headers {
		req.Header.Set(h.Name, h.Value)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{Outcome: outcomeOf(err)}
	}
	defer func() { _ = res.Body.Close() }()
	out := Answer{Outcome: Status, Status: res.StatusCode}
	// The answer counts once it is there as a whole, as far as we read it: who
	// answers 200 and is cut off may have done nothing.
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxBody)); err != nil {
		out.Outcome = outcomeOf(err)
		return out
	}
	switch {
	case res.StatusCode/100 == 2:
		out.Outcome = Done
	case res.StatusCode == http.StatusGone:
		out.Outcome = Gone
	case res.StatusCode/100 == 3:
		out.Outcome = Redirect
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusServiceUnavailable:
		out.Wait = wait(res.Header.Get("Retry-After"))
	}
	return out
}

// maxWait is the longest that another side may ask for.
const maxWait = time.Hour

func wait(header string) time.Duration {
	seconds, err := strconv.ParseUint(header, 10, 31)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxWait)
}

func outcomeOf(err error) Outcome {
	switch {
	case errors.Is(err, errAddress):
		return Address
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsTimeout {
			return Timeout
		}
		return Name
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return Secure
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return Secure
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return Secure
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		switch {
		case op.Timeout():
			return Timeout
		case op.Op == "dial":
			return Connect
		}
	}
	return Cut
}
