package fault

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

// TestContain: a panic becomes an error that says where it was, and of its value
// only what the runtime says; an error and its absence stay as they are.
func TestContain(t *testing.T) {
	t.Parallel()
	var none *Error
	err := Contain(func() error { return New(Invalid, none.Code) })
	var own runtime.Error
	if !errors.Is(err, ErrPanic) || !errors.As(err, &own) || !strings.Contains(err.Error(), "TestContain") || !strings.Contains(err.Error(), "contain_test.go:") {
		t.Errorf("a nil pointer became %v", err)
	}
	if err = Contain(func() error { panic("secret") }); !errors.Is(err, ErrPanic) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a panic became %v", err)
	}
	want := errors.New("wrong")
	if err = Contain(func() error { return want }); !errors.Is(err, want) || errors.Is(err, ErrPanic) {
		t.Errorf("an error became %v", err)
	}
	if err = Contain(func() error { return nil }); err != nil {
		t.Error(err)
	}
}
