import { defineConfig } from '@playwright/test';

// Two projects. "unit" holds pure functions and opens no browser; "e2e" drives
// the built extension, the real daemon and the rehearsal sites in Chromium, one
// file at a time, since each needs the loopback ports of a seller's machine.
export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  reporter: 'list',
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: false,
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  projects: [
    { name: 'unit', testMatch: 'src/**/*.test.ts' },
    { name: 'e2e', testMatch: 'e2e/**/*.spec.ts' },
    // Only `make bench`, which says where its figures go, has this one.
    ...(process.env.BLACKMARK_BENCH_FIGURES ? [{ name: 'bench', testMatch: 'e2e/bench/*.bench.ts' }] : []),
  ],
});
