package importer

import (
	"bufio"
	"bytes"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"kopilka/internal/platform/fault"
)

// sorter puts records in the order of their keys, in memory as long as they
// fit and else through temporary files, which nobody else may read.
type sorter struct {
	dir   string
	most  int // bytes held in memory
	arena []byte
	spans []span
	runs  []*os.File
	count int64
}

// span is a record in the arena: its key, then its value.
type span struct{ at, key, value int }

// sortMemory is how much one sorter holds in memory, in bytes.
const sortMemory = 16 << 20

func newSorter(dir string) *sorter { return &sorter{dir: dir, most: sortMemory} }

// add takes a record; key and value may be changed afterwards.
func (s *sorter) add(key, value []byte) error {
	if len(s.arena) > 0 && len(s.arena)+len(key)+len(value)+len(s.spans)*24 > s.most {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.spans = append(s.spans, span{len(s.arena), len(key), len(value)})
	s.arena = append(append(s.arena, key...), value...)
	s.count++
	return nil
}

func (s *sorter) record(p span) (key, value []byte) {
	return s.arena[p.at : p.at+p.key], s.arena[p.at+p.key : p.at+p.key+p.value]
}

func (s *sorter) sort() {
	slices.SortStableFunc(s.spans, func(a, b span) int {
		return bytes.Compare(s.arena[a.at:a.at+a.key], s.arena[b.at:b.at+b.key])
	})
}

// spill writes what is in memory to a file, in order.
func (s *sorter) spill() error {
	s.sort()
	f, err := os.CreateTemp(s.dir, "kopilka-import-*")
	if err != nil {
		return noTemp(err)
	}
	// Where the system allows it the name goes at once, so that nothing is
	// left of a program that is killed.
	_ = os.Remove(f.Name())
	s.runs = append(s.runs, f)
	w := bufio.NewWriterSize(f, 1<<16)
	var size [2 * binary.MaxVarintLen64]byte
	for _, p := range s.spans {
		b := binary.AppendUvarint(size[:0], uint64(p.key))
		b = binary.AppendUvarint(b, uint64(p.value))
		if _, err := w.Write(b); err != nil {
			return noTemp(err)
		}
		if _, err := w.Write(s.arena[p.at : p.at+p.key+p.value]); err != nil {
			return noTemp(err)
		}
	}
	if err := w.Flush(); err != nil {
		return noTemp(err)
	}
	s.arena, s.spans = s.arena[:0], s.spans[:0]
	return nil
}

func noTemp(err error) error { return fault.Wrap(err, fault.Unavailable, "importer.no-temp") }

// each gives all records in the order of their keys, equal ones as they were
// added. What it gives is good until the next.
func (s *sorter) each(ctx context.Context, visit func(key, value []byte) error) error {
	s.sort()
	if len(s.runs) == 0 {
		for _, p := range s.spans {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(s.record(p)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(s.spans) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	return s.merge(ctx, visit)
}

func (s *sorter) merge(ctx context.Context, visit func(key, value []byte) error) error {
	s.arena = nil
	h := make(runHeap, 0, len(s.runs))
	for i, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return noTemp(err)
		}
		r := &run{no: i, in: bufio.NewReaderSize(f, 1<<16)}
		ok, err := r.next()
		if err != nil {
			return noTemp(err)
		}
		if ok {
			h = append(h, r)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := h[0]
		if err := visit(r.key, r.value); err != nil {
			return err
		}
		ok, err := r.next()
		switch {
		case err != nil:
			return noTemp(err)
		case ok:
			heap.Fix(&h, 0)
		default:
			heap.Pop(&h)
		}
	}
	return nil
}

// close throws everything away.
func (s *sorter) close() {
	for _, f := range s.runs {
		f.Close()
		_ = os.Remove(f.Name()) // where the name could not go before
	}
	s.runs, s.arena, s.spans = nil, nil, nil
}

// run is one file of records in order.
type run struct {
	no         int
	in         *bufio.Reader
	buf        []byte
	key, value []byte
}

func (r *run) next() (bool, error) {
	k, err := binary.ReadUvarint(r.in)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	v, err := binary.ReadUvarint(r.in)
	if err != nil {
		return false, err
	}
	if n := int(k + v); cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	r.buf = r.buf[:k+v]
	if _, err := io.ReadFull(r.in, r.buf); err != nil {
		return false, err
	}
	r.key, r.value = r.buf[:k], r.buf[k:]
	return true, nil
}

// runHeap has the run whose record comes first on top.
type runHeap []*run

func (h runHeap) Len() int { return len(h) }
func (h runHeap) Less(i, j int) bool {
	if c := bytes.Compare(h[i].key, h[j].key); c != 0 {
		return c < 0
	}
	return h[i].no < h[j].no
}
func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push is heap's.
func (h *runHeap) Push(x any) { *h = append(*h, x.(*run)) }

// Pop is heap's.
func (h *runHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
