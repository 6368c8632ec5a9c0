#!/usr/bin/env node
/**
 * The command of a clone. npm links a command once, when it is first asked for, and only to a file that is there:
 * linked to dist/ itself, a command given before the first build would never be found again.
 */
import { existsSync } from 'node:fs';

const built = new URL('../dist/signalbox.js', import.meta.url);
if (existsSync(built)) {
  await import(built);
} else {
  console.error('signalbox: not built yet. Build it: npm run build');
  process.exit(78);
}
