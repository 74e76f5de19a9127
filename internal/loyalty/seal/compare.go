package seal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// maxLine bounds a line of an export, in bytes.
const maxLine = 4096

// Compare reads an export that somebody has kept and tells how many seals it
// has, all of which must stand in the base as they were: who keeps an export,
// or a part of one, finds every later change of what it seals.
func (s *Sealer) Compare(ctx context.Context, r io.Reader) (n int64, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	for in.Scan() {
		if err := s.compare(ctx, in.Bytes(), n+1); err != nil {
			return n, err
		}
		n++
	}
	switch {
	case errors.Is(in.Err(), bufio.ErrTooLong):
		return n, notASeal(n + 1)
	case in.Err() != nil:
		return n, fault.Wrap(in.Err(), fault.Unavailable, "seal.cannot-read")
	case n == 0:
		return 0, fault.New(fault.Invalid, "seal.empty")
	}
	return n, nil
}

// compare compares one line with the base.
func (s *Sealer) compare(ctx context.Context, text []byte, no int64) error {
	var kept line
	if err := json.Unmarshal(text, &kept); err != nil {
		return notASeal(no)
	}
	there, err := scanSeal(s.DB.Row(ctx, qSeal, kept.Seal))
	switch {
	case errors.Is(err, db.ErrNotFound):
		return fault.New(fault.Conflict, "seal.missing", "seal", kept.Seal)
	case err != nil:
		return err
	case there.line() != kept, there.Hash != there.Digest():
		return fault.New(fault.Conflict, "seal.differs", "seal", kept.Seal)
	}
	return nil
}

func notASeal(no int64) error {
	return fault.New(fault.Invalid, "seal.not-an-export", "line", no)
}
