/** A daemon under a path, as behind a proxy that passes everything on: its own port is the public one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../server/daemon/listen.ts';
import { DaemonFixture } from '../daemon-fixture.ts';

export const BASE = '/signalbox';
export const QUESTION = 'Which port?';

/** Has a unit of each kind that a page links to: asking, waiting, done with changes; and what it printed. */
export async function baseHouse(...flags: string[]): Promise<DaemonFixture> {
  const house = DaemonFixture.make({}, { guarded: true });
  await beginRepository(house.project);
  const agents = {
    writer: { command: ['/bin/sh', '-c', 'echo more >> notes; echo wrote'], phases: ['WRITE'] },
  };
  writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify({ agents }));
  await house.ok('trust', '--yes');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const path = ['--base-path', BASE, '--trust-whole-origin'];
  await house.start('--port', String(port), '--public-origin', origin, ...path, ...flags);
  await house.add('port', `signalbox ask '${QUESTION}' --option low=Low --option high=High && sleep 600`);
  await house.add('later', 'true', '--after', 'port');
  await house.ok('add', 'writer', '--agent', 'writer');
  await house.untilStatus('port', 'NEEDS_ATTENTION');
  await house.untilStatus('writer', 'NEEDS_ATTENTION');
  return house;
}

async function beginRepository(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Olga', '-c', 'user.email=olga@example.org', ...args], {
      cwd: folder,
    });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'notes'), 'first\n');
  git('add', 'notes');
  git('commit', '-qm', 'begin');
}
