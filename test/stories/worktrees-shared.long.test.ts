/** Many units at once, two daemons, a hostile repository: the operator's folder is compared byte for byte. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { until } from '../until.ts';
import { ATTRIBUTES, arm } from '../work/hostile-repository.ts';
import { Scene } from './worktrees-scene.ts';

/** Ten of everything, on a machine that does other things, too. */
const PATIENCE_MS = 90_000;

describe('worktrees beside one another', () => {
  const scenes: Scene[] = [];
  const opened = (scene: Scene): Scene => {
    scenes.push(scene);
    return scene;
  };
  afterEach(async () => {
    for (const scene of scenes.splice(0).reverse()) await scene.close();
  });

  const untilWritten = (scene: Scene, chunk: string) =>
    until(
      `${chunk} to have written`,
      async () => (await scene.show(chunk)).work?.snapshot?.files === 1,
      PATIENCE_MS,
    );
  const untilDone = (scene: Scene, chunk: string) =>
    until(`${chunk} to be done`, async () => (await scene.house.statusOf(chunk)) === 'DONE', PATIENCE_MS);

  test('ten adds at once: ten units work beside one another, the operator has what he had, all are merged', async () => {
    const scene = opened(
      await Scene.open({ numbers: '1\n' }, { merge: 'auto' }, undefined, '--max-agents', '10'),
    );
    scene.write('numbers', 'edited\n');
    const chunks = Array.from({ length: 10 }, (_, at) => `unit${at}`);
    for (const chunk of chunks) scene.write(`${chunk}.sh`, `echo ${chunk} > ${chunk}`);
    const before = scene.operators();
    const plan = join(scene.house.folder, 'plan.json');
    writeFileSync(plan, JSON.stringify({ units: chunks.map((chunk) => ({ chunk, agent: 'script' })) }));
    await scene.ok('add', '--plan', plan);
    for (const chunk of chunks) await untilWritten(scene, chunk);
    const units = await scene.house.json<{ status: string }[]>('ls');
    assert.deepEqual([...new Set(units.map(({ status }) => status))], ['RUNNING']);
    assert.deepEqual(scene.operators(), before);
    for (const chunk of chunks) scene.go(chunk);
    for (const chunk of chunks) await untilDone(scene, chunk);
    for (const chunk of chunks) assert.equal(scene.read(chunk), `${chunk}\n`);
    assert.equal(scene.read('numbers'), 'edited\n');
    assert.equal(scene.git('status', '--porcelain'), 'M numbers');
    assert.equal(scene.git('log', '--merges', '--format=%s').split('\n').length, 10);
  });

  test('two daemons on one repository: units of the same name and number do not meet', async () => {
    const one = opened(await Scene.open({ numbers: '1\n' }));
    const two = opened(await Scene.beside(one));
    const both = [one, two] as const;
    for (const scene of both) scene.go('api');
    const before = both.map((scene) => scene.operators());
    await Promise.all([one.add('api', 'echo of one > new'), two.add('api', 'echo of two > new')]);
    const cards = await Promise.all(both.map((scene) => scene.card('api', 'merge-review')));
    assert.deepEqual(
      both.map((scene) => scene.operators()),
      before,
    );
    const branches = await Promise.all(both.map(async (scene) => (await scene.show('api')).work?.branch));
    assert.deepEqual([...branches].sort(), ['signalbox/api', 'signalbox/api-0']);
    await Promise.all(both.map((scene, at) => scene.answer(cards[at] as (typeof cards)[0], 'approve')));
    for (const scene of both) await untilDone(scene, 'api');
    assert.deepEqual(
      both.map((scene) => scene.read('new')),
      ['of one\n', 'of two\n'],
    );
    for (const scene of both) assert.equal(scene.git('status', '--porcelain'), '');
    // The daemon's own files are private; those that it writes for the operator are as his git would write them.
    assert.equal(statSync(join(one.house.project, 'new')).mode & 0o777, 0o666 & ~process.umask());
    await Promise.all(both.map((scene) => scene.ok('worktree', 'prune', 'api')));
    await Promise.all(both.map((scene) => scene.ok('worktree', 'restore', 'api')));
    for (const [scene, text] of [
      [one, 'of one\n'],
      [two, 'of two\n'],
    ] as const) {
      const path = (await scene.ok('worktree', 'path', 'api')).trim();
      assert.equal(readFileSync(join(path, 'new'), 'utf8'), text);
    }
  });

  test('no fallback: where the worktree cannot be made, nothing runs, and the operator has what he had', async () => {
    const scene = opened(await Scene.open({ numbers: '1\n' }));
    const taken = join(scene.house.paths.worktrees, '0-api');
    mkdirSync(taken, { recursive: true });
    writeFileSync(join(taken, 'mine'), 'mine\n');
    scene.write('api.sh', 'echo here > here');
    const before = scene.operators();
    await scene.ok('add', 'api', '--agent', 'script');
    const card = await scene.card('api', 'worktree');
    assert.match(card.context[0]?.text ?? '', /0-api is taken by something else/);
    assert.equal((await scene.show('api')).runs.length, 0);
    assert.deepEqual(scene.operators(), before);
    assert.equal(readFileSync(join(taken, 'mine'), 'utf8'), 'mine\n');
    rmSync(taken, { recursive: true });
    scene.go('api');
    await scene.answer(card, 'retry');
    await scene.card('api', 'merge-review');
  });

  test('a page says how far a worktree is, and the log does not', async () => {
    const scene = opened(
      await Scene.open({ numbers: '1\n' }, {}, ({ house }) => {
        const bin = join(house.folder, 'bin');
        mkdirSync(bin);
        const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
        const slow = `printf 'Updating files:  37%% (37/100)\\r' >&2; until [ -e '${house.project}/go-git' ]; do sleep 0.05; done`;
        writeFileSync(
          join(bin, 'git'),
          `#!/bin/sh\ncase " $* " in *" worktree add "*) ${slow} ;; esac\nexec ${git} "$@"\n`,
        );
        chmodSync(join(bin, 'git'), 0o755);
        house.env.PATH = `${bin}:${house.env.PATH}`;
      }),
    );
    scene.write('api.sh', 'true');
    await scene.ok('add', 'api', '--agent', 'script');
    await until('the page to say it', async () => {
      const page = await (await fetch(scene.house.address)).text();
      return /preparing its worktree[\s\S]*files: 37 %/.test(page);
    });
    const { history } = await scene.show('api');
    assert.ok(history.length <= 3, JSON.stringify(history));
    scene.go('git');
    await until('it to have run', async () => (await scene.show('api')).runs.length > 0);
    assert.doesNotMatch(await (await fetch(scene.house.address)).text(), /37 %/);
  });

  test('hostile repository: from the worktree to the merge, nothing of it runs, nothing outside is written', async () => {
    let ran = '';
    let victim = '';
    const files = { '.gitattributes': ATTRIBUTES, 'a.txt': 'one\n', 'x.p': 'p\n', 'x.q': 'q\n' };
    const scene = opened(
      await Scene.open(files, { copy: ['.env'], setup: 'echo ready' }, ({ house, git }) => {
        const write = (texts: Readonly<Record<string, string>>, folder: string) => {
          for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
        };
        ran = arm({
          root: house.folder,
          project: house.project,
          write,
          git: (...args) => git.call({ house }, ...args),
        });
        victim = join(house.folder, 'victim');
        mkdirSync(victim);
        writeFileSync(join(house.project, '.env'), 'SECRET=1\n');
      }),
    );
    const odd = ['-n', 'a\nb"c\'', '$(touch x)', '%41', ' '];
    const script = [
      ...odd.map((name) => `printf odd > './${name.replaceAll("'", "'\\''")}'`),
      `printf odd > "$(printf 'b\\377')"`,
      `ln -s '${victim}' out && ln -s '${victim}/file' link`,
      'echo changed > a.txt; echo 1 > new.p; echo 2 > new.q',
    ].join('\n');
    const before = scene.operators();
    for (const name of readdirSync(ran)) rmSync(join(ran, name));
    await scene.add('one', script);
    await until(
      'one to have written',
      async () => ((await scene.show('one')).work?.snapshot?.files ?? 0) > 5,
    );
    await scene.add('two', 'echo otherwise > a.txt; mkdir -p out; echo in > out/file');
    const found = await scene.card('two', null);
    assert.match(found.context.map(({ text }) => text).join(), /a\.txt/);
    await scene.answer(found, 'parallelize');
    for (const chunk of ['one', 'two']) scene.go(chunk);
    const review = await scene.card('one', 'merge-review');
    for (const accept of ['text/html', 'application/json', 'text/x-patch']) {
      const response = await fetch(`${scene.house.address}work-units/one/diff`, { headers: { accept } });
      assert.equal(response.status, 200, accept);
      assert.match(await response.text(), /changed/);
    }
    await scene.card('two', 'merge-review');
    assert.deepEqual(scene.operators(), before);
    await scene.answer(review, 'approve');
    await untilDone(scene, 'one');
    await until('the card of the other to say so', async () =>
      (await scene.card('two', 'merge-review')).options.some(({ id }) => id === 'rebase'),
    );
    await scene.answer(await scene.card('two', 'merge-review'), 'discard');
    await untilDone(scene, 'two');
    for (const chunk of ['one', 'two']) {
      await scene.ok('worktree', 'prune', chunk);
      await scene.ok('worktree', 'restore', chunk);
      await scene.ok('worktree', 'prune', chunk);
    }
    assert.deepEqual(readdirSync(ran), []);
    assert.deepEqual(readdirSync(victim), []);
    assert.equal(existsSync(join(scene.house.folder, 'promisor')), false);
    const { files: after, config } = scene.operators();
    assert.equal(config, before.config);
    const wanted = Object.fromEntries(odd.map((name) => [name, '100644 odd']));
    const merged = { 'a.txt': '100644 changed\n', 'new.p': '100644 1\n', 'new.q': '100644 2\n' };
    const links = { out: `-> ${victim}`, link: `-> ${victim}/file` };
    const { 'b\ufffd': _, ...rest } = after;
    assert.deepEqual(rest, { ...before.files, ...wanted, ...merged, ...links });
  });
});
