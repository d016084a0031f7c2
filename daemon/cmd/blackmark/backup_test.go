package main

import (
	"encoding/json"

	"github.com/rogpeppe/go-internal/testscript"

	"blackmark/shared/wire"
)

// newest puts the name of the newest backup into a variable: newest FIRST.
func newest(ts *testscript.TestScript, _ bool, args []string) {
	var list wire.BackupList
	ts.Check(ts.Exec("blackmark", "backup", "list", "--json"))
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	if len(list.Backups) == 0 {
		ts.Fatalf("there is no backup")
	}
	ts.Setenv(args[0], list.Backups[0].Name)
}
