package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"testing"
)

// longest is how many lines a hand-written file may have.
const longest = 500

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.generated && s.lines > longest {
			t.Errorf("%s has %d lines, %d is the most: cut it by nouns or operations", s.path, s.lines, longest)
		}
	}
}

// nameless are package names that say nothing about what is inside.
var nameless = []string{"util", "utils", "common", "helpers", "helper", "misc", "model", "models", "service", "services", "repository", "types", "base", "shared"}

func TestPackagesHaveNames(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if slices.Contains(nameless, path.Base(s.pkg)) {
			t.Errorf("%s: %q says nothing about what is inside", s.path, path.Base(s.pkg))
		}
	}
}

func TestNothingHappensAtImport(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil && !s.generated {
				t.Errorf("%s: func init: wire it in app instead", s.path)
			}
		}
	}
}

// TestExportedNamesAreDescribed wants a sentence for everything that other
// packages see.
func TestExportedNamesAreDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, s := range sources(t) {
		if s.test || s.generated {
			continue
		}
		described[s.pkg] = described[s.pkg] || s.file.Doc != nil
		for _, name := range undescribed(s.file) {
			t.Errorf("%s: %s has no comment", s.path, name)
		}
	}
	for pkg, ok := range described {
		if !ok {
			t.Errorf("%s has no package comment", pkg)
		}
	}
}

func undescribed(file *ast.File) []string {
	var out []string
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && decl.Doc == nil && (decl.Recv == nil || exportedReceiver(decl.Recv)) {
				out = append(out, decl.Name.Name)
			}
		case *ast.GenDecl:
			if decl.Tok == token.IMPORT {
				continue
			}
			for _, spec := range decl.Specs {
				out = append(out, undescribedSpec(spec, decl.Doc != nil)...)
			}
		}
	}
	return out
}

func undescribedSpec(spec ast.Spec, group bool) []string {
	var out []string
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() && spec.Doc == nil && !group {
			out = append(out, spec.Name.Name)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if name.IsExported() && spec.Doc == nil && spec.Comment == nil && !group {
				out = append(out, name.Name)
			}
		}
	}
	return out
}

func exportedReceiver(recv *ast.FieldList) bool {
	t := recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}
