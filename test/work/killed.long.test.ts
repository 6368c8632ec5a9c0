/** kill -9 between and within the steps of a worktree: done again, nothing is lost and nothing is left. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pruned } from '../../server/work/keep.ts';
import type { WorkSnapshot } from '../../server/work/snapshot.ts';
import { hashOfProject } from '../../shared/state-paths.ts';
import { type Kill, type Killed, MODES, runKilled } from './killed.ts';
import { contentOf, gitAt, operatorsOf, Scene } from './scene.ts';
import { doStep, plannedMerge, type Step } from './step.ts';
import { planned } from './unit.ts';

const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
const KILLS = 40;

/** The next one: every call of git in every way, again and again with other delays; `wasKilled` by the last. */
function nextKill(last: Kill | null, wasKilled: boolean): Kill {
  const way = last === null ? 0 : MODES.indexOf(last.mode) + 1;
  const at = last === null || !wasKilled ? 1 : last.at + (way === MODES.length ? 1 : 0);
  const delay = (last?.delay ?? 0) + 0.0031;
  return {
    at,
    mode: MODES[wasKilled ? way % MODES.length : 0] ?? 'all',
    delay: delay > 0.04 ? 0.001 : delay,
  };
}

const FILES = Object.fromEntries(
  Array.from({ length: 400 }, (_, at) => [`d${at % 20}/f${at}`, `${at}\n`.repeat(200)]),
);

/** Kills a step `KILLS` times; `prepare` goes before each, `check` after it was done again. */
async function killOften(
  killed: Killed,
  prepare: (round: number) => Promise<void>,
  check: (result: unknown, kill: Kill) => Promise<void> | void,
  keptOf: (scene: Scene) => unknown = operatorsOf,
): Promise<void> {
  const { scene, call } = killed;
  let kills = 0;
  let kill: Kill | null = null;
  let wasKilled = true;
  for (let round = 1; kills < KILLS; round += 1) {
    kill = nextKill(kill, wasKilled);
    assert.ok(round < 3 * KILLS, `killed only ${kills} times`);
    await prepare(round);
    const kept = keptOf(scene);
    wasKilled = await runKilled(killed, git, kill);
    if (wasKilled) kills += 1;
    const result = await doStep(call);
    assert.deepEqual(keptOf(scene), kept, JSON.stringify(kill));
    assert.deepEqual(locksIn(scene), [], JSON.stringify(kill));
    await check(result, kill);
  }
}

const locksIn = (scene: Scene): string[] =>
  readdirSync(join(scene.project, '.git'), { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      (name.endsWith('.lock') && name !== 'signalbox.lock') || /signalbox-(index|writer|merge)$/.test(name),
  );

async function begun(t: Parameters<typeof Scene.begun>[0], step: Step): Promise<Killed> {
  const scene = Scene.begun(t, { ...FILES, '.gitignore': '*.log\n' });
  scene.git('pack-refs', '--all');
  scene.write({ 'd0/f0': 'edited by the operator\n', own: 'untracked\n' });
  const { plan } = await planned(scene);
  return { scene, call: { step, project: scene.project, plan } };
}

function clearAway({ scene, call: { plan } }: Killed): void {
  if (existsSync(plan.path)) scene.git('worktree', 'remove', '-f', '-f', plan.path);
  if (scene.git('branch', '--list', plan.branch) !== '') scene.git('branch', '-D', plan.branch);
  rmSync(scene.state, { recursive: true, force: true });
}

const entriesOf = (scene: Scene): string[] =>
  gitAt(scene.project, 'worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree '));

test(`add, killed ${KILLS} times`, async (t) => {
  const killed = await begun(t, 'add');
  const { scene, call } = killed;
  const { path, commit, branch } = call.plan;
  const prepare = async () => clearAway(killed);
  await killOften(killed, prepare, (_, kill) => {
    const said = JSON.stringify(kill);
    assert.equal(gitAt(path, 'status', '--porcelain'), '', said);
    assert.equal(gitAt(path, 'rev-parse', 'HEAD'), commit, said);
    assert.equal(gitAt(path, 'symbolic-ref', '--short', 'HEAD'), branch, said);
    assert.deepEqual(entriesOf(scene), [`worktree ${scene.project}`, `worktree ${path}`], said);
    assert.deepEqual(readdirSync(join(scene.project, '.git/worktrees')), ['7-api'], said);
  });
});

test(`snapshot, killed ${KILLS} times`, async (t) => {
  const killed = await begun(t, 'snapshot');
  const { scene, call } = killed;
  const { path, commit } = call.plan;
  await doStep({ ...call, step: 'add' });
  const index = join(scene.project, '.git/worktrees/7-api/index');
  let own: unknown;
  const ownOf = () => ({
    files: contentOf(path),
    index: readFileSync(index, 'latin1'),
    head: gitAt(path, 'rev-parse', 'HEAD'),
  });
  const prepare = async (round: number) => {
    const many = Array.from({ length: 50 }, (_, at) => [`new/${at}`, `${round} ${at}\n`.repeat(500)]);
    scene.write({ ...Object.fromEntries(many), 'd1/f1': `${round}\n` }, path);
    own = ownOf();
  };
  await killOften(killed, prepare, (result, kill) => {
    const snapshot = result as WorkSnapshot;
    assert.deepEqual(ownOf(), own, JSON.stringify(kill));
    assert.equal(gitAt(path, 'rev-parse', `${refs(scene)}/work/7`), snapshot.commit);
    assert.equal(gitAt(path, 'rev-parse', `${snapshot.commit}^`), commit);
    assert.deepEqual(filesOf(scene, snapshot.commit), contentOf(path), JSON.stringify(kill));
    assert.equal(snapshot.files, 51);
  });
});

