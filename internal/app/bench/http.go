package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// httpCaller is one connection that is kept open. It speaks HTTP/1.1 by
// itself: on the machine that is measured every microsecond of the client is
// one less for the program, and net/http's client costs several times what
// this does.
type httpCaller struct {
	addr  string
	fixed []byte // the header fields of every request
	conn  net.Conn
	in    *bufio.Reader
	out   []byte
	body  []byte
	limit time.Duration
}

const (
	receiptsPath  = "/api/v1/purchases"
	quotesPath    = "/api/v1/quotes"
	findPath      = "/api/v1/members/find?q="
	answerTimeout = 30 * time.Second
)

// NewHTTPCaller gives a client's way to the program at the URL, with its
// till's key.
func NewHTTPCaller(base, token string) (Caller, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	fixed := " HTTP/1.1\r\nHost: " + u.Host + "\r\nAuthorization: Bearer " + token + "\r\nContent-Type: application/json\r\n"
	return &httpCaller{addr: u.Host, fixed: []byte(fixed), limit: answerTimeout}, nil
}

// Close ends the connection.
func (c *httpCaller) Close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// Sell commits a receipt; any answer but 201 is an error.
func (c *httpCaller) Sell(ctx context.Context, r *Receipt) error {
	c.out = append(append(append(c.out[:0], "POST "+receiptsPath...), c.fixed...), "Idempotency-Key: "...)
	c.out = append(append(c.out, r.Key...), "\r\n"...)
	c.carry(r)
	return c.ask(ctx, http.StatusCreated)
}

// Quote asks what a receipt would come to; any answer but 200 is an error.
func (c *httpCaller) Quote(ctx context.Context, r *Receipt) error {
	c.out = append(append(c.out[:0], "POST "+quotesPath...), c.fixed...)
	c.carry(r)
	return c.ask(ctx, http.StatusOK)
}

// Find looks a member up by his phone; any answer but one member is an error.
func (c *httpCaller) Find(ctx context.Context, phone string) error {
	c.out = append(append(append(append(c.out[:0], "GET "+findPath...), url.QueryEscape(phone)...), c.fixed...), "\r\n"...)
	if err := c.ask(ctx, http.StatusOK); err != nil {
		return err
	}
	if !bytes.Contains(c.body, []byte(`"member":`)) {
		return errNobody
	}
	return nil
}

// carry ends the request with the receipt as its body.
func (c *httpCaller) carry(r *Receipt) {
	c.body = appendReceipt(c.body[:0], r)
	c.out = append(c.out, "Content-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(c.body)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), c.body...)
}

// ask sends the request in c.out; any answer but the one wanted is an error.
func (c *httpCaller) ask(ctx context.Context, want int) error {
	if c.conn == nil {
		d := net.Dialer{Timeout: c.limit}
		conn, err := d.DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 8<<10)
	}
	status, err := c.exchange()
	if err != nil {
		c.Close()
		return err
	}
	if status != want {
		return fmt.Errorf("bench: answered %d: %s", status, c.body)
	}
	return nil
}

func (c *httpCaller) exchange() (status int, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(c.limit)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, err
	}
	return c.answer()
}

// appendReceipt writes the request's body.
func appendReceipt(b []byte, r *Receipt) []byte {
	b = append(append(append(b, `{"buyer":{"phone":"`...), r.Phone...), `"},"lines":[`...)
	for i, l := range r.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"sku":"`...), l.SKU...)
		b = strconv.AppendInt(append(b, `","quantity":"`...), l.Pieces, 10)
		b = strconv.AppendInt(append(b, `","price":`...), int64(l.Price), 10)
		b = append(b, '}')
	}
	return append(b, `]}`...)
}

var errAnswer = errors.New("bench: an answer that is no HTTP/1.1 with a length")

// answer reads the status and the body, which stays in c.body.
func (c *httpCaller) answer() (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	const version = "HTTP/1.1 "
	if len(line) < len(version)+3 || string(line[:len(version)]) != version {
		return 0, errAnswer
	}
	if status, err = strconv.Atoi(string(line[len(version) : len(version)+3])); err != nil {
		return 0, errAnswer
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, errAnswer
			}
		}
	}
	if length < 0 {
		return 0, errAnswer
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, err
}
