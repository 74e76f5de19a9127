package app

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints what was built, from what, with what.
func (*versionCmd) Run(_ context.Context, p *program) error {
	b := readBuild()
	fmt.Fprintf(p.stdout, "kopilka %s\n", b.version)
	if b.revision != "" {
		fmt.Fprintf(p.stdout, "%s %s\n", b.revision, b.time)
	}
	_, err := fmt.Fprintf(p.stdout, "%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build is what the Go tool wrote into the program.
type build struct{ version, revision, time string }

func readBuild() build {
	b := build{version: "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.time":
			b.time = s.Value
		}
	}
	return b
}