test(`prune and restore, each killed ${KILLS} times`, async (t) => {
  const killed = await begun(t, 'prune');
  const { scene, call } = killed;
  const { path } = call.plan;
  await doStep({ ...call, step: 'add' });
  let files: unknown;
  const prepare = async (round: number) => {
    if (!existsSync(path)) await doStep({ ...call, step: 'restore' });
    scene.write({ 'd1/f1': `${round}\n`, [`new/${round}`]: 'x\n' }, path);
    rmSync(join(path, 'd2/f2'), { force: true });
    files = contentOf(path);
  };
  await killOften(killed, prepare, (result, kill) => {
    const said = JSON.stringify(kill);
    assert.ok((result as Pruned).commit, said);
    assert.equal(existsSync(path), false, said);
    assert.deepEqual(entriesOf(scene), [`worktree ${scene.project}`], said);
    assert.equal(existsSync(join(scene.project, '.git/worktrees/7-api')), false, said);
    assert.deepEqual(filesOf(scene, `${refs(scene)}/kept/api-7`), files, said);
  });
  const restoring = { ...call, step: 'restore' } as const;
  const again = async () => {
    if (existsSync(path)) await doStep(call);
  };
  await killOften({ scene, call: restoring }, again, (_, kill) => {
    assert.deepEqual(contentOf(path), files, JSON.stringify(kill));
    assert.match(gitAt(path, 'status', '--porcelain'), /^ M d1\/f1\n D d2\/f2\n\?\? new\/$/);
  });
});

const refs = ({ project }: Scene): string => `refs/signalbox/${hashOfProject(project)}`;

/** Of the operator's files, those that no merge brings. */
function unmergedOf({ project }: Scene): unknown {
  const files = Object.entries(contentOf(project)).filter(([name]) => !/^(new\/|d[1-9])/.test(name));
  return { files, head: gitAt(project, 'symbolic-ref', 'HEAD') };
}

/** Merges into the folder of the operator; `only`: where it is killed. Returns how often git had left half of it. */
async function mergeKilled(t: Parameters<typeof Scene.begun>[0], only: string): Promise<number> {
  const killed = { ...(await begun(t, 'merge')), only };
  const { scene, call } = killed;
  const { path } = call.plan;
  await doStep({ ...call, step: 'add' });
  let files: Record<string, string>;
  const prepare = async (round: number) => {
    rmSync(plannedMerge(call.plan), { force: true });
    gitAt(path, 'reset', '-q', '--hard', 'main');
    const many = Array.from({ length: 60 }, (_, at) => [
      at % 2 ? `d${1 + (at % 19)}/f${round}-${at}` : `new/${at}`,
      `${round} ${at}\n`.repeat(10_000),
    ]);
    scene.write({ ...Object.fromEntries(many), 'd1/f1': `${round}\n` }, path);
    rmSync(join(path, `d2/f${2 + 20 * (round % 19)}`), { force: true });
    await doStep({ ...call, step: 'snapshot' });
    files = contentOf(path);
  };
  const check = (result: unknown, kill: Kill) => {
    const said = JSON.stringify(kill);
    assert.deepEqual(result, { moved: true }, said);
    const wanted = { ...files, 'd0/f0': '100644 edited by the operator\n', own: '100644 untracked\n' };
    assert.deepEqual(contentOf(scene.project), wanted, said);
    assert.equal(gitAt(scene.project, 'status', '--porcelain'), ' M d0/f0\n?? own', said);
    assert.equal(
      gitAt(scene.project, 'rev-parse', 'main'),
      gitAt(scene.project, 'rev-parse', `${refs(scene)}/merge/7`),
    );
  };
  await killOften(killed, prepare, check, unmergedOf);
  return scene.git('for-each-ref', '--format=x', `${refs(scene)}/repair`).length;
}

test(`merge into the folder of the operator, killed ${KILLS} times`, async (t) => {
  await mergeKilled(t, '');
});

test(`merge, killed ${KILLS} times at or within git merge itself`, async (t) => {
  const halves = await mergeKilled(t, ' merge -q --ff-only ');
  assert.ok(halves >= 5, `git left half of its work ${halves} times`);
});

test(`merge into a branch that is checked out nowhere, killed ${KILLS} times`, async (t) => {
  const killed = await begun(t, 'merge');
  const { scene, call } = killed;
  const { path } = call.plan;
  scene.git('checkout', '-q', '-b', 'elsewhere');
  await doStep({ ...call, step: 'add' });
  const prepare = async (round: number) => {
    rmSync(plannedMerge(call.plan), { force: true });
    gitAt(path, 'reset', '-q', '--hard', 'main');
    scene.write({ 'd1/f1': `${round}\n` }, path);
    await doStep({ ...call, step: 'snapshot' });
  };
  const keptOf = ({ project }: Scene) => ({
    files: contentOf(project),
    status: gitAt(project, 'status', '--porcelain'),
  });
  await killOften(
    killed,
    prepare,
    (result, kill) => {
      assert.deepEqual(result, { moved: true }, JSON.stringify(kill));
      assert.deepEqual(filesOf(scene, 'main'), contentOf(path), JSON.stringify(kill));
    },
    keptOf,
  );
});

/** The files of a commit, checked out beside. */
function filesOf(scene: Scene, commit: string): Record<string, string> {
  const out = join(scene.root, 'kept');
  rmSync(out, { recursive: true, force: true });
  scene.git('worktree', 'add', '-q', '--detach', out, commit);
  const files = contentOf(out);
  scene.git('worktree', 'remove', '-f', out);
  return files;
}
