package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/partner"
	prog "kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// childEnv holds the orders of a child; with it the test binary is the
// program that gets killed.
const childEnv = "KOPILKA_CRASHTEST_CHILD"

// orders tell a child where and what to sell.
type orders struct {
	URL   string
	Till  id.ID
	Homes []home.ID
	Round int
	Began clock.Micros // when the shop was made; late receipts are of before

	Node  int    // of the ids that the child makes; what is sent again has the next
	Name  string // of the child, in its keys
	Again bool   // every fourth key is the same in each child and in each round

	People bool // guests who become members and are merged, instead of receipts
}

// key is the key of a client's nth receipt.
func (o *orders) key(client, n int) string {
	if o.Again && n%4 == 0 {
		return fmt.Sprintf("both-%d-%d", client, n)
	}
	return fmt.Sprintf("%s%d-%d-%d", o.Name, o.Round, client, n)
}

func TestMain(m *testing.M) {
	if v := os.Getenv(childEnv); v != "" {
		fmt.Fprintln(os.Stderr, child(v, os.Stdout))
		os.Exit(1) // it is to be killed, not to end
	}
	dbtest.Main(m)
}

// child sells from 16 tills at once for ever and says so: "try KEY" before,
// "ack KEY ID" after, each in one write.
func child(v string, out io.Writer) error {
	var o orders
	if err := json.Unmarshal([]byte(v), &o); err != nil {
		return err
	}
	ctx := context.Background()
	desk, err := openDesk(ctx, o.URL, o.Node)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for client := range 16 {
		go func() {
			for n := 0; ; n++ {
				key := o.key(client, n)
				fmt.Fprintf(out, "try %s\n", key)
				done, err := o.do(ctx, desk, key)
				if err != nil {
					failed <- err
					return
				}
				fmt.Fprintf(out, "ack %s %d\n", key, done)
			}
		}()
	}
	return <-failed
}

// do does what stands under a key, and gives what it is acknowledged as.
func (o *orders) do(ctx context.Context, desk *purchase.Desk, key string) (int64, error) {
	if o.People {
		h, err := o.people(desk, desk.Clock).live(ctx, key)
		return int64(h), err
	}
	p, err := o.sell(ctx, desk, key)
	if err != nil {
		return 0, err
	}
	return int64(p.ID), nil
}

// openDesk opens a base that a shop was made in, as the program does.
func openDesk(ctx context.Context, url string, node int) (*purchase.Desk, error) {
	d, err := db.Open(ctx, db.Options{URL: url, MaxConns: 4})
	if err != nil {
		return nil, err
	}
	o := purchase.Options{
		DB: d, IDs: id.NewMaker(node), Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Directory: partner.NewDirectory(), Catalog: catalog.NewIndex(), Secret: make([]byte, 32),
	}
	o.Programmes = &prog.Programmes{DB: d, IDs: o.IDs, Clock: o.Clock}
	_, err1 := o.Directory.Refresh(ctx, d)
	_, err2 := o.Catalog.Refresh(ctx, d)
	if err := errors.Join(err1, err2, o.Programmes.Refresh(ctx)); err != nil {
		return nil, err
	}
	return purchase.New(o), nil
}

// open makes a shop with members in a base.
func open(t *testing.T, url string) orders {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := purchasetest.Open(t, d, programme())
	defer s.Desk.Close()
	o := orders{URL: url, Till: s.Till, Node: 2, Began: clock.System{}.Now()}
	for range members {
		o.Homes = append(o.Homes, s.Member(t).Home)
	}
	return o
}

// TestProgramKilled kills the program again and again while it sells.
func TestProgramKilled(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.URL(t, dialect))
			acked := map[string]id.ID{}
			resent := 0
			for o.Round = range rounds(t, 8) {
				tried := killOne(t, o, acked)
				resent += after(t, o, acked, tried, o.Round%4 == 3)
				if t.Failed() {
					return
				}
			}
			after(t, o, acked, nil, true)
			t.Logf("%d acknowledged, %d sent again", len(acked), resent)
		})
	}
}

// TestOneOfTwoKilled: of two programs on one base now one, now the other is
// killed, and the other sells on; some receipts come to both.
func TestOneOfTwoKilled(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.URL(t, db.Postgres))
	o.Again = true
	acked := [2]map[string]id.ID{{}, {}}
	t.Run("both", func(t *testing.T) {
		for i, name := range []string{"left", "right"} {
			o := o
			o.Node, o.Name = 2+2*i, name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for o.Round = range rounds(t, 5) {
					tried := killOne(t, o, acked[i])
					after(t, o, acked[i], tried, false)
					if t.Failed() {
						return
					}
				}
			})
		}
	})
	o.Node = 6
	after(t, o, acked[1], nil, false)
	after(t, o, acked[0], nil, true)
	t.Logf("%d and %d acknowledged", len(acked[0]), len(acked[1]))
}

// killOne starts a child, kills it in the middle and gives the keys that it
// had not acknowledged.
func killOne(t *testing.T, o orders, acked map[string]id.ID) (open map[string]bool) {
	t.Helper()
	v, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(v))
	var said strings.Builder
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	open = map[string]bool{}
	until := rand.IntN(160)
	lines := bufio.NewScanner(pipe)
	for n := 0; lines.Scan(); n++ {
		if n == until {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		var key string
		var i int64
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "try":
			open[rest] = true
		case "ack":
			if _, err := fmt.Sscan(rest, &key, &i); err == nil {
				delete(open, key)
				acked[key] = id.ID(i)
			}
		}
	}
	if err := cmd.Wait(); err == nil || said.Len() > 0 {
		t.Fatalf("the program ended by itself: %v %s", err, said.String())
	}
	return open
}

// after checks the base as it was left, and sends again what was not
// acknowledged: from then on it is there exactly once too.
func after(t *testing.T, o orders, acked map[string]id.ID, open map[string]bool, whole bool) int {
	t.Helper()
	desk, err := openDesk(t.Context(), o.URL, o.Node+1)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.DB.Close()
	defer desk.Close()
	o.check(t, desk.DB, acked, whole)
	for key := range open {
		p, err := o.sell(t.Context(), desk, key)
		if err != nil {
			t.Errorf("%s sent again: %v", key, err)
			continue
		}
		acked[key] = p.ID
	}
	return len(open)
}
