package dbtest

import (
	"os"
	"os/exec"
	"testing"
)

// Killed has this test's program work on a base in a process of its own, told by
// the variable, and kills it once enough is there.
func Killed(t *testing.T, variable, url string, enough func() bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+url)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for !enough() && t.Context().Err() == nil {
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
