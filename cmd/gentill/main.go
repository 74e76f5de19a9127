// Command gentill makes the program that judges receipts in a till's browser
// (command tillrules), packed, and the script that starts it, in the folder that
// it is told. Beside them it writes what it made them of: it makes them anew only
// where a source has changed, since another version of Go would make other bytes
// of the same.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	source  = "kopilka/cmd/tillrules"
	program = "rules.wasm.gz"
	starter = "wasm_exec.js"
	made    = "rules.txt"
)

func main() {
	if err := generate(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gentill:", err)
		os.Exit(1)
	}
}

func generate(ctx context.Context, dir string) error {
	of, err := sourcesOf(ctx)
	if err != nil {
		return err
	}
	if was, err := os.ReadFile(filepath.Join(dir, made)); err == nil && string(was) == of+contents(dir) {
		return nil
	}
	if err := build(ctx, filepath.Join(dir, program)); err != nil {
		return err
	}
	root, err := run(ctx, "env", "GOROOT")
	if err != nil {
		return err
	}
	script, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", starter))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, starter), script, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, made), []byte(of+contents(dir)), 0o644)
}

// sourcesOf is a line with the digest of all sources that are not of Go itself.
func sourcesOf(ctx context.Context) (string, error) {
	list, err := run(ctx, "list", "-deps", "-json=Dir,GoFiles,Standard,Module", source)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			Dir      string
			GoFiles  []string
			Standard bool
			Module   *struct{ Path, Version string }
		}
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return "sources " + hex.EncodeToString(sum.Sum(nil)) + "\n", nil
		case err != nil:
			return "", err
		}
		if p.Standard {
			continue
		}
		if p.Module.Version != "" { // another's: its version says it all
			fmt.Fprintln(sum, p.Module.Path, p.Module.Version)
			continue
		}
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(sum, "%s %x\n", name, sha256.Sum256(text))
		}
	}
}

// contents is a line with the digest of each file that was made.
func contents(dir string) string {
	var out strings.Builder
	for _, name := range []string{program, starter} {
		body, _ := os.ReadFile(filepath.Join(dir, name)) // one that is not there is another than any
		fmt.Fprintf(&out, "%s %x\n", name, sha256.Sum256(body))
	}
	return out.String()
}

func build(ctx context.Context, to string) error {
	dir, err := os.MkdirTemp("", "gentill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plain := filepath.Join(dir, "rules.wasm")
	if _, err := run(ctx, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", plain, source); err != nil {
		return err
	}
	body, err := os.ReadFile(plain)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

// run runs the go command for a browser and gives what it prints.
func run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd.Output()
}
