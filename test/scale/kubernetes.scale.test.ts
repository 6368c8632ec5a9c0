/** Runs on a cluster of Kubernetes, by the stand-in of its API: jobs deleted, pods, links, the API and the daemon cut, with a seed. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonFixture } from '../daemon-fixture.ts';
import { KubernetesStandIn } from '../stand-ins/kubernetes-server.ts';
import { until } from '../until.ts';
import {
  carrierKilled,
  daemonKilled,
  endure,
  type Incident,
  LOST_AFTER,
  type Pick,
  ROOM,
  RUNS,
  SEED,
} from './chaos.ts';

describe('runs on a cluster, by the stand-in of Kubernetes', () => {
  const far = new KubernetesStandIn();
  const house = DaemonFixture.make(far.variablesHere);
  before(async () => {
    await far.open();
    await house.start('--port', '0', '--undo-seconds', '0', '--max-agents', String(ROOM));
    const path = join(house.folder, 'executors.json');
    const cluster = {
      kubernetes: { image: 'stand-in' },
      folder: far.project,
      room: ROOM,
      lost_after: LOST_AFTER,
    };
    writeFileSync(path, JSON.stringify({ default: 'cluster', executors: { cluster } }));
    await house.ok('executors', 'set', path);
  });
  after(async () => {
    await house.close();
    far.close();
  });

  const incident = (
    name: string,
    weight: number,
    happen: (pick: Pick) => void | Promise<void>,
  ): Incident => ({
    name,
    weight,
    happen: async (pick) => {
      await happen(pick);
      return true;
    },
  });
  const away = async (pick: Pick) => {
    await far.away();
    await delay(pick(2000));
    await far.back();
  };

  test(`${RUNS} runs, cut and killed (seed ${SEED})`, async (context) => {
    const incidents = [
      incident('times the API was away', 1, away),
      incident('times all links were cut', 3, () => far.cut()),
      incident('answers lost', 3, () => {
        far.loseAnswers = 1;
      }),
      incident('deletions failed', 1, () => {
        far.failDeletions = 1;
      }),
      incident('times slow', 1, (pick) => {
        far.slowness = pick(500);
      }),
      incident('jobs deleted', 2, (pick) => {
        const jobs = far.openJobs();
        far.deleteJob(jobs[pick(Math.max(1, jobs.length))] ?? '');
      }),
      carrierKilled(far, 2),
      daemonKilled(house, 1),
    ];
    await endure(context, { house, far, incidents, pause: 2000, mend: async () => {} });
    far.slowness = 0;
    await until('all jobs to be deleted', () => far.jobs().length === 0, 60_000);
    assert.deepEqual(far.processes(), []);
  });
});
