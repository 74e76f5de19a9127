package channel_test

import (
	"bytes"
	"errors"
	"testing"

	"kopilka/internal/platform/channel"
)

func TestShown(t *testing.T) {
	t.Parallel()
	var dev bytes.Buffer
	if err := channel.NewShown("email", &dev).Send(t.Context(), "ivan@example.ru", "Код 123456"); err != nil {
		t.Fatal(err)
	}
	if got := dev.String(); got != "email ivan@example.ru: Код 123456\n" {
		t.Errorf("got %q", got)
	}
	if err := channel.NewShown("email", broken{}).Send(t.Context(), "a", "b"); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
