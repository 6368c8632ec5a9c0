import { notSaved } from '../store/not-saved.ts';
import type { Db } from '../store/sqlite.ts';
import type { Monitoring } from '../web/monitoring-routes.ts';
import type { Metrics } from './metrics.ts';

/** What is said to a monitoring system of this daemon. */
export const monitoringOf = (db: Db, metrics: Metrics): Monitoring => ({
  async checkReady() {
    try {
      db.tryToWrite();
    } catch (error) {
      throw notSaved(error);
    }
  },
  metrics: () => metrics.read(),
});
