/** A real Slurm on this machine, as the cluster of a test: munge, the controller and one node, in a folder of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { killQuietly, PROGRAM } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { FarFolder } from './far-machine.ts';

const run = promisify(execFile);
const NEEDED = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol'];
const PATHS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
const missing = NEEDED.filter((name) => !PATHS.some((folder) => existsSync(join(folder, name))));
/** Why there is none; false: there is. */
export const noSlurm =
  missing.length === 0
    ? false
    : `there is no ${missing.join(', ')}: install slurmctld, slurmd, slurm-client and munge`;

/** Below those that the system gives to outgoing connections, which would take one away over a restart. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

export class SlurmCluster extends FarFolder {
  readonly shared = join(this.folder, 'shared');
  readonly #conf = join(this.folder, 'slurm.conf');
  readonly #env: NodeJS.ProcessEnv = {
    PATH: PATHS.join(delimiter),
    HOME: userInfo().homedir,
    SLURM_CONF: this.#conf,
  };
  #munged: ChildProcess | null = null;
  #controller: ChildProcess | null = null;
  #node: ChildProcess | null = null;

  constructor() {
    super();
    const set = `export XDG_STATE_HOME='${this.state}'`;
    this.program('signalbox', `${set}\nexec '${process.execPath}' '${PROGRAM}' "$@"`);
  }

  /** What the daemon is started with: no more than how its Slurm is found. */
  get variablesHere(): NodeJS.ProcessEnv {
    return { SLURM_CONF: this.#conf, PATH: this.#env.PATH };
  }

  /** How `signalbox` is called on the node. */
  get signalbox(): string {
    return join(this.bin, 'signalbox');
  }

  async open(): Promise<void> {
    for (const name of ['munge', 'state', 'spool', 'shared']) mkdirSync(this.#at(name), { mode: 0o700 });
    writeFileSync(this.#at('munge/key'), randomBytes(128), { mode: 0o400 });
    const files = ['key', 'socket', 'pid', 'seed', 'log'].map(
      (name) => `--${name}${name === 'socket' ? '' : '-file'}=${this.#at(`munge/${name}`)}`,
    );
    this.#munged = this.#spawn('munged', '--foreground', '--force', ...files);
    await until('munged', () => existsSync(this.#at('munge/socket')));
    const [controller, node] = [await quietPort(), await quietPort()];
    writeFileSync(this.#conf, this.#settings(controller, node));
    await this.startController();
    await this.startNode();
    await until('the node to be idle', async () => (await this.nodeState()) === 'idle', 60_000);
  }

  #at = (name: string): string => join(this.folder, name);

  #settings(controller: number, node: number): string {
    const user = userInfo().username;
    return `ClusterName=signalbox
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${this.#at('munge/socket')}
CredType=cred/munge
StateSaveLocation=${this.#at('state')}
SlurmdSpoolDir=${this.#at('spool')}
SlurmctldPidFile=${this.#at('slurmctld.pid')}
SlurmdPidFile=${this.#at('slurmd.pid')}
SlurmctldLogFile=${this.#at('slurmctld.log')}
SlurmdLogFile=${this.#at('slurmd.log')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=60
MessageTimeout=5
KillWait=2
OverTimeLimit=0
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=32 Boards=1 SocketsPerBoard=1 CoresPerSocket=32 ThreadsPerCore=1 RealMemory=1000
PartitionName=main Nodes=n1 Default=YES MaxTime=INFINITE State=UP
PartitionName=closed Nodes=n1 MaxTime=INFINITE State=DOWN
`;
  }

  #spawn(program: string, ...args: string[]): ChildProcess {
    return spawn(program, args, { env: this.#env, stdio: 'ignore' }).on('error', () => {});
  }

  /** What a command of Slurm prints. */
  async call(program: string, ...args: string[]): Promise<string> {
    return (await run(program, args, { env: this.#env, timeout: 60_000 })).stdout;
  }

  /** Of the node. */
  async nodeState(): Promise<string> {
    return (await this.call('sinfo', '-h', '-p', 'main', '-o', '%T')).trim();
  }

  /** The names of the jobs that have not ended. */
  async jobs(): Promise<string[]> {
    return (await this.call('squeue', '-h', '-o', '%j')).split('\n').filter(Boolean);
  }

  async startController(): Promise<void> {
    this.#controller ??= this.#spawn('slurmctld', '-D', '-f', this.#conf);
    await until('slurmctld', async () => (await this.call('scontrol', 'ping')).includes('UP'), 60_000);
  }

  async startNode(): Promise<void> {
    this.#node ??= this.#spawn('slurmd', '-D', '-N', 'n1', '-f', this.#conf);
  }

  async killController(): Promise<void> {
    await ended(this.#controller);
    this.#controller = null;
  }

  async killNode(): Promise<void> {
    await ended(this.#node);
    this.#node = null;
  }

  /** As an administrator does with a node that Slurm has taken out. */
  async resume(): Promise<void> {
    if (/drain|down/.test(await this.nodeState()))
      await this.call('scontrol', 'update', 'NodeName=n1', 'State=RESUME').catch(() => {});
  }

  /** Launches and logs of jobs, and the folders of carriers. */
  override files(): string[] {
    if (!existsSync(this.shared)) return [];
    return readdirSync(this.shared, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\/[0-9a-f]{32}(\.json|\.log|-\d+)$/.test(name))
      .map((name) => join(this.shared, name));
  }

  /** With what Slurm itself has started: it is known by the files that it holds. */
  #members(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => this.#holdsFiles(pid))
      .map(Number);
  }

  #holdsFiles(pid: string): boolean {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SLURM_CONF=${this.#conf}`)) return true;
      return readdirSync(`/proc/${pid}/fd`).some((fd) =>
        readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${this.folder}/`),
      );
    } catch {
      return false;
    }
  }

  override close(): void {
    for (const child of [this.#controller, this.#node, this.#munged]) child?.kill('SIGKILL');
    for (const pid of this.#members()) killQuietly(pid);
    super.close();
  }
}

async function ended(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

async function quietPort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (randomBytes(2).readUInt16LE() % PORTS);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
