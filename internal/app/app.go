// Package app is the program as a whole: its commands, and the wiring of the
// parts, by hand, top to bottom: settings, base, domains, jobs, HTTP.
//
// A command is one field of cli and one file with its struct: flags as
// fields, texts as keys of the locale files, and
//
//	func (c *migrateCmd) Run(ctx context.Context, p *program) error
//
// It prints through p, returns a fault for what went wrong, and ends when ctx
// does.
package app

import (
	"context"
	"io"
	"os"

	"kopilka/internal/loyalty/audit"
)

// The exit codes.
const (
	ExitOK      = 0
	ExitFailure = 1 // the command could not do its work
	ExitUsage   = 2 // the command line itself is wrong
)

// Run runs the command that args name (without the program's own name) and
// gives the exit code. It stops in order when ctx ends.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return run(ctx, args, os.Environ(), stdin, stdout, stderr)
}

func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p, err := newProgram(args, environ, stdin, stdout, stderr)
	if err != nil {
		// The texts themselves are broken: there is no language to say it in.
		_, _ = io.WriteString(stderr, err.Error()+"\n")
		return ExitFailure
	}
	command, code := p.parse(args)
	if command == nil {
		return code
	}
	if err := command(audit.By(ctx, audit.Actor{Kind: audit.Command})); err != nil {
		p.fail(err)
		return ExitFailure
	}
	return ExitOK
}
