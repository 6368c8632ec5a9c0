/** Every example of docs/curl.md, as it stands there, against a daemon. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { House } from '../house.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'curl.md');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** The commands of all examples, in order; the first block sets what the others use. */
function examples(): { setUp: string; commands: string[] } {
  const [setUp = '', ...blocks] = [...readFileSync(DOCS, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, block = '']) => block,
  );
  return { setUp, commands: blocks.flatMap((block) => block.trim().split('\n')) };
}

describe('docs/curl.md', { skip: hasCurl ? false : 'there is no curl' }, () => {
  let house: House;
  before(async () => {
    house = await House.open('--undo-seconds', '0');
    await house.add('api', 'signalbox ask "Which port?"');
    await house.untilStatus('api', 'NEEDS_ATTENTION');
  });
  after(() => house.close());

  /** Runs a shell script with `signalbox` on its PATH. */
  async function shell(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const env = { ...house.env, PATH: `${house.paths.bin}:${house.env.PATH}` };
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: house.project, env });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (part: Buffer) => {
      said.stdout += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      said.stderr += part.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  }

  test('each example succeeds and answers with JSON; what it says is so afterwards', async () => {
    const { setUp, commands } = examples();
    assert.ok(commands.length >= 15, 'the examples were not found');
    let vars = setUp;
    for (const command of commands) {
      const { code, stdout, stderr } = await shell(`${vars}\n${command}`);
      assert.equal(code, 0, `${command}\n${stderr}`);
      if (!command.startsWith('curl')) vars += `\n${command}`;
      else assert.equal('error' in (JSON.parse(stdout) as object), false, `${command}\n${stdout}`);
      if (!command.startsWith('curl'))
        assert.match((await shell(`${vars}\necho $item`)).stdout, /^[0-9a-f]{32}\n$/);
    }
    await house.untilStatus('api', 'DONE');
    assert.equal(await house.statusOf('one'), 'BLOCKED');
    assert.equal((await house.signalbox('show', 'two')).code, 1);
    const { settings } = await house.json<{ settings: { max_agents: number } }>('status');
    assert.equal(settings.max_agents, 6);
  });

  test('what is asked wrongly is refused in JSON, with the status that is said there', async () => {
    const { setUp } = examples();
    const status = async (args: string) => {
      const { stdout } = await shell(`${setUp}\ncurl -sS -w '\\n%{http_code}' ${args}`);
      const [body = '', code = ''] = stdout.split(/\n(?=\d{3}$)/);
      const { error } = JSON.parse(body) as { error: { status: number; sentence: string } };
      assert.equal(error.status, Number(code), body);
      assert.notEqual(error.sentence, '');
      return error.status;
    };
    const url = '"$url/work-units';
    assert.deepEqual(
      [
        await status(`-H "Authorization: Bearer aaaaaaaaaaaaaaaaaaaaaaaa" "$url/attention"`),
        await status(`-H "$auth" ${url}/nobody"`),
        await status(`-H "$auth" "$url/nothing-here"`),
        await status(`-H "$auth" "$url/history?after=x"`),
        await status(`-H "$auth" "$url/history?limit=5000"`),
        await status(`-H "$auth" -H "$json" -d '{"chunk": "X"}' ${url}"`),
        await status(`-H "$auth" -H "$json" -d '[]' ${url}"`),
        await status(
          `-H "$auth" -H "$json" -d '{"item": "x", "version": 1, "text": "y"}' ${url}/api/answer"`,
        ),
        await status(`-H "$auth" -H "$json" -d '{' ${url}"`),
        await status(`-H "$auth" -H "Content-Type: text/plain" -d 'x' ${url}"`),
        await status(`-H "$auth" -H "$json" -X DELETE ${url}/nobody"`),
      ],
      [401, 404, 404, 422, 422, 422, 422, 404, 400, 415, 404],
    );
  });
});
