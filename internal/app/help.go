package app

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"kopilka/internal/platform/fault"
)

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"cli.help-command"`
}

// Run shows what --help beside the command would show.
func (c *helpCmd) Run(p *program, parsed *kong.Context) error {
	node := parsed.Model.Node
	for _, name := range c.Command {
		i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == name })
		if i < 0 {
			return fault.New(fault.Invalid, "cli.unexpected", "argument", name)
		}
		node = node.Children[i]
	}
	return p.help(p.stdout, parsed.Model, node)
}

// help prints what the selected command is for and takes, or the list of all
// commands where none is selected.
func (p *program) help(w io.Writer, app *kong.Application, selected *kong.Node) error {
	out := bufio.NewWriter(w)
	node := app.Node
	if selected != nil {
		node = selected
	}
	about := node.Help
	if node == app.Node {
		about = "cli.about"
	}
	fmt.Fprintln(out, p.texts.Text(p.lang, "cli.usage", "line", p.usage(app, node)))
	fmt.Fprintf(out, "\n%s\n", p.texts.Text(p.lang, about))

	var commands, arguments, flags [][2]string
	for _, leaf := range node.Leaves(true) {
		if leaf != node {
			commands = append(commands, [2]string{leaf.Path(), p.texts.Text(p.lang, leaf.Help)})
		}
	}
	for _, arg := range node.Positional {
		arguments = append(arguments, [2]string{arg.Summary(), p.texts.Text(p.lang, arg.Help)})
	}
	for _, level := range slices.Backward(node.AllFlags(true)) { // the command's own first
		for _, flag := range level {
			flags = append(flags, [2]string{flagText(flag), p.about(flag)})
		}
	}
	p.table(out, "cli.commands", commands)
	p.table(out, "cli.arguments", arguments)
	p.table(out, "cli.flags", flags)
	if len(commands) > 0 {
		fmt.Fprintf(out, "\n%s\n", p.texts.Text(p.lang, "cli.more"))
	}
	return out.Flush()
}

// usage is the shape of the command line, e.g. "kopilka backup <file> [flags]".
func (p *program) usage(app *kong.Application, node *kong.Node) string {
	parts := []string{app.Name}
	if path := node.Path(); node != app.Node && path != "" {
		parts = append(parts, path)
	}
	if len(node.Children) > 0 {
		parts = append(parts, p.texts.Text(p.lang, "cli.usage-command"))
	}
	for _, arg := range node.Positional {
		parts = append(parts, arg.Summary())
	}
	return strings.Join(append(parts, p.texts.Text(p.lang, "cli.usage-flags")), " ")
}

// about is what a flag is for, and what it is where it is not given.
func (p *program) about(flag *kong.Flag) string {
	text := p.texts.Text(p.lang, flag.Help)
	if flag.Default == "" {
		return text
	}
	return p.texts.Text(p.lang, "cli.default", "text", text, "value", flag.Default)
}

func flagText(flag *kong.Flag) string {
	text := "    --" + flag.Name
	if flag.Short != 0 {
		text = "-" + string(flag.Short) + ", --" + flag.Name
	}
	if !flag.IsBool() {
		text += "=" + flag.FormatPlaceHolder()
	}
	return text
}

// table prints rows in two columns under a title.
func (p *program) table(w io.Writer, title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", p.texts.Text(p.lang, title))
	widest := 0
	for _, row := range rows {
		widest = max(widest, utf8.RuneCountInString(row[0]))
	}
	for _, row := range rows {
		fmt.Fprintf(w, "  %s%s  %s\n", row[0], strings.Repeat(" ", widest-utf8.RuneCountInString(row[0])), row[1])
	}
}
