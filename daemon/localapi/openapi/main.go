// Command openapi writes the description of the HTTP API to
// shared/wire/openapi.json.
//
// It imports daemon/localapi alone, starts nothing and listens nowhere. It
// runs in daemon/localapi, by `go generate`.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"blackmark/daemon/localapi"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run() error {
	description, err := localapi.OpenAPI()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("..", "..", "shared", "wire", "openapi.json"), description, 0o644)
}
