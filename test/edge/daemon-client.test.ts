/** Calls of the terminal to a daemon that may be away: sent again until it has said yes or no. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRPCClientError } from '@trpc/client';
import { explainError } from '../../client/cli/output/explain-error.ts';
import { ProgramError } from '../../client/cli/output/program-error.ts';
import { untilSaid } from '../../client/daemon/daemon-client.ts';

const failing = (code: string): Error => TRPCClientError.from(Object.assign(new Error(code), { code }));

const said = (code: string): Error =>
  TRPCClientError.from({
    error: { code: -32009, message: 'no', data: { code, httpStatus: 409, path: 'x', refusal: null } },
  });

/** Answers with these, one after the other. */
function daemon(...answers: readonly (Error | 'yes')[]) {
  let nth = 0;
  return async () => {
    const answer = answers[nth++] ?? 'yes';
    if (answer instanceof Error) throw answer;
    return nth;
  };
}

test('a daemon that is away, restarting, or cannot save just now is asked again', async () => {
  const away = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET'].map(failing);
  assert.equal(await untilSaid(daemon(...away, said('SERVICE_UNAVAILABLE'), 'yes')), 5);
});

test('a no is a no', async () => {
  await assert.rejects(untilSaid(daemon(said('CONFLICT'))), /no/);
});

test('what the system forbids is not tried for ever, and is said so', async () => {
  for (const code of ['EPERM', 'EACCES']) {
    const error = await untilSaid(daemon(failing(code))).catch((caught: unknown) => caught);
    const told = explainError(error, () => '/the/socket');
    assert.ok(told instanceof ProgramError);
    assert.equal(told.exitCode, 77);
    assert.match(told.message, new RegExp(`may not reach Signalbox at /the/socket \\(${code}\\).*sandbox`));
  }
});
