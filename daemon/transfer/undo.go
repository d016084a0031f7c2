package transfer

import (
	"context"

	"blackmark/daemon/ledger"
	"blackmark/shared/wire"
)

// Undo begins to take an import back: its marks go where they still are as it
// made them, and those that they replaced stand again where they are known.
func (t *Transfers) Undo(id string) (wire.Import, error) {
	t.mu.Lock()
	i, known := t.imports[id]
	undone := known && i.State == wire.ImportUndone
	t.mu.Unlock()
	switch {
	case !known || i.DryRun:
		return wire.Import{}, ErrUnknown.In("id")
	case undone:
		return wire.Import{}, ErrUndone
	}
	ctx, err := t.begin(i)
	if err != nil {
		return wire.Import{}, err
	}
	t.change(i, true, func(i *wire.Import) {
		i.State, i.Problem, i.Undone, i.Kept = wire.ImportUndoing, nil, 0, 0
	})
	begun, _ := t.Status(id)
	go func() { t.finish(ctx, i, t.takeBack(ctx, i), wire.ImportUndone) }()
	return begun, nil
}

// takeBack asks for every row of the file: how far the import came need not be
// known.
func (t *Transfers) takeBack(ctx context.Context, i *wire.Import) error {
	for first := 1; first <= i.Rows; first += ledger.MaxBatch {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		var undos []ledger.NewUndo
		for ordinal := first; ordinal < first+ledger.MaxBatch && ordinal <= i.Rows; ordinal++ {
			undos = append(undos, ledger.NewUndo{ID: derived("undo", i.ID, ordinal), Mark: derived("mark", i.ID, ordinal)})
		}
		done, err := t.config.Ledger.Undo(ctx, undos)
		if err != nil {
			return err
		}
		t.change(i, false, func(i *wire.Import) {
			for _, u := range done {
				switch u.State {
				case ledger.UndoneNow:
					i.Undone++
				case ledger.ChangedSince:
					i.Kept++
				}
			}
		})
	}
	return nil
}
