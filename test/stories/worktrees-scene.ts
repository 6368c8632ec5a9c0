/** A project in a git repository, with an agent that a shell script plays. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { type Operators, operatorsOf } from '../work/scene.ts';

/**
 * Its WRITE runs the project's `<chunk>.sh` in the worktree. Its POLISH writes what it was told into `told`, waits for
 * the file `go-<chunk>` of the project, and ends. Its REBASE keeps both sides of every conflict.
 */
const AGENT = `#!/bin/sh
set -e
phase=$1 words=$2
case $phase in
WRITE) . "$SIGNALBOX_PROJECT/$SIGNALBOX_CHUNK.sh" ;;
POLISH)
  if [ -n "$words" ]; then printf '%s\\n' "$words" > told; fi
  until [ -e "$SIGNALBOX_PROJECT/go-$SIGNALBOX_CHUNK" ]; do sleep 0.05; done ;;
REBASE)
  git add -A && { git diff --cached --quiet || git commit -qm 'as it was'; }
  git rebase -q "$SIGNALBOX_BASE" || {
    for file in $(git diff --name-only --diff-filter=U); do
      grep -v '^\\(<<<<<<<\\|=======\\|>>>>>>>\\)' "$file" > "$file.both" && mv "$file.both" "$file"
      git add "$file"
    done
    GIT_EDITOR=true git rebase --continue
  } ;;
esac
`;

const IGNORED = 'go-*\n*.sh\nsignalbox.json\n.env\n';

export class Scene {
  readonly house: DaemonFixture;

  private constructor(house: DaemonFixture) {
    this.house = house;
  }

  /**
   * `files`: what the repository begins with. `work`: of `signalbox.json`. `prepare`: what else is done to it before
   * the daemon starts, with `flags`.
   */
  static async open(
    files: Readonly<Record<string, string>>,
    work: object = {},
    prepare: (scene: Scene) => void = () => {},
    ...flags: string[]
  ): Promise<Scene> {
    const scene = new Scene(DaemonFixture.make());
    scene.git('init', '-q', '-b', 'main');
    for (const [name, value] of [
      ['user.name', 'Olga'],
      ['user.email', 'olga@example.org'],
    ] as const)
      scene.git('config', name, value);
    for (const [name, text] of Object.entries({ ...files, '.gitignore': IGNORED })) scene.write(name, text);
    scene.git('add', '-A');
    scene.git('commit', '-qm', 'begin');
    prepare(scene);
    await scene.#start(work, flags);
    return scene;
  }

  /** Another project with a daemon of its own: a worktree of the same repository, on the branch `beside`. */
  static async beside(first: Scene, work: object = {}): Promise<Scene> {
    const scene = new Scene(DaemonFixture.make());
    first.git('worktree', 'add', '-q', '-b', 'beside', scene.house.project);
    await scene.#start(work, []);
    return scene;
  }

  async #start(work: object, flags: readonly string[]): Promise<void> {
    const { house } = this;
    const command = ['/bin/sh', join(house.project, 'agent.sh'), '{phase}', '{answer}'];
    const agents = { script: { command, phases: ['WRITE', 'POLISH'] } };
    this.write('agent.sh', AGENT);
    this.write('signalbox.json', JSON.stringify({ agents, work }));
    assert.equal((await house.signalbox('trust', '--yes')).code, 0);
    await house.start('--port', '0', ...flags);
  }

  /** What the operator has, but for what the tests themselves put beside it. */
  operators(): Operators {
    const { files, ...more } = operatorsOf(this.house);
    const own = Object.entries(files).filter(([name]) => !/^go-|\.sh$/.test(name));
    return { ...more, files: Object.fromEntries(own) };
  }

  /** In the operator's folder. */
  git(...args: string[]): string {
    const env = { ...this.house.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    return execFileSync('git', args, { cwd: this.house.project, env, encoding: 'utf8' }).trim();
  }

  write = (name: string, text: string): void => writeFileSync(join(this.house.project, name), text);
  read = (name: string): string => readFileSync(join(this.house.project, name), 'utf8');
  /** Lets the POLISH of a unit end. */
  go = (chunk: string): void => this.write(`go-${chunk}`, '');

  /** A unit whose WRITE runs this script in its worktree. */
  async add(chunk: string, script: string, ...flags: string[]): Promise<void> {
    this.write(`${chunk}.sh`, script);
    await this.ok('add', chunk, '--agent', 'script', ...flags);
  }

  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  show = (chunk: string): Promise<Detail> => this.house.json<Detail>('show', chunk);

  /** The open item of a unit, once it has one of this code. */
  async card(chunk: string, code: Card['code']): Promise<Card> {
    let found: Card | undefined;
    await until(`${chunk} to ask (${code})`, async () => {
      const cards = await this.house.json<Card[]>('attention');
      found = cards.find((card) => card.chunk === chunk && card.code === code);
      return found !== undefined;
    });
    return found as Card;
  }

  answer = ({ chunk, id }: Card, option: string, ...words: string[]): Promise<string> =>
    this.ok('answer', chunk, ...words, '--item', id, '--option', option);

  /** As a script sends it. */
  async post(chunk: string, action: string, body: object): Promise<void> {
    const response = await this.posted(chunk, action, body);
    assert.equal(response.status, 200, await response.text());
  }

  posted(chunk: string, action: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', origin: new URL(this.house.address).origin };
    const address = `${this.house.address}work-units/${chunk}/${action}`;
    return fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  close = (): Promise<void> => this.house.close();
}
