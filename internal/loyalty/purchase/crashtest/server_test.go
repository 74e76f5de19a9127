package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kopilka/internal/platform/db"
)

// server is a PostgreSQL server of the test's own, that may be killed.
type server struct {
	bin, dir string
	port     int
	as       *syscall.Credential // nil: who runs the test
	cmd      *exec.Cmd
	log      bytes.Buffer
}

const patience = 60 * time.Second

// newServer makes a server in a folder of its own and starts it; where there
// is no PostgreSQL the test is left out.
func newServer(t *testing.T) *server {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(bins) == 0 {
		if os.Getenv("KOPILKA_TEST_REQUIRE_POSTGRES") != "" {
			t.Fatal("PostgreSQL is required and not installed")
		}
		t.Skip("left out: no PostgreSQL is installed")
	}
	slices.Sort(bins)
	s := &server{bin: filepath.Dir(bins[len(bins)-1])}
	var err error
	if s.dir, err = os.MkdirTemp("", "kopilka-crashtest"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(s.dir) })
	s.unprivileged(t)
	data := filepath.Join(s.dir, "data")
	out, err := s.command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8").CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.start(t)
	t.Cleanup(func() { s.kill(t) })
	return s
}

// unprivileged hands the folder to the user postgres where root runs the
// test: PostgreSQL refuses to run as root.
func (s *server) unprivileged(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Skipf("left out: root runs the test and there is no user to run PostgreSQL as: %v", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(s.dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

func (s *server) url(base string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", s.port, base)
}

// start starts the server and waits until it answers, having recovered.
func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=60",
		"-c", "fsync=on", "-c", "full_page_writes=on", "-c", "synchronous_commit=on")
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		d, err := db.Open(ctx, db.Options{URL: s.url("postgres"), MaxConns: 1})
		if err == nil {
			d.Close()
			return
		}
		if !wait(ctx, 20*time.Millisecond) {
			t.Fatalf("the server does not answer: %v\n%s", err, s.log.String())
		}
	}
}

// kill kills the server and every process of it at once, as a power cut does
// to them.
func (s *server) kill(t *testing.T) {
	t.Helper()
	pid := s.cmd.Process.Pid
	// First the one that would start others.
	_ = s.cmd.Process.Kill()
	children := childrenOf(pid)
	for _, c := range children {
		_ = syscall.Kill(c, syscall.SIGKILL)
	}
	_ = s.cmd.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, c := range children {
		for syscall.Kill(c, 0) == nil {
			if !wait(ctx, 5*time.Millisecond) {
				t.Fatalf("process %d of the server does not end", c)
			}
		}
	}
}

// childrenOf lists a process's children, a stopped parent's too.
func childrenOf(pid int) (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state parent …; a name may hold anything.
		_, rest, _ := strings.Cut(string(b[bytes.LastIndexByte(b, ')')+1:]), " ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(pid) {
			if c, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				out = append(out, c)
			}
		}
	}
	return out
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
