/** A real PostgreSQL server of its own for tests: the one that this system has installed, in a folder that is gone afterwards. */
import { execFile, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { until } from '../until.ts';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';
/** initdb refuses to work as root. */
const ACCOUNT = 'postgres';

/** The folder of its programs; null: there is none. */
function programs(): string | null {
  if (process.env.SIGNALBOX_POSTGRES) return process.env.SIGNALBOX_POSTGRES;
  if (!existsSync(INSTALLED)) return null;
  const newest = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(INSTALLED, newest, 'bin');
}

const isRoot = process.getuid?.() === 0;

/** Why tests with a server are left out; false: they are not. */
export function whyNoPostgres(): string | false {
  const folder = programs();
  if (folder === null || !existsSync(join(folder, 'initdb'))) return 'there is no PostgreSQL on this machine';
  if (isRoot && !readFileSync('/etc/passwd', 'utf8').includes(`\n${ACCOUNT}:`))
    return 'as root, PostgreSQL needs an account "postgres"';
  if (isRoot && spawnSync('runuser', ['-u', ACCOUNT, '--', 'test', '-x', tmpdir()]).status !== 0)
    return 'the account "postgres" cannot reach the folder of temporary files';
  return false;
}

/** What a server is told beyond the defaults, as `name=value`. */
type Setting = string;

export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: readonly Setting[];
  #databases = 0;

  private constructor(folder: string, port: number, settings: readonly Setting[]) {
    this.#folder = folder;
    this.port = port;
    this.#settings = settings;
  }

  static async start(...settings: Setting[]): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sb-pg-'));
    const server = new PostgresServer(folder, await freePort(), settings);
    if (isRoot) {
      const id = async (flag: string) => Number((await run('id', [flag, ACCOUNT])).stdout);
      chownSync(folder, await id('-u'), await id('-g'));
    }
    await server.#run(
      'initdb',
      '-D',
      server.#data,
      '-U',
      'signalbox',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
    );
    await server.begin();
    return server;
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #run(program: string, ...args: string[]) {
    const path = join(programs() ?? '', program);
    const command = isRoot ? ['runuser', '-u', ACCOUNT, '--', path, ...args] : [path, ...args];
    return run(command[0] ?? '', command.slice(1), { cwd: this.#folder });
  }

  async begin(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', ...this.#settings].flatMap((each) => ['-c', each]);
    const options = ['-k', this.#folder, '-p', String(this.port), ...settings].join(' ');
    const log = join(this.#folder, 'log');
    await this.#run('pg_ctl', '-D', this.#data, '-l', log, '-o', options, '-w', '-t', '60', 'start');
  }

  /** The pid of the server. */
  get pid(): number {
    return Number(readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** As by a power cut of the server alone; `begin` starts it again. */
  async kill(): Promise<void> {
    const { pid } = this;
    process.kill(pid, 'SIGKILL');
    // Its children end by themselves, and hold what the next one needs until then.
    const file = join(this.#data, 'postmaster.pid');
    await until('nobody is left of the server', async () => !(await this.#isHeld(pid)));
    rmSync(file, { force: true });
  }

  async #isHeld(pid: number): Promise<boolean> {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    return stdout.includes(this.#data) || new RegExp(`^ *${pid} `, 'm').test(stdout);
  }

  /** Stops and goes on by signals: a server that hangs. */
  hang(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.pid, signal);
  }

  async stop(): Promise<void> {
    await this.#run('pg_ctl', '-D', this.#data, '-m', 'immediate', 'stop').catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A database of its own, which is empty. Returns its URL. */
  async database(): Promise<string> {
    const name = `d${++this.#databases}`;
    await this.ask(this.urlOf('postgres'), `create database ${name}`);
    return this.urlOf(name);
  }

  urlOf = (name: string): string => `postgres://signalbox@127.0.0.1:${this.port}/${name}`;

  /** By a connection of its own. */
  async ask(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
