package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/backup"
	"blackmark/daemon/commandline"
	"blackmark/shared/wire"
)

// backupOld is how old the newest backup may be where something changed since:
// one is made a day, on days on which the computer runs.
const backupOld = 3 * 24 * time.Hour

// checkBackups looks at the backups, and reads the newest one to its end.
// records is how many records the journal holds now.
func checkBackups(dir string, records uint64, now time.Time) finding {
	folder := filepath.Join(dir, backupsDir)
	list, err := backup.New(backup.Config{Dir: folder}).List()
	if err != nil {
		return ill("backups", err)
	}
	var newest *wire.Backup
	damaged := 0
	for i, b := range list.Backups {
		switch {
		case b.Problem != nil:
			damaged++
		case newest == nil:
			newest = &list.Backups[i]
		}
	}
	if newest == nil && damaged == 0 {
		if records == 0 {
			return fine("backups", "none yet, and nothing to lose")
		}
		return finding{Check: "backups", Message: "there is none yet",
			Remedy: "`blackmark backup` makes one; the daemon makes one a day by itself"}
	}
	if newest != nil && unsound(filepath.Join(folder, newest.Name)) != nil {
		damaged++
	}
	if damaged > 0 {
		return finding{Check: "backups", Message: fmt.Sprintf("%d of %d are damaged", damaged, len(list.Backups)),
			Remedy: "make a new one with `blackmark backup`, look which are damaged with `blackmark backup check`, and check the disk", code: commandline.Damaged}
	}
	made, err := time.Parse(time.RFC3339, newest.At)
	if err == nil && now.Sub(made) > backupOld && newest.Records != records {
		return finding{Check: "backups", Message: fmt.Sprintf("the newest is of %s, and the list has changed since", newest.At),
			Remedy: "`blackmark backup` makes one now; leave the daemon running, and it makes one a day"}
	}
	replaced, err := backup.Replaced(dir)
	if err != nil {
		return ill("backups", err)
	}
	beside := ""
	if len(replaced) > 0 {
		beside = fmt.Sprintf("; %d folders before-restore-* hold what restores replaced, the last %d are kept", len(replaced), backup.KeptFolders)
	}
	return fine("backups", "%d, the newest of %s, read to the end: whole%s", len(list.Backups), newest.At, beside)
}

// unsound is why a backup does not read.
func unsound(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = backup.Read(f, nil)
	return err
}
