package app

import "context"

type configCmd struct {
	Dump  configDumpCmd  `cmd:"" help:"cli.config-dump"`
	Check configCheckCmd `cmd:"" help:"cli.config-check"`
}

type configDumpCmd struct{}

// Run prints the settings in force as YAML, secrets hidden.
func (*configDumpCmd) Run(_ context.Context, p *program) error {
	cfg, err := p.settings(nil)
	if err != nil {
		return err
	}
	return cfg.Dump(p.stdout, p.texts, p.lang)
}

type configCheckCmd struct{}

// Run says whether the settings are right.
func (*configCheckCmd) Run(_ context.Context, p *program) error {
	if _, err := p.settings(nil); err != nil {
		return err
	}
	p.say("cli.config-right")
	return nil
}
