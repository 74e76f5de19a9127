package main

import (
	"bytes"
	"os"
	"testing"
)

func TestSettingsPageIsGeneratedNow(t *testing.T) {
	t.Parallel()
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error(`docs/settings.md is not what the table says now: run "make generate"`)
	}
}
