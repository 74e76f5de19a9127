package i18n

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"strconv"
)

func (p *pkg) findConsts() {
	for _, file := range p.files {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if i < len(value.Values) {
						if text, ok := literal(value.Values[i]); ok {
							p.consts[name.Name] = text
						}
					}
				}
			}
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// scan finds the package's sites with the sinks known so far, and adds the
// sinks that it meets.
func (p *pkg) scan(root string) []site {
	var sites []site
	for _, file := range p.files {
		s := &scanner{pkg: p, root: root, fault: importName(file)}
		for _, decl := range file.Decls {
			s.fn, _ = decl.(*ast.FuncDecl)
			ast.Inspect(decl, s.visit)
		}
		sites = append(sites, s.sites...)
	}
	return sites
}

func importName(file *ast.File) string {
	for _, imp := range file.Imports {
		if imp.Path.Value == strconv.Quote(faultPath) {
			if imp.Name != nil {
				return imp.Name.Name
			}
			return "fault"
		}
	}
	return ""
}

// scanner walks one file.
type scanner struct {
	*pkg
	root  string
	fault string        // the file's name for package fault, "" where it is not imported
	fn    *ast.FuncDecl // the declaration being walked
	stack []ast.Node    // from it down to the node being walked
	sites []site
}

func (s *scanner) visit(n ast.Node) bool {
	if n == nil {
		s.stack = s.stack[:len(s.stack)-1]
		return false
	}
	s.stack = append(s.stack, n)
	switch n := n.(type) {
	case *ast.CallExpr:
		s.call(n)
	case *ast.CompositeLit:
		s.composite(n)
	}
	return true
}

func (s *scanner) call(call *ast.CallExpr) {
	var to sink
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		known, ok := s.sinks[s.local(fn.Name)]
		if !ok {
			known, ok = s.sinks[fn.Name]
		}
		if !ok {
			return
		}
		to = known
	case *ast.SelectorExpr:
		from, _ := fn.X.(*ast.Ident)
		switch {
		case from != nil && from.Name == s.fault && fn.Sel.Name == "New":
			to = sink{code: 1, args: 2}
		case from != nil && from.Name == s.fault && fn.Sel.Name == "Wrap":
			to = sink{code: 2, args: 3}
		default:
			known, ok := s.sinks[fn.Sel.Name]
			if !ok {
				return
			}
			to = known
		}
	default:
		return
	}
	if to.code >= len(call.Args) {
		return
	}
	s.record(call.Args[to.code], s.argNames(call, to.args), call)
}

// argNames lists the names of the pairs that begin at from; nil where they
// can't be told.
func (s *scanner) argNames(call *ast.CallExpr, from int) []string {
	if from < 0 || call.Ellipsis.IsValid() {
		return nil
	}
	names := []string{}
	for i := from; i < len(call.Args); i += 2 {
		values := s.values(call.Args[i])
		if len(values) != 1 {
			return nil
		}
		names = append(names, values[0])
	}
	return names
}

// composite handles fault.Field{…}, []fault.Field{{…}} and fault.Error{…}.
func (s *scanner) composite(lit *ast.CompositeLit) {
	if array, ok := lit.Type.(*ast.ArrayType); ok && s.isFault(array.Elt, "Field") {
		for _, element := range lit.Elts {
			if inner, ok := element.(*ast.CompositeLit); ok && inner.Type == nil {
				s.fields(inner)
			}
		}
		return
	}
	if s.isFault(lit.Type, "Field") || s.isFault(lit.Type, "Error") {
		s.fields(lit)
	}
}

func (s *scanner) isFault(e ast.Expr, name string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && from.Name == s.fault
}

func (s *scanner) fields(lit *ast.CompositeLit) {
	var code ast.Expr
	args := []string{}
	for i, element := range lit.Elts {
		name, value := [...]string{"Path", "Code", "Args", ""}[min(i, 3)], element
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			name, value = fmt.Sprint(pair.Key), pair.Value
		}
		switch name {
		case "Code":
			code = value
		case "Args":
			args = nil
			if call, ok := value.(*ast.CallExpr); ok && len(call.Args) > 0 {
				args = s.argNames(call, 0)
			}
		}
	}
	if code != nil {
		s.record(code, args, lit)
	}
}

// record notes a site for each value that the code can have. A parameter of
// the function around makes that function a sink instead.
func (s *scanner) record(code ast.Expr, args []string, at ast.Node) {
	if name, ok := code.(*ast.Ident); ok && s.fn != nil {
		if around, params := s.taker(name.Name); params != nil {
			to := sink{code: param(params, name.Name), args: -1}
			if call, ok := at.(*ast.CallExpr); ok && call.Ellipsis.IsValid() {
				if last, ok := call.Args[len(call.Args)-1].(*ast.Ident); ok {
					to.args = param(params, last.Name)
				}
			}
			s.sinks[around] = to
			return
		}
	}
	position := s.fset.Position(at.Pos())
	file, _ := filepath.Rel(s.root, position.Filename)
	where := fmt.Sprintf("%s:%d", filepath.ToSlash(file), position.Line)
	values := s.values(code)
	if len(values) == 0 {
		values = []string{""}
	}
	for _, value := range values {
		s.sites = append(s.sites, site{at: where, code: value, args: args})
	}
}

// local names a function that lives in a variable of the function around.
func (s *scanner) local(name string) string {
	if s.fn == nil {
		return ""
	}
	return s.fn.Name.Name + "·" + name
}

// taker finds the innermost function around that has the parameter, and what
// it is called: one in a local variable, or the declaration itself.
func (s *scanner) taker(name string) (string, *ast.FieldList) {
	for i := len(s.stack) - 1; i > 0; i-- {
		inner, ok := s.stack[i].(*ast.FuncLit)
		if !ok || param(inner.Type.Params, name) < 0 {
			continue
		}
		assign, ok := s.stack[i-1].(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 {
			return "", nil
		}
		variable, ok := assign.Lhs[0].(*ast.Ident)
		if !ok {
			return "", nil
		}
		return s.local(variable.Name), inner.Type.Params
	}
	if param(s.fn.Type.Params, name) < 0 {
		return "", nil
	}
	return s.fn.Name.Name, s.fn.Type.Params
}

// param gives the index of the parameter, -1 where there is none of that
// name.
func param(params *ast.FieldList, name string) int {
	i := 0
	for _, field := range params.List {
		for _, one := range field.Names {
			if one.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

// values gives every constant that the expression can be: a literal, a
// constant of the package, or a local variable that only constants are
// assigned to. Nothing where it can't be told.
func (s *scanner) values(e ast.Expr) []string {
	if text, ok := literal(e); ok {
		return []string{text}
	}
	name, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	if text, ok := s.consts[name.Name]; ok {
		return []string{text}
	}
	if s.fn == nil || s.fn.Body == nil {
		return nil
	}
	var out []string
	follow := true
	ast.Inspect(s.fn.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, left := range assign.Lhs {
			if target, ok := left.(*ast.Ident); ok && target.Name == name.Name {
				if len(assign.Lhs) != len(assign.Rhs) {
					follow = false
				} else if text, ok := literal(assign.Rhs[i]); ok {
					if text != "" { // "no fault yet"
						out = append(out, text)
					}
				} else {
					follow = false
				}
			}
		}
		return true
	})
	if !follow {
		return nil
	}
	return out
}
