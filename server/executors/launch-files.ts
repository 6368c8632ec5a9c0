/** The launches that carriers wait for: each in a file for this user alone, which is gone once it is read or given up. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { LinkedLaunch } from '../../shared/carry-words.ts';
import { lastLineOf } from './call-program.ts';

const OURS = /^([0-9a-f]{32})\.(json|log)$/;

export class LaunchFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  launch = (marker: string): string => join(this.folder, `${marker}.json`);
  log = (marker: string): string => join(this.folder, `${marker}.log`);

  /** Makes the folder. Throws where it is another's, or open to others. */
  prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(this.folder);
    if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0)
      throw new Error(`${this.folder} is open to others, or not yours: chmod 700`);
  }

  write(launch: LinkedLaunch): void {
    writeFileSync(this.launch(launch.marker), JSON.stringify(launch), { mode: 0o600, flag: 'wx' });
  }

  /** Nobody may read it any more. The other file stays: it says that the job was ours, until it has left the queue. */
  withdraw(marker: string): void {
    if (!existsSync(this.folder)) return;
    writeFileSync(this.log(marker), '', { mode: 0o600, flag: 'a' });
    rmSync(this.launch(marker), { force: true });
  }

  /** Nothing of it is left. Returns what its carrier complained of last. */
  remove(marker: string): string {
    rmSync(this.launch(marker), { force: true });
    const said = this.#complaint(marker);
    rmSync(this.log(marker), { force: true });
    return said;
  }

  #complaint(marker: string): string {
    try {
      return lastLineOf(readFileSync(this.log(marker), 'utf8').slice(-4096)).replace(/\p{Cc}/gu, ' ');
    } catch {
      return '';
    }
  }

  /** What was written; null: nothing (any more). */
  read(marker: string): string | null {
    return existsSync(this.launch(marker)) ? readFileSync(this.launch(marker), 'utf8') : null;
  }

  /** The markers of all that lies here. */
  markers(): ReadonlySet<string> {
    const found = readdirSync(this.folder).map((name) => OURS.exec(name)?.[1]);
    return new Set(found.filter((marker) => marker !== undefined));
  }
}
