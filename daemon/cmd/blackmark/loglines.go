package main

import (
	"slices"
	"strings"
	"sync"
)

// keptLines is how many lines of the log are kept for who asks for help.
const keptLines = 200

// logLines keeps the last lines that are written to it.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

// Write takes one line of the log. It never fails.
func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == keptLines {
		l.lines = slices.Delete(l.lines, 0, 1)
	}
	l.lines = append(l.lines, strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

// last are the lines that are kept, the oldest first.
func (l *logLines) last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
