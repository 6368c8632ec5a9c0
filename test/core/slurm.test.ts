/** What Slurm is told and what its answers are taken for, without Slurm (see the suite --scale). */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CarrierQueue } from '../../server/executors/carrier-queue.ts';
import { parseExecutors } from '../../server/executors/executors-file.ts';
import { LaunchFiles } from '../../server/executors/launch-files.ts';
import {
  jobEnvironment,
  jobIn,
  jobScript,
  markersIn,
  sbatchArguments,
} from '../../server/executors/slurm-command.ts';

const [ONE, TWO] = ['1'.repeat(32), '2'.repeat(32)];
const SLURM = { slurm: {}, folder: '/work', room: 2 };
const parse = (cluster: object) => parseExecutors('It', JSON.stringify({ executors: { cluster } }));

describe('an executor by Slurm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sb-slurm-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('is known by its field; one by ssh is what it was', () => {
    const common = { name: 'cluster', folder: '/work', room: 2, program: 'signalbox', lost_after: 600 };
    const slurm = { shared: null, via: null, options: [] };
    assert.deepEqual(parse(SLURM).executors, [{ ...common, slurm }]);
    const ssh = { ssh: 'box', folder: '/work', room: 2 };
    assert.deepEqual(parse(ssh).executors, [{ ...common, ssh: 'box', port: null }]);
  });

  test('options are those of a list, each one word; a wrong field is told by its name', () => {
    const options = [
      '--partition=long',
      '--time=1-00:00:00',
      '--mem=4G',
      '--gres=gpu:a100:2',
      '--nodelist=n[1-3]',
    ];
    const [read] = parse({ ...SLURM, slurm: { options } }).executors;
    assert.ok(read && 'slurm' in read);
    const args = sbatchArguments(ONE, '/l', read.slurm);
    assert.deepEqual(args.slice(0, options.length), options);
    for (const needed of ['--no-requeue', `--job-name=sb-${ONE}`]) assert.ok(args.includes(needed));
    for (const wrong of [
      '--wrap=x',
      '--job-name=x',
      '--requeue',
      '--export=ALL',
      '--partition=a b',
      '--time=',
      '--mem=-x',
      '-p long',
      '--clusters=x',
    ])
      assert.throws(
        () => parse({ ...SLURM, slurm: { options: [wrong] } }),
        /executors\.cluster\.slurm\.options\.0/,
        wrong,
      );
    const both = [
      [{ ...SLURM, ssh: 'box' }, /executors\.cluster/],
      [{ ...SLURM, slurm: { via: '-oProxyCommand=x' } }, /executors\.cluster\.slurm\.via/],
      [{ ...SLURM, slurm: { shared: "/a'; x" } }, /executors\.cluster\.slurm\.shared/],
      [{ ...SLURM, slurm: { secret: 1 } }, /executors\.cluster\.slurm/],
    ] as const;
    for (const [wrong, said] of both) assert.throws(() => parse(wrong), said);
  });

  test('what Slurm keeps of a job says where its launch lies, and nothing of the environment here but its ways', () => {
    assert.equal(jobScript('signalbox', '/l.json'), '#!/bin/sh -l\nexec signalbox carry --launch /l.json\n');
    const own = {
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      SIGNALBOX_CREDENTIAL: 's',
      KEY: 's',
      SLURM_JOB_ID: '1',
      SBATCH_EXPORT: 'x',
    };
    assert.deepEqual(jobEnvironment(own), { PATH: '/bin', HOME: '/h', LC_ALL: 'C' });
  });

  test('of a listing, only the names of our jobs count, and whether they are over', () => {
    const listing = [
      `PENDING|sb-${ONE}`,
      `COMPLETED|sb-${TWO}`,
      `NEWSTATE|sb-${'3'.repeat(32)}`,
      `RUNNING|sb-${'4'.repeat(31)}`,
      `RUNNING|x|sb-${'5'.repeat(32)}`,
      `RUNNING|sb-${'6'.repeat(32)}; rm -rf /`,
      'RUNNING',
    ].join('\n');
    assert.deepEqual([...markersIn(listing)], [ONE, '3'.repeat(32)]);
    assert.equal(jobIn('17\n'), '17');
    assert.equal(jobIn('17;cluster\n'), '17');
    assert.equal(jobIn('17 <script>'), '');
  });

  test('waits for as long as it is in the queue, or nothing is known of it', () => {
    const queue = new CarrierQueue();
    const [none, one] = [new Set<string>(), new Set([ONE])];
    queue.expect(ONE, 0);
    const isWaiting = (now: number) => queue.isWaiting(ONE, now);
    // Nothing is known for an hour.
    assert.equal(isWaiting(3_600_000), true);
    queue.take(one, 3_600_000);
    queue.take(one, 7_200_000);
    assert.equal(isWaiting(7_200_000), true);
    queue.take(none, 7_201_000);
    assert.equal(isWaiting(7_201_000), true, 'it may just be claiming');
    queue.take(none, 7_203_000);
    assert.equal(isWaiting(7_203_000), false);
    queue.take(one, 7_204_000);
    assert.equal(isWaiting(7_204_000), true, 'a controller that came back');
    queue.forget(ONE);
    assert.equal(queue.isEmpty, true);
  });

  test('one that was never in the queue is given up after 30 seconds; a listing from before its start says nothing', () => {
    const queue = new CarrierQueue();
    queue.expect(ONE, 100_000);
    for (const asked of [0, 100_000, 129_000]) {
      queue.take(new Set(), asked);
      assert.equal(queue.isWaiting(ONE, asked), true);
    }
    queue.take(new Set(), 130_000);
    assert.equal(queue.isWaiting(ONE, 130_000), false);
    // Of one that another daemon has started it is counted from here.
    assert.equal(queue.isWaiting(TWO, 130_000), true);
    queue.take(new Set(), 131_000);
    assert.equal(queue.isWaiting(TWO, 131_000), true);
  });

  test('a launch is for its user alone, in a folder for its user alone, and gone when it is given up', () => {
    const files = new LaunchFiles(join(folder, 'deep', 'own'));
    files.prepare();
    files.write({ marker: ONE, secret: 's'.repeat(43), lost_after: 60 });
    assert.equal(statSync(files.launch(ONE)).mode & 0o777, 0o600);
    assert.equal(statSync(files.folder).mode & 0o777, 0o700);
    writeFileSync(files.log(ONE), 'signalbox:\nnot \u001b[1mfound\n');
    writeFileSync(join(files.folder, 'other.json'), '');
    assert.deepEqual([...files.markers()], [ONE]);
    files.withdraw(ONE);
    assert.equal(existsSync(files.launch(ONE)), false);
    assert.deepEqual([...files.markers()], [ONE], 'known until its job has left the queue');
    assert.equal(files.remove(ONE), 'not  [1mfound');
    assert.deepEqual([...files.markers()], []);
    files.withdraw(TWO);
    assert.deepEqual([...files.markers()], [TWO], 'also where its carrier never wrote');
    files.remove(TWO);
    chmodSync(files.folder, 0o755);
    assert.throws(() => files.prepare(), /open to others/);
    const link = new LaunchFiles(join(folder, 'link'));
    symlinkSync(folder, link.folder);
    assert.throws(() => link.prepare(), /open to others|not yours/);
  });
});
