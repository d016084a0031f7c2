// A daemon that leaks, as a control: the product's own sources and one file more, which
// stands beside them only while it is built.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { TOP } from '../rehearsal/programs';

/** Keeps 50 MB, 50 files and 50 threads a second: readings may follow one another quickly. */
const LEAK = `package main

import (
	"bytes"
	"os"
	"runtime"
	"time"
)

var kept [][]byte
var open []*os.File

func init() {
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			kept = append(kept, bytes.Repeat([]byte{1}, 1<<20))
			f, _ := os.Open(os.DevNull)
			open = append(open, f)
			go func() {
				runtime.LockOSThread()
				select {}
			}()
		}
	}()
}
`;

/** Builds it under a folder, and gives where. */
export async function leakingPrograms(folder: string): Promise<string> {
  const programs = path.join(folder, 'leaking');
  const command = path.join(TOP, 'daemon', 'cmd', 'blackmark');
  const [leak, overlay] = [path.join(folder, 'leak.go'), path.join(folder, 'overlay.json')];
  mkdirSync(programs);
  writeFileSync(leak, LEAK);
  writeFileSync(overlay, JSON.stringify({ Replace: { [path.join(command, 'leak.go')]: leak } }));
  await promisify(execFile)('go', ['build', '-overlay', overlay, '-o', programs, command], { cwd: TOP });
  return programs;
}
