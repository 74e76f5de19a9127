package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"

	"kopilka/internal/platform/fault"
)

// The seal is the last frame of an archive, of the kind that zstd skips: its
// number, the length of what follows, and the SHA-256 of all before it.
const (
	sealMagic = 0x184D2A5B
	sealHead  = 8
	sealSize  = sealHead + sha256.Size
)

func sealOf(h hash.Hash) []byte {
	out := binary.LittleEndian.AppendUint32(nil, sealMagic)
	out = binary.LittleEndian.AppendUint32(out, sha256.Size)
	return h.Sum(out)
}

// summer passes an archive on and sums it.
type summer struct {
	w io.Writer
	h hash.Hash
}

func newSummer(w io.Writer) *summer { return &summer{w, sha256.New()} }

// Write passes b on.
func (s *summer) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.h.Write(b[:n])
	return n, err
}

func (s *summer) seal() error {
	_, err := s.w.Write(sealOf(s.h))
	return err
}

// checker passes an archive on without its seal, sums it, and gives an error
// in place of the end where the seal does not fit.
type checker struct {
	r    io.Reader
	h    hash.Hash
	held []byte // read and not passed on; it ends with what may be the seal
	buf  []byte
	end  error // how the reading ended
}

func newChecker(r io.Reader) *checker {
	return &checker{r: r, h: sha256.New(), buf: make([]byte, 64<<10)}
}

// Read gives what can't be the seal.
func (c *checker) Read(b []byte) (int, error) {
	for len(c.held) <= sealSize && c.end == nil {
		n, err := c.r.Read(c.buf)
		c.held = append(c.held, c.buf[:n]...)
		if errors.Is(err, io.EOF) {
			c.end = io.EOF
		} else if err != nil {
			c.end = err
		}
	}
	if n := min(len(c.held)-sealSize, len(b)); n > 0 {
		copy(b, c.held[:n])
		c.h.Write(c.held[:n])
		c.held = append(c.held[:0], c.held[n:]...)
		return n, nil
	}
	if errors.Is(c.end, io.EOF) && !bytes.Equal(c.held, sealOf(c.h)) {
		c.end = damaged(nil)
	}
	return 0, c.end
}

func damaged(cause error) error {
	return fault.Wrap(cause, fault.Invalid, "backup.damaged")
}
