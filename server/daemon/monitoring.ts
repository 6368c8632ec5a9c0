import type { Storage } from '../store/storage.ts';
import type { Monitoring } from '../web/monitoring-routes.ts';
import type { Metrics } from './metrics.ts';

/** What is said to a monitoring system of this daemon. */
export const monitoringOf = (storage: Pick<Storage, 'checkReady'>, metrics: Metrics): Monitoring => ({
  checkReady: () => storage.checkReady(),
  metrics: () => metrics.read(),
});
