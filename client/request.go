package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 64 << 20
	// keepBuffer is the largest buffer that is used again, in bytes.
	keepBuffer = 256 << 10
)

var (
	asJSON  = []string{"application/json"}
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// request is one call of an operation.
type request struct {
	method string
	path   []string // below the base: fixed parts and parameters by turns
	query  query
	body   any // nil: none
	keyed  bool
	key    string
}

// ask does a request that is answered with a T.
func ask[T any](ctx context.Context, c *Client, r *request) (answer *T, replayed bool, err error) {
	answer = new(T)
	if replayed, err = c.do(ctx, r, answer); err != nil {
		return nil, false, err
	}
	return answer, replayed, nil
}

// do sends the request, again where that is safe, and reads its answer into
// out, where there is one. It tells whether the answer is that of an earlier
// request under the same key.
func (c *Client) do(ctx context.Context, r *request, out any) (replayed bool, err error) {
	path, err := pathOf(r.path)
	if err != nil {
		return false, err
	}
	if key, ok := ctx.Value(onceKey{}).(string); ok && !r.keyed && r.method != http.MethodGet {
		r.keyed, r.key = true, key
	}
	if r.keyed && r.key == "" {
		return false, errors.New("client: " + path + " is done under a key, and there is none")
	}
	var body []byte
	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return false, fmt.Errorf("client: %s: %w", path, err)
		}
	}
	for n := 1; ; n++ {
		replayed, err = c.attempt(ctx, r, c.base+path+r.query.String(), body, out)
		if err == nil {
			return replayed, nil
		}
		safe := r.keyed || r.method == http.MethodGet
		pause, again := c.retry.after(n, err)
		// A caller who has gone wants no more attempts, and is told what the
		// last one brought.
		if !safe || !again || ctx.Err() != nil || c.pause(ctx, pause) != nil {
			if _, ok := errors.AsType[*Problem](err); ok {
				return false, err
			}
			return false, fmt.Errorf("client: %s %s: %w", r.method, r.path[0], err)
		}
	}
}

// attempt sends the request once.
func (c *Client) attempt(ctx context.Context, r *request, address string, body []byte, out any) (replayed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	// A bytes.Reader goes out in one write with the header; a reader that
	// gave its buffer back would cost a second one.
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, reader)
	if err != nil {
		return false, err
	}
	req.Header = http.Header{"Authorization": c.authorization, "User-Agent": c.agent, "Accept": asJSON}
	if c.language != nil {
		req.Header["Accept-Language"] = c.language
	}
	if body != nil {
		req.Header["Content-Type"] = asJSON
	}
	if r.keyed {
		req.Header["Idempotency-Key"] = []string{r.key}
	}
	answer, err := c.transport.RoundTrip(req)
	if err != nil {
		return false, &lostError{err}
	}
	defer answer.Body.Close()
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	if _, err := b.ReadFrom(io.LimitReader(answer.Body, maxAnswer+1)); err != nil {
		return false, &lostError{err}
	}
	switch {
	case b.Len() > maxAnswer:
		return false, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return false, problemOf(answer.StatusCode, answer.Header, b.Bytes())
	case out != nil:
		if err := unmarshal(b.Bytes(), out); err != nil {
			return false, fmt.Errorf("the answer can't be read: %w", err)
		}
	}
	return answer.Header.Get("Idempotency-Replayed") == "true", nil
}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// pathOf joins fixed parts and parameters. An empty parameter would ask for
// something else.
func pathOf(parts []string) (string, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		if part == "" || part == "." || part == ".." {
			return "", errors.New("client: " + parts[0] + ": a parameter of the path is empty")
		}
		b.WriteString(url.PathEscape(part))
	}
	return b.String(), nil
}

// query is parameters of a query, written in the order of the document. What
// is zero is left out.
type query struct{ text []byte }

func (q *query) add(name, value string) {
	if value == "" {
		return
	}
	if len(q.text) == 0 {
		q.text = append(q.text, '?')
	} else {
		q.text = append(q.text, '&')
	}
	q.text = append(q.text, name...)
	q.text = append(q.text, '=')
	q.text = append(q.text, url.QueryEscape(value)...)
}

func (q *query) addInt(name string, value int64) {
	if value != 0 {
		q.add(name, strconv.FormatInt(value, 10))
	}
}

func (q *query) addBool(name string, value bool) {
	if value {
		q.add(name, "true")
	}
}

func (q *query) addTime(name string, value time.Time) {
	if !value.IsZero() {
		q.add(name, value.UTC().Format(time.RFC3339Nano))
	}
}

// String is the query with its question mark; "" where it is empty.
func (q *query) String() string { return string(q.text) }
