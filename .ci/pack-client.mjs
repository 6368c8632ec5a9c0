/** Answers a question by the client of the package: node pack-client.mjs ADDRESS TOKEN */
import assert from 'node:assert/strict';
import { createClient } from 'signalbox';

const [url = '', token = ''] = process.argv.slice(2);
const client = createClient({ url, token: async () => token });
const { units } = await client.status.query();
assert.equal(units.NEEDS_ATTENTION, 1);

/** The first snapshot of a board that is followed. */
const snapshot = await new Promise((resolve, reject) => {
  const following = client.board.follow.subscribe(
    { only: 'items' },
    {
      onData: ({ data }) => {
        following.unsubscribe();
        resolve(data.snapshot);
      },
      onError: reject,
    },
  );
});
const card = snapshot.rows.find(({ row }) => row === 'item');
assert.equal(card.prompt, 'Which port?');
await assert.rejects(
  client.items.answer.mutate({ chunk: 'api', item: card.id, version: 7, text: '80' }),
  ({ data }) => data.refusal.code === 'stale',
);
await client.items.answer.mutate({ chunk: 'api', item: card.id, version: card.version, text: '8080' });
