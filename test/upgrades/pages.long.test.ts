/** The daemon of today starts on a database of each schema: every page is there, and shows what the old one knew. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { MIGRATIONS } from '../../server/store/migrations.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { saidOf, writeDatabase } from './databases.ts';

for (let schema = 1; schema < MIGRATIONS.length; schema++)
  test(`the pages of a project of schema ${schema}`, async () => {
    const house = DaemonFixture.make();
    try {
      mkdirSync(dirname(house.paths.database), { recursive: true, mode: 0o700 });
      writeDatabase(schema, house.paths.database);
      await house.start('--port', '0');
      const page = async (path: string) => {
        const response = await fetch(`${house.address}${path}`, { headers: { accept: 'text/html' } });
        assert.equal(response.status, 200, path);
        return response.text();
      };
      const units = Object.entries(saidOf(schema));
      const dashboard = await page('');
      for (const [chunk, { items }] of units) {
        assert.ok(dashboard.includes(chunk), chunk);
        const own = await page(`work-units/${chunk}`);
        for (const { prompt, answer, withdrawn } of items) {
          if (prompt) assert.ok(own.includes(prompt), `${chunk}: ${prompt}`);
          if (answer) assert.ok(own.includes(answer), `${chunk}: ${answer}`);
          if (prompt && !answer && !withdrawn) assert.ok(dashboard.includes(prompt), prompt);
        }
      }
      assert.match(await house.ok('check'), /the tables are what the log says/);
    } finally {
      await house.close();
    }
  });
