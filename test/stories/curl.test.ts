/** What docs/curl.md says of refusals. Its examples are run with those of all documents, by `docs.long.test.ts`. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { examplesIn } from '../docs/examples.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'curl.md');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('refusals by HTTP', { skip: hasCurl ? false : 'there is no curl' }, () => {
  let house: DaemonFixture;
  before(async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
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

  test('what is asked wrongly is refused in JSON, with the status that is said there', async () => {
    const setUp = examplesIn(DOCS).examples[0]?.script ?? '';
    const status = async (args: string) => {
      const { stdout } = await shell(`${setUp}\ncurl -sS -w '\\n%{http_code}' ${args}`);
      const [body = '', code = ''] = stdout.split(/\n(?=\d{3}$)/);
      const problem = JSON.parse(body) as { status: number; code: string; detail: string };
      assert.equal(problem.status, Number(code), body);
      assert.notEqual(problem.detail, '');
      assert.notEqual(problem.code, '');
      return problem.status;
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
