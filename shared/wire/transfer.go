package wire

import (
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// What goes out of the data folder and comes in: backups, exports, imports, and a
// buyer who is forgotten. Files travel as plain bytes, everything else as JSON.
//
//	POST /v1/uploads           bytes, at most MaxUpload -> Upload
//	POST /v1/export            ExportQuery -> bytes
//	POST /v1/imports           ImportQuery -> Import      begins; answers at once
//	POST /v1/imports/status    ImportRef -> Import
//	POST /v1/imports/stop      ImportRef -> Import        what was imported stays, and can be undone
//	POST /v1/imports/undo      ImportRef -> Import        begins; answers at once
//	POST /v1/imports/list      ImportList, newest first
//	POST /v1/backups           Backup                     takes one now
//	POST /v1/backups/list      BackupList, newest first
//	POST /v1/backups/check     BackupRef -> Backup        reads all of it
//	POST /v1/backups/read      BackupRead -> bytes
//	POST /v1/restore           RestoreQuery -> Restore
//	POST /v1/forget            ForgetQuery -> Forgotten

// Limits of what comes in.
const (
	MaxUpload     = 64 << 20 // bytes of one upload; one at a time
	UploadMinutes = 10       // for so long an upload waits to be used
	MaxImport     = 100_000  // rows of one import
	MaxRefusals   = 100      // rows of Import.Refusals; Refused counts all
	MinPassphrase = 8        // characters
	MaxPassphrase = 1000     // characters
)

// Upload is a file that was sent and waits to be used once.
type Upload struct {
	ID   string `json:"id"` // 32 lower-case hexadecimal digits
	Size int64  `json:"size"`
}

// FileFormat is how marks stand in a file.
type FileFormat string

const (
	FormatJSON FileFormat = "json"
	FormatCSV  FileFormat = "csv"
	FormatXLSX FileFormat = "xlsx"
)

// ExportQuery asks for My Blacklist as a file. The answer is encrypted with
// Passphrase, or plain where Plain says so: exactly one of both.
type ExportQuery struct {
	Format     FileFormat `json:"format"`
	Passphrase string     `json:"passphrase,omitempty"`
	Plain      bool       `json:"plain,omitempty"`
}

// ImportQuery imports marks of an upload. Rows whose buyer is marked already
// change nothing unless Replace says so. The passphrase is for a file that is
// encrypted.
type ImportQuery struct {
	Upload     string     `json:"upload"`
	Format     FileFormat `json:"format,omitempty"` // empty: what the bytes say
	Passphrase string     `json:"passphrase,omitempty"`
	Replace    bool       `json:"replace,omitempty"`
	DryRun     bool       `json:"dry_run,omitempty"` // count, and change nothing; the upload stays
	File       string     `json:"file,omitempty"`    // its name, for the list of imports; at most MaxName characters
	// What a table of another program leaves out.
	Marketplace string `json:"marketplace,omitempty"`
	Region      string `json:"region,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Reason      string `json:"reason,omitempty"`
}

// ImportState is how far an import is.
type ImportState string

const (
	ImportRunning ImportState = "running"
	ImportDone    ImportState = "done"
	ImportStopped ImportState = "stopped" // by the seller, or by Problem; the rows before stay
	ImportUndoing ImportState = "undoing"
	ImportUndone  ImportState = "undone"
)

// Import is one import, and what came of each of its rows: Marked, Replaced,
// Already, Repeated and Refused add up to Done.
type Import struct {
	ID       string          `json:"id"` // 32 lower-case hexadecimal digits
	State    ImportState     `json:"state"`
	File     string          `json:"file,omitempty"`
	DryRun   bool            `json:"dry_run,omitempty"`
	At       string          `json:"at"`   // RFC 3339, UTC
	Rows     int             `json:"rows"` // of the file
	Done     int             `json:"done"` // looked at
	Marked   int             `json:"marked"`
	Replaced int             `json:"replaced"`
	Already  int             `json:"already"`  // the buyer was marked, and stays as he was
	Repeated int             `json:"repeated"` // the file names the buyer twice; the first row counts
	Refused  int             `json:"refused"`
	Refusals []ImportRefusal `json:"refusals,omitempty"`
	Undone   int             `json:"undone,omitempty"`    // marks taken back; those changed since stay
	Kept     int             `json:"kept,omitempty"`      // marks that stayed because they were changed since
	UndoneAt string          `json:"undone_at,omitempty"` // RFC 3339, UTC; when it had been taken back
	Problem  *problem.Error  `json:"problem,omitempty"`
}

// ImportRefusal is a row that was not imported.
type ImportRefusal struct {
	Row     int            `json:"row"` // of the file, from 1; in a table the line of names is 1
	Problem *problem.Error `json:"problem"`
}

// ImportRef names an import.
type ImportRef struct {
	ID string `json:"id"`
}

// ImportList is the imports that are remembered.
type ImportList struct {
	Imports []Import `json:"imports"`
}

// Backup is a copy of the data folder's truth in one file: the journal, the
// order history, the settings and the membership of a cloud; no pairing.
type Backup struct {
	Name    string         `json:"name"`   // file name in the folder of backups
	At      string         `json:"at"`     // RFC 3339, UTC
	Why     string         `json:"why"`    // asked, daily, or restore: before another one was put back
	Size    int64          `json:"size"`   // bytes
	Buyers  int            `json:"buyers"` // marked
	Records uint64         `json:"records"`
	Orders  int            `json:"orders"`
	Checked string         `json:"checked,omitempty"` // RFC 3339; when all of it was read last and was whole
	Problem *problem.Error `json:"problem,omitempty"` // what is wrong with it
}

// BackupRef names a backup.
type BackupRef struct {
	Name string `json:"name"`
}

// BackupList is the backups that are kept.
type BackupList struct {
	Backups []Backup `json:"backups"`
	Folder  string   `json:"folder"`
}

// BackupRead asks for a backup as a file to keep elsewhere, encrypted with
// Passphrase, or plain where Plain says so: exactly one of both.
type BackupRead struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase,omitempty"`
	Plain      bool   `json:"plain,omitempty"`
}

// RestoreQuery puts a backup, or an uploaded one, in the place of what is there.
// What is there is kept beside it.
type RestoreQuery struct {
	Backup     string `json:"backup,omitempty"`
	Upload     string `json:"upload,omitempty"`
	Passphrase string `json:"passphrase,omitempty"`
	DryRun     bool   `json:"dry_run,omitempty"` // compare, and change nothing
}

// Restore compares a backup with what is there.
type Restore struct {
	Backup   Backup `json:"backup"`
	Now      int    `json:"now"`  // buyers marked now
	Then     int    `json:"then"` // buyers marked in the backup
	Gained   int    `json:"gained"`
	Lost     int    `json:"lost"`           // buyers marked now and not in the backup
	Kept     string `json:"kept,omitempty"` // folder of what was there before; empty for a dry run
	Restored bool   `json:"restored"`
}

// ForgetQuery names a buyer who is to be forgotten: marks, notes, names, orders.
type ForgetQuery struct {
	Keys   []buyer.Key `json:"keys,omitempty"`
	Order  *Order      `json:"order,omitempty"`
	Name   string      `json:"name,omitempty"`    // orders of which no page named the buyer, and that show this name
	DryRun bool        `json:"dry_run,omitempty"` // count, and change nothing
}

// Forgotten says what was removed, and where the buyer still is.
type Forgotten struct {
	Records int      `json:"records"` // of the journal, whose content is gone
	Orders  int      `json:"orders"`
	Shared  bool     `json:"shared"`            // a withdrawal goes to the cloud
	Backups []string `json:"backups,omitempty"` // made before: they still hold the buyer
}
