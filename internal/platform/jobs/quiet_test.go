package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestQuiet: what goes wrong is logged, but not that the program ended.
func TestQuiet(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := slog.New(quiet{slog.NewTextHandler(&b, nil)})
	log.Info("nothing to say")
	log.Error("cut short", "error", context.Canceled)
	log.Error("cut short", "error", context.Canceled.Error())
	log.With("who", "river").Error("cut short", "error", fmt.Errorf("begin: %w", context.Canceled))
	if b.Len() > 0 {
		t.Errorf("logged: %s", &b)
	}
	log.Error("broken", "error", errors.New("disk full"))
	if !strings.Contains(b.String(), "disk full") {
		t.Errorf("not logged: %s", &b)
	}
}
