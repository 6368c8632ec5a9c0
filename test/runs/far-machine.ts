/** Another machine for the tests: a folder of its own on this one, and the `ssh` by which a daemon reaches it. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { killQuietly, PROGRAM } from '../daemon-fixture.ts';

/** What every machine of the tests has: its state folder, a folder to work in, and programs. */
export class FarFolder {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'sb-far-')));
  readonly bin = join(this.folder, 'bin');
  readonly project = join(this.folder, 'work');
  readonly state = join(this.folder, 's');

  constructor() {
    for (const folder of [this.bin, this.project, this.state]) mkdirSync(folder);
    this.program('signalbox', `exec '${process.execPath}' '${PROGRAM}' "$@"`);
  }

  program(name: string, script: string): void {
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.bin, name), 0o755);
  }

  /** What the environment there says besides HOME and the like. */
  get variables(): Readonly<Record<string, string>> {
    return { XDG_STATE_HOME: this.state, PATH: `${this.bin}${delimiter}${process.env.PATH}` };
  }

  /** The folder of each carrier that lives and has a run. */
  carriers(): string[] {
    return this.files().filter((path) => {
      const [, pid] = /\/[0-9a-f]{32}-(\d+)$/.exec(path) ?? [];
      return pid !== undefined && existsSync(`/proc/${pid}`);
    });
  }

  carrierPids(): number[] {
    return this.carriers().map((path) => Number(path.split('-').at(-1)));
  }

  /** What lies in the folders of the executors. */
  files(): string[] {
    const all = join(this.state, 'signalbox', 'carry');
    if (!existsSync(all)) return [];
    return readdirSync(all).flatMap((name) =>
      readdirSync(join(all, name)).map((file) => join(all, name, file)),
    );
  }

  /** Whoever works there: the carriers, the runs and what they left. */
  processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(`XDG_STATE_HOME=${this.state}`))
      .map(Number);
  }

  close(): void {
    for (const pid of [...this.carrierPids(), ...this.processes()]) killQuietly(pid);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const readQuietly = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/**
 * In the place of ssh: runs the command here, in the other machine's environment, and makes a link of a forwarded socket.
 * While the file `cut` is there, it reaches nobody.
 */
const SSH = (far: FarFolder) => `
forward=
while [ "$1" != -- ]; do
  case "$1" in -R) forward=$2; shift 2;; -o|-p) shift 2;; *) shift;; esac
done
shift 2
if [ -e '${far.folder}/cut' ]; then echo 'ssh: connect to host box: No route to host' >&2; exit 255; fi
if [ -n "$forward" ]; then ln -s "\${forward#*:}" "\${forward%%:*}"; echo $$ >> '${far.folder}/held'; fi
${Object.entries(far.variables)
  .map(([name, value]) => `export ${name}='${value}'`)
  .join('\n')}
exec sh -c "$1"`;

/** The machine without sshd: enough for everything but ssh itself. */
export class FarMachine extends FarFolder {
  /** Holds `ssh` alone: the PATH of the daemon begins with it. */
  readonly ssh = join(this.folder, 'ssh');

  constructor() {
    super();
    mkdirSync(this.ssh);
    writeFileSync(join(this.ssh, 'ssh'), `#!/bin/sh${SSH(this)}\n`);
    chmodSync(join(this.ssh, 'ssh'), 0o755);
  }

  get path(): string {
    return `${this.ssh}${delimiter}${process.env.PATH}`;
  }

  /** From now on nothing comes through, in both directions. */
  cut(): void {
    writeFileSync(join(this.folder, 'cut'), '');
    for (const path of this.files()) if (/\/s-[0-9a-f]+$/.test(path)) rmSync(path, { force: true });
    for (const pid of readQuietly(join(this.folder, 'held')).split('\n')) if (pid) killQuietly(Number(pid));
    rmSync(join(this.folder, 'held'), { force: true });
  }

  mend(): void {
    rmSync(join(this.folder, 'cut'), { force: true });
  }
}
