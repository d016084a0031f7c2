package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	module  = "blackmark/"
	program = "daemon/cmd/blackmark" // what a seller runs
)

// terminal are the rooms whose problems are printed by the command line, in
// English, and never reach the extension.
var terminal = []string{program, "daemon/commandline", "daemon/osservice"}

// problemCodes are the codes of all problems that the extension can be told of:
// those of every package that the seller's program is made of, each once.
func (s source) problemCodes() ([]string, error) {
	codes, seen := map[string]bool{}, map[string]bool{}
	open := []string{program}
	for len(open) > 0 {
		room := open[len(open)-1]
		open = open[:len(open)-1]
		if seen[room] {
			continue
		}
		seen[room] = true
		sources, err := filepath.Glob(filepath.Join(s.repo, filepath.FromSlash(room), "*.go"))
		if err != nil {
			return nil, err
		}
		for _, path := range sources {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			for _, spec := range file.Imports {
				if imported, err := strconv.Unquote(spec.Path.Value); err == nil && strings.HasPrefix(imported, module) {
					open = append(open, strings.TrimPrefix(imported, module))
				}
			}
			if slices.Contains(terminal, room) {
				continue
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if code, ok := problemCode(node, file.Name.Name); ok {
					codes[code] = true
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(codes)), nil
}

// problemCode reads `problem.New(kind, "code", ...)`, which its own package
// writes as `New(...)`.
func problemCode(node ast.Node, pkg string) (string, bool) {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	if code, ok := damageCode(call, pkg); ok {
		return code, true
	}
	if len(call.Args) != 4 {
		return "", false
	}
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		from, ok := f.X.(*ast.Ident)
		if !ok || from.Name != "problem" || f.Sel.Name != "New" {
			return "", false
		}
	case *ast.Ident:
		if pkg != "problem" || f.Name != "New" {
			return "", false
		}
	default:
		return "", false
	}
	return quotedCode(call.Args[1])
}

// damageCode reads `j.damage("code", ...)`: the journal makes all of its
// problems of one kind in one place.
func damageCode(call *ast.CallExpr, pkg string) (string, bool) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || pkg != "journal" || f.Sel.Name != "damage" || len(call.Args) == 0 {
		return "", false
	}
	return quotedCode(call.Args[0])
}

func quotedCode(argument ast.Expr) (string, bool) {
	literal, ok := argument.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	code, err := strconv.Unquote(literal.Value)
	return code, err == nil
}
