package api

import (
	"context"
	"io"
	"net/http"
)

// streamed is an answer that is written while it is read, whatever its size.
type streamed interface {
	stream(ctx context.Context, w io.Writer) error
}

// stream writes a success of which nobody knows the length. What fails on the
// way breaks the connection: a part must not look like the whole.
func (c *call) stream(out streamed) error {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(c.op.status)
	if err := out.stream(c.r.Context(), c.w); err != nil {
		c.Log.WarnContext(c.r.Context(), "answer broken off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
