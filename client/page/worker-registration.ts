/** The worker that is asked when a notification is pressed, also after its page was closed. */
import { under } from '../../shared/base-path.ts';

const WORKER = '/notification-worker.js';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** Null: this address or this browser has none. Resolves once it works. */
export async function workerOf(): Promise<ServiceWorkerRegistration | null> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return null;
  try {
    await serviceWorker.register(address());
    return await serviceWorker.ready;
  } catch {
    return null;
  }
}

let trusted: string | null = null;

/** Our policy for scripts takes no plain text: this one address, and no other. */
function address(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trusted ??= trustedTypes
    ? trustedTypes
        .createPolicy('signalbox-worker', { createScriptURL: () => under(WORKER) })
        .createScriptURL('')
    : under(WORKER);
  return trusted;
}
