package channel_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kopilka/internal/platform/channel"
)

func TestLogSaysNothingPersonal(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := channel.NewLog("sms", slog.New(slog.NewTextHandler(&log, nil)), nil)
	if err := c.Send(t.Context(), "+79160000001", "Код 123456"); err != nil {
		t.Fatal(err)
	}
	got := log.String()
	if !strings.Contains(got, "channel=sms characters=10") {
		t.Errorf("the log says %q", got)
	}
	for _, secret := range []string{"123456", "9160000001", "Код"} {
		if strings.Contains(got, secret) {
			t.Errorf("the log has %q: %s", secret, got)
		}
	}
}

func TestLogShowsTheTextInDevelopment(t *testing.T) {
	t.Parallel()
	var log, dev bytes.Buffer
	c := channel.NewLog("email", slog.New(slog.NewTextHandler(&log, nil)), &dev)
	if err := c.Send(t.Context(), "ivan@example.ru", "Код 123456"); err != nil {
		t.Fatal(err)
	}
	if got := dev.String(); got != "email ivan@example.ru: Код 123456\n" {
		t.Errorf("got %q", got)
	}
	if strings.Contains(log.String(), "123456") {
		t.Error("the code went into the log as well")
	}
	c = channel.NewLog("email", slog.New(slog.DiscardHandler), broken{})
	if err := c.Send(t.Context(), "a", "b"); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
