package cloud

import (
	"context"
	"time"

	"blackmark/shared/cloudlist"
)

// publishUntil publishes at once and then at every interval.
func (s *Server) publishUntil(ctx context.Context) {
	ticker := time.NewTicker(s.settings.interval())
	defer ticker.Stop()
	for {
		if err := s.Publish(ctx); err != nil && ctx.Err() == nil {
			s.config.Log.Error("the lists could not be published; the last ones stay", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Publish counts what changed, writes new lists and signs the manifest.
func (s *Server) Publish(ctx context.Context) error {
	s.publish.Lock()
	defer s.publish.Unlock()
	began := time.Now()
	err := s.publishOnce(ctx)
	s.numbers.published(err, s.config.Now(), time.Since(began))
	return err
}

func (s *Server) publishOnce(ctx context.Context) error {
	now := s.config.Now()
	lists, err := s.source.Lists(ctx)
	if err != nil {
		return err
	}
	s.list.keep(lists, now)
	cuts := map[cloudlist.ListID]uint64{}
	for _, id := range lists {
		due, err := s.list.due(id, now)
		if err != nil {
			return err
		}
		entry, _ := s.list.entry(id)
		cut, err := s.source.Cut(ctx, id, entry.Version, due)
		if err != nil {
			return err
		}
		if cut == nil {
			continue
		}
		added, err := s.list.add(id, cut, now)
		if err != nil {
			return err
		}
		cuts[id] = cut.Version
		if added {
			s.config.Log.Info("list published", "marketplace", id.Marketplace, "epoch", id.Epoch)
		}
	}
	s.list.clean(now)
	if err := s.list.sign(now); err != nil {
		return err
	}
	// Only now is it safe to forget what had to be counted.
	for id, version := range cuts {
		entry, _ := s.list.entry(id)
		if err := s.source.Settle(ctx, id, version, entry.Version); err != nil {
			return err
		}
	}
	return nil
}
