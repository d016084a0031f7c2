package wire_test

import (
	"os/exec"
	"testing"
)

// The TypeScript of the wire is what `make generate` writes from its source.
func TestGeneratedIsCurrent(t *testing.T) {
	out, err := exec.Command("go", "run", "./generate", "-check").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
