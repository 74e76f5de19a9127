package importer

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/platform/fault"
)

// TestSorter compares with a sort in memory, whatever part of the records
// goes through files.
func TestSorter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		type pair struct{ k, v []byte }
		bytesOf := rapid.SliceOfN(rapid.ByteRange('a', 'c'), 0, 4)
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pair {
			return pair{bytesOf.Draw(t, "key"), bytesOf.Draw(t, "value")}
		}), 0, 200).Draw(t, "records")
		s := newSorter(dir)
		defer s.close()
		s.most = rapid.IntRange(1, 5000).Draw(t, "memory")
		for _, p := range want {
			if err := s.add(p.k, p.v); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, func(a, b pair) int { return bytes.Compare(a.k, b.k) })
		i := 0
		err := s.each(context.Background(), func(k, v []byte) error {
			if i >= len(want) || !bytes.Equal(k, want[i].k) || !bytes.Equal(v, want[i].v) {
				t.Fatalf("record %d is %q %q", i, k, v)
			}
			i++
			return nil
		})
		if err != nil || i != len(want) {
			t.Fatalf("%d of %d records: %v", i, len(want), err)
		}
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%d files are left: %v", len(left), err)
	}
}

func TestSorterStops(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1, 1 << 20} {
		s := newSorter(t.TempDir())
		s.most = most
		for range 10 {
			if err := s.add([]byte("k"), []byte("v")); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := s.each(ctx, func(_, _ []byte) error {
			if n++; n == 3 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || n != 3 {
			t.Errorf("%d records: %v", n, err)
		}
		s.close()
	}
	s := newSorter(t.TempDir() + "/none")
	s.most = 1
	if err := errors.Join(s.add([]byte("k"), nil), s.add([]byte("k"), nil)); !fault.Is(err, "importer.no-temp") {
		t.Errorf("got %v", err)
	}
}

func TestUnpackRefusesDamage(t *testing.T) {
	t.Parallel()
	r := &row{no: 7, number: "C1", key: "C1", sku: "s", quantity: 1000, back: true}
	b := r.packed()
	if got, err := unpackRow(b); err != nil || *got != *r {
		t.Errorf("%+v %v", got, err)
	}
	for n := range b {
		if _, err := unpackRow(b[:n]); err == nil {
			t.Errorf("%d bytes are taken for a row", n)
		}
	}
	o := &Outcome{Row: 7, Number: "C1", Status: Rejected, Why: fault.New(fault.Invalid, "importer.encoding", "column", 3)}
	var p packer
	o.pack(&p)
	got, err := unpackOutcome(7, p.b)
	if err != nil || got.Why.Code != "importer.encoding" || got.Why.Arg("column") != int64(3) || got.Status != Rejected {
		t.Errorf("%+v %v", got, err)
	}
}
