import type { Command } from 'commander';
import { eventWords } from '../../../shared/event-sentences.ts';
import type { Event } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { oneLine, print, printJson } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';

const PAGE = 1000;

/** Prints who did what and by which door, from the log, and which requests were refused. */
export function addAudit(program: Command, daemon: () => Daemon): void {
  program
    .command('audit')
    .description('print who did what, in which role and by which door, and who was refused')
    .option('--all', 'also what the daemon did by itself')
    .addOption(jsonOption())
    .action(async (flags: { all?: boolean; json?: boolean }) => {
      const refused = await daemon().access.refusals.query();
      const deeds: Deed[] = [];
      const asked: Item[] = [];
      for await (const event of allEvents(daemon())) {
        if (flags.all || event.by.role !== 'daemon' || isByRule(event)) deeds.push(event);
        if (event.type === 'item.asked') asked.push(event.data as unknown as Item);
      }
      if (flags.json) return printJson({ events: deeds, refused });
      for (const event of deeds) await print(deedLine(event, asked));
      for (const { what, host, origin, times, first_at, last_at } of refused)
        await print(
          oneLine(
            `${last_at}  refused ${times} × since ${first_at}: ${what} ${host && `at ${host}`} ${origin && `from ${origin}`}`,
          ),
        );
    });
}

/** What a rule answers, it answers in the operator's name. */
const isByRule = (event: Deed): boolean => event.type === 'item.answered' && event.data.rule !== undefined;

type Deed = Event & { readonly chunk: string | null };

async function* allEvents(daemon: Daemon): AsyncIterable<Deed> {
  for (let after: number | null = 0; after !== null; ) {
    const found: { events: Deed[]; next: number | null } = await daemon.history.query({ after, limit: PAGE });
    yield* found.events;
    after = found.next;
  }
}

/** `asked`: the items whose prompts the words of an event repeat. */
function deedLine({ at, by, chunk, ...event }: Deed, asked: readonly Item[]): string {
  const { actor, role, door, origin } = by;
  const who = `${actor} (${role}, ${door}${origin ? `, ${origin}` : ''})`;
  return oneLine(`${at}  ${who}  ${chunk ?? ''}  ${eventWords(event as Event, asked)}`);
}
