/** `signalbox notify`: how the operator is told of new items while the page is out of sight. */
import { Argument, type Command } from 'commander';
import { policyText, receiptWords } from '../../../shared/notify-sentences.ts';
import {
  ARRIVED,
  CHANNELS,
  type ChannelFacts,
  type NotifyChannel,
  type NotifyPolicy,
} from '../../../shared/notify-words.ts';
import { takingUnknown } from '../../../shared/unknown-input.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { complain, print, printJson, tell } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';

type Flags = { json?: boolean };

export function addNotify(program: Command, daemon: () => Daemon): void {
  const notify = program
    .command('notify')
    .description('show how you are told of new items, change of which, or send a test');
  notify
    .command('show', { isDefault: true })
    .description('show the channels, of what they tell, and what became of the last message')
    .addOption(jsonOption())
    .action((flags: Flags) => show(daemon(), flags));
  const channel = () => new Argument('<channel>').choices([...CHANNELS]);
  notify
    .command('set')
    .description('say of what a channel tells, and when, in this project')
    .addArgument(channel())
    .argument('<setting...>', 'name=value; name=default: as your file says, or by default')
    .addOption(jsonOption())
    .action((name: NotifyChannel, settings: string[], flags: Flags) => set(daemon(), name, settings, flags));
  notify
    .command('test')
    .description('send a message now, and say whether it arrived')
    .addArgument(channel())
    .addOption(jsonOption())
    .action((name: NotifyChannel, flags: Flags) => test(daemon(), name, flags));
}

async function show(daemon: Daemon, { json }: Flags): Promise<void> {
  const facts = await daemon.notify.show.query();
  if (json) return printJson(facts);
  for (const channel of facts.channels) await showChannel(channel, facts.browsers);
  if (facts.problem !== null) complain(facts.problem);
  tell(`addresses and programs stand in ${facts.file}.`);
}

async function showChannel(facts: ChannelFacts, browsers: number): Promise<void> {
  const { channel, target, policy, sources, last } = facts;
  const where = channel === 'desktop' ? `${browsers} that show it now` : (target ?? 'not set up');
  await print(`${channel}  ${where}`);
  if (target === null) return;
  for (const name of Object.keys(policy) as (keyof NotifyPolicy)[])
    await print(`  ${name} = ${policyText(policy, name)}  (${sources[name]})`);
  if (last) await print(`  ${last.at}  ${last.test ? 'a test ' : ''}${receiptWords(last.receipt)}`);
}

async function set(daemon: Daemon, channel: NotifyChannel, settings: string[], flags: Flags): Promise<void> {
  const said = settings.map(settingOf);
  const unset = said.filter(([, value]) => value === 'default').map(([name]) => name);
  const given = said
    .filter(([, value]) => value !== 'default')
    .map(([name, value]) => [name, meaning(name, value)]);
  const configure = takingUnknown(daemon.notify.configure.mutate);
  const done = await configure({ channel, ...Object.fromEntries(given), ...(unset.length > 0 && { unset }) });
  if (flags.json) return printJson(done);
  tell(`${channel}: ${settings.join(', ')}.`);
}

function settingOf(text: string): [string, string] {
  const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new ProgramError('usage', `A setting is name=value, as in min_impact=3, not "${text}".`);
  return [name, value];
}

/** What is not understood goes on as it is, and is refused by name. */
function meaning(name: string, value: string): unknown {
  if (name === 'kinds') return value.split(',').map((kind) => kind.trim());
  if (name === 'quiet') return value;
  if (value === 'on') return true;
  if (value === 'off') return false;
  return /^\d{1,9}$/.test(value) ? Number(value) : value;
}

async function test(daemon: Daemon, channel: NotifyChannel, { json }: Flags): Promise<void> {
  const tried = await daemon.notify.test.mutate({ channel });
  if (json) await printJson(tried);
  else await print(`${channel}: ${receiptWords(tried.receipt)}`);
  if (!ARRIVED.includes(tried.receipt.code))
    throw new ProgramError('refused', `The test by ${channel} did not arrive.`);
}
