package transfer

import (
	"context"
	"io"

	"blackmark/daemon/backup/seal"
	"blackmark/daemon/ledger"
	"blackmark/daemon/transfer/markfile"
	"blackmark/shared/wire"
)

// Export writes every mark that stands now to w. Where it fails after the
// first byte, what was written is not a whole file, and does not read as one
// but for a plain table as CSV, which has no end.
func (t *Transfers) Export(ctx context.Context, w io.Writer, q wire.ExportQuery) error {
	if q.Plain == (q.Passphrase != "") {
		return ErrSecrecy
	}
	if q.Format != wire.FormatJSON && q.Format != wire.FormatCSV && q.Format != wire.FormatXLSX {
		return markfile.ErrFormat.In("format")
	}
	if q.Plain {
		return t.write(ctx, w, q.Format)
	}
	sealed, err := seal.NewWriter(w, q.Passphrase)
	if err != nil {
		return err
	}
	if err := t.write(ctx, sealed, q.Format); err != nil {
		return err // without its end the file does not open
	}
	return sealed.Close()
}

func (t *Transfers) write(ctx context.Context, w io.Writer, format wire.FileFormat) error {
	file, err := markfile.NewWriter(w, format, t.config.Now())
	if err != nil {
		return err
	}
	if err := t.config.Ledger.Each(ctx, func(m ledger.Mark) error { return file.Write(rowOf(m)) }); err != nil {
		return err
	}
	return file.Close()
}

func rowOf(m ledger.Mark) markfile.Mark {
	row := markfile.Mark{Keys: m.Keys, Name: m.Name, Reason: m.Reason, Note: m.Note, At: m.At, By: m.By, Via: m.Via, Echo: m.Echo}
	if m.Order != nil {
		row.Order = &wire.Order{Marketplace: m.Order.Marketplace, Region: m.Order.Region, Number: m.Order.Number}
	}
	return row
}
