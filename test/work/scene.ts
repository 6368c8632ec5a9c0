/** A real repository in a folder of its own, whose operator has no configuration but what a test writes. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';

export class Scene {
  readonly root: string;
  readonly project: string;
  /** What stands for the folder of the state: worktrees go into it. */
  readonly state: string;
  readonly home: string;

  constructor(t: Pick<TestContext, 'after'>) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-work-')));
    t.after(() => rmSync(this.root, { recursive: true, force: true }));
    this.project = join(this.root, 'project');
    this.state = join(this.root, 'state');
    this.home = join(this.root, 'home');
    for (const folder of [this.project, this.state, this.home]) mkdirSync(folder);
    process.env.HOME = this.home;
    process.env.XDG_CONFIG_HOME = join(this.home, '.config');
  }

  /** A repository with one commit of these files, on the branch `main`. */
  static begun(
    t: Pick<TestContext, 'after'>,
    files: Readonly<Record<string, string>> = { 'a.txt': 'one\n' },
  ): Scene {
    const scene = new Scene(t);
    scene.git('init', '-q', '-b', 'main');
    scene.write(files);
    scene.commit('first');
    return scene;
  }

  /** As the operator calls it, with an identity; returns what it says. */
  git(...args: string[]): string {
    return gitAt(this.project, ...args);
  }

  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  write(files: Readonly<Record<string, string>>, folder: string = this.project): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
}

export function gitAt(cwd: string, ...args: string[]): string {
  const who = ['-c', 'user.name=Olga', '-c', 'user.email=olga@example.org', '-c', 'commit.gpgSign=false'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const said = execFileSync('git', [...who, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return said.replace(/\n$/, '');
}

/** Every file below a folder with its mode and content, `.git` left out: what must not change. */
export function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  // Names may be no UTF-8: a character for each byte, until they become keys.
  const read = (at: string): void => {
    for (const name of readdirSync(bytesOf(at), 'latin1').sort()) {
      const path = join(at, name);
      if (path === join(latin, '.git')) continue;
      const [bytes, key] = [bytesOf(path), bytesOf(path.slice(latin.length + 1)).toString()];
      const stat = lstatSync(bytes);
      if (stat.isDirectory()) {
        found[`${key}/`] = '';
        read(path);
      } else if (stat.isSymbolicLink()) found[key] = `-> ${readlinkSync(bytes)}`;
      else if (stat.isFile()) found[key] = `${stat.mode.toString(8)} ${readFileSync(bytes, 'latin1')}`;
      else found[key] = 'special';
    }
  };
  const latin = Buffer.from(folder).toString('latin1');
  read(latin);
  return found;
}

const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');

export interface Operators {
  readonly files: Record<string, string>;
  readonly index: string;
  readonly indexFile: string;
  readonly head: string;
  readonly config: string;
  readonly refs: readonly string[];
}

/** What the operator has: files, index, HEAD, branches; the branches and refs of ours are left out. */
export function operatorsOf({ project }: Pick<Scene, 'project'>): Operators {
  const ofGit = (name: string) =>
    readFileSync(resolve(project, gitAt(project, 'rev-parse', '--git-path', name)));
  const refs = gitAt(project, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n');
  return {
    files: contentOf(project),
    index: gitAt(project, '-c', 'core.fsmonitor=false', 'ls-files', '-s', '-v'),
    indexFile: ofGit('index').toString('latin1'),
    head: ofGit('HEAD').toString(),
    config: ofGit('config').toString(),
    refs: refs.filter((line) => !/^refs\/(signalbox|heads\/signalbox)\//.test(line)),
  };
}
