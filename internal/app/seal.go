package app

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

type sealCmd struct {
	Export sealExportCmd `cmd:"" help:"cli.seal-export"`
	Check  sealCheckCmd  `cmd:"" help:"cli.seal-check"`
	Prove  sealProveCmd  `cmd:"" help:"cli.seal-prove"`
}

type sealExportCmd struct {
	File string `arg:"" optional:"" help:"cli.seal-export-file"`
}

// Run writes all seals, to be kept where who runs the base can't change them.
func (c *sealExportCmd) Run(ctx context.Context, p *program) error {
	return p.withSeals(ctx, func(s *seal.Sealer) error {
		if c.File == "" {
			return s.Export(ctx, p.stdout)
		}
		if isThere(c.File) {
			return fault.New(fault.Conflict, "seal.file-exists", "file", c.File)
		}
		part := c.File + ".part"
		if err := writeWhole(part, func(w io.Writer) error { return s.Export(ctx, w) }); err != nil {
			_ = os.Remove(part)
			return err
		}
		if err := os.Rename(part, c.File); err != nil {
			return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", c.File)
		}
		p.say("seal.exported", "file", c.File)
		return nil
	})
}

// writeWhole writes a file and has it on disk.
func writeWhole(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(filepath.Clean(name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		if err := write(f); err != nil {
			f.Close()
			return err
		}
		if err = f.Sync(); err != nil {
			f.Close()
		} else {
			err = f.Close()
		}
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "cli.cannot-write", "file", name)
	}
	return nil
}

type sealCheckCmd struct {
	File string `arg:"" help:"cli.seal-check-file"`
}

// Run compares an export that was kept with the base.
func (c *sealCheckCmd) Run(ctx context.Context, p *program) error {
	f, err := os.Open(filepath.Clean(c.File))
	if err != nil {
		return cannotRead(err, c.File)
	}
	defer f.Close()
	return p.withSeals(ctx, func(s *seal.Sealer) error {
		n, err := s.Compare(ctx, f)
		if err == nil {
			p.say("seal.same", "seals", n)
		}
		return err
	})
}

type sealProveCmd struct {
	Member string `arg:"" help:"cli.seal-prove-member"`
}

// Run proves that the newest entry of a member's journal is under a seal.
func (c *sealProveCmd) Run(ctx context.Context, p *program) error {
	i, err := id.Parse(c.Member)
	if err != nil {
		return err
	}
	return p.withSeals(ctx, func(s *seal.Sealer) error {
		proof, err := s.Prove(ctx, home.OfMember(i))
		if err != nil {
			return err
		}
		out := json.NewEncoder(p.stdout)
		out.SetIndent("", "  ")
		return out.Encode(proof)
	})
}

// withSeals does something with the seals of the base.
func (p *program) withSeals(ctx context.Context, do func(*seal.Sealer) error) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	d, err := p.openDB(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.CheckSchema(ctx); err != nil {
		return err
	}
	return do(&seal.Sealer{DB: d})
}
