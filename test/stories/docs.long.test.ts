/** What the documents say is so: every example is run as it stands there, each document in a house of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { EXAMPLES } from '../../client/cli/commands/examples.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { examplesIn, isAsSaid } from '../docs/examples.ts';
import { runExamples } from '../docs/run-examples.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Much of the time is spent waiting for processes. */
const HOUSES_AT_ONCE = 4;

/** Says why the project is as it is, and has nothing to copy. */
const WITHOUT_EXAMPLES = ['docs/decisions.md'];
const inside = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
const documents = ['README.md', ...inside('docs'), ...inside('docs/agents')].filter(
  (path) => path.endsWith('.md') && !WITHOUT_EXAMPLES.includes(path),
);

/** What a document takes for granted. */
const BEFORE: Readonly<Record<string, (house: DaemonFixture) => Promise<void> | void>> = {
  'docs/agents/hooks.md': ({ folder, env }) => {
    // Not into the settings of the person who runs the tests.
    env.CLAUDE_CONFIG_DIR = join(folder, 'claude');
  },
  'docs/agents/own.md': ({ project }) => {
    for (const name of ['agent.sh', 'prompts'])
      cpSync(join(ROOT, 'examples', 'agents', name), join(project, name), { recursive: true });
  },
  'docs/curl.md': async (house) => {
    await house.start('--port', '0', '--undo-seconds', '0');
    await house.add('api', 'signalbox ask "Which port?"');
    await house.untilStatus('api', 'NEEDS_ATTENTION');
  },
};

/** What is so when all examples of a document were run. */
const AFTERWARDS: Readonly<Record<string, (house: DaemonFixture, printed: string) => Promise<void>>> = {
  'docs/curl.md': async (house, printed) => {
    assert.doesNotMatch(printed, /\{"error":/);
    await house.untilStatus('api', 'DONE');
    assert.equal(await house.statusOf('one'), 'BLOCKED');
    assert.equal((await house.signalbox('show', 'two')).code, 1);
    const { settings } = await house.json<{ settings: { max_agents: number } }>('status');
    assert.equal(settings.max_agents, 6);
  },
};

/** A document whose own examples do not start a daemon is about one that runs. */
const startsByItself = (examples: readonly { script: string }[]): boolean =>
  examples.some(({ script }) => script.includes('signalbox start'));

/** All that is run of a document. */
function scriptOf(path: string): string {
  const { examples } = examplesIn(join(ROOT, path));
  return examples.flatMap(({ script, notRun }) => (notRun === null ? script : [])).join('\n');
}

/** Those with most to run first, so that the last one to end is a short one. */
const byLength = [...documents].sort((a, b) => scriptOf(b).length - scriptOf(a).length);

describe('the examples of', { concurrency: HOUSES_AT_ONCE }, () => {
  for (const path of byLength) {
    const skip = scriptOf(path).includes('curl ') && !hasCurl ? 'there is no curl' : false;
    test(path, { skip }, async (t) => {
      const { examples, files } = examplesIn(join(ROOT, path));
      const ours = examples.filter(({ notRun }) => notRun === null);
      const others = examples.filter(({ notRun }) => notRun !== null);
      t.diagnostic(`${path}: ${ours.length} run, ${others.length} not run`);
      for (const { line, notRun } of others) t.diagnostic(`  line ${line} is not run: ${notRun}`);
      assert.notEqual(ours.length, 0, 'a document without an example that is run');

      const house = DaemonFixture.make({}, { guarded: true });
      try {
        for (const { name, text } of files) writeFileSync(join(house.project, name), text);
        await BEFORE[path]?.(house);
        if (!startsByItself(ours) && house.holder() === null) await house.start('--port', '0');
        const { printed, failed } = await runExamples(house, ours);
        const last = ours[printed.length - 1];
        assert.equal(failed, null, `${path}, line ${last?.line}: ${failed}\n${printed.at(-1)}`);
        for (const [nth, { line, prints }] of ours.entries())
          if (prints !== null && !isAsSaid(printed[nth] ?? '', prints))
            assert.fail(`${path}, line ${line} says\n${prints}\nand what is printed is\n${printed[nth]}`);
        await AFTERWARDS[path]?.(house, printed.join(''));
      } finally {
        await house.close();
      }
    });
  }
});

/**
 * Agents start them inside a run and speak their protocols to them, or they need the answer to an agent's question:
 * test/stories/mcp, agents and policy run them.
 */
const RUN_WITH_AGENTS = ['mcp', 'claude', 'acp', 'hook', 'policy remove'];
/** They need another machine, or a server: test/stories/hub-ssh and schemas, and test/scale run them. */
const RUN_WITH_MACHINES = ['hub add', 'hub remove', 'database', 'database copy', 'executors set', 'carry'];

test('every command that people give stands in an example that is run', () => {
  const text = documents.map(scriptOf).join('\n');
  const isMissing = (name: string) => !new RegExp(`signalbox ${name}\\b`).test(text);
  const missing = Object.keys(EXAMPLES).filter(
    (name) => ![...RUN_WITH_AGENTS, ...RUN_WITH_MACHINES].includes(name) && isMissing(name),
  );
  assert.deepEqual(missing, []);
});

describe('links', () => {
  const pages = ['.', 'docs', 'docs/agents', 'docs/schemas', 'examples', 'examples/agents'].flatMap(
    (folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(folder, name)),
  );

  test('every relative link leads to a file, and to a heading where it names one', () => {
    const broken = pages.flatMap((page) => linksOf(page).filter((link) => !leadsSomewhere(page, link)));
    assert.deepEqual(broken, []);
    assert.ok(pages.flatMap(linksOf).length > 20, 'the links were not found');
  });
});

/** Outside code, where brackets mean something else. */
const textOf = (page: string): string =>
  readFileSync(join(ROOT, page), 'utf8')
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));

const linksOf = (page: string): string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  if (heading === undefined) return true;
  return statSync(join(ROOT, target)).isFile() && headingsOf(target).includes(heading);
}

/** As GitHub names them. */
const headingsOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
