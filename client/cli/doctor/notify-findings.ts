/** Whether messages arrive: each channel that is set up is tried for real. */
import { receiptWords } from '../../../shared/notify-sentences.ts';
import { ARRIVED, type ChannelFacts, type NotifyFacts } from '../../../shared/notify-words.ts';
import type { Finding } from '../../../shared/offline.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { bad, good, note } from './findings.ts';

export async function notifyFindings(daemon: Daemon, isReadOnly: boolean): Promise<Finding[]> {
  const facts = await daemon.notify.show.query();
  const problem = facts.problem === null ? [] : [bad('notify', facts.problem)];
  if (isReadOnly) return [...problem, note('notify', 'Nobody is told of anything with --read-only.')];
  const found = await Promise.all(facts.channels.map((channel) => findingOn(daemon, channel, facts)));
  return [...problem, ...found.flat()];
}

async function findingOn(daemon: Daemon, facts: ChannelFacts, { browsers }: NotifyFacts): Promise<Finding[]> {
  const { channel, target, policy } = facts;
  const isSetUp = channel === 'desktop' ? browsers > 0 : target !== null;
  if (!isSetUp) return [];
  const what = `notify ${channel}`;
  const { receipt } = await daemon.notify.test.mutate({ channel });
  if (!ARRIVED.includes(receipt.code)) return [bad(what, `A test by ${channel} ${receiptWords(receipt)}.`)];
  const message = `A test by ${channel} ${receiptWords(receipt)}.`;
  return [policy.on ? good(what, message) : note(what, `${message} It is off for this project.`)];
}
