import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import type { Daemon } from './daemon-client.ts';
import { print, tell } from './output.ts';

/** Where the page of the daemon is, or that of one unit; and the browser on it. */
export function addOpen(program: Command, daemon: () => Daemon): void {
  const command = (name: string, description: string) =>
    program.command(name).description(description).argument('[chunk]', 'the page of this unit');

  command('url', 'print the address of the page').action(async (chunk: string | undefined) =>
    print(await addressOf(daemon(), chunk)),
  );
  command('open', 'open the page in the browser').action(async (chunk: string | undefined) => {
    const address = await addressOf(daemon(), chunk);
    if (await isOpened(address)) return tell(`opened ${address}`);
    await print(address);
    tell('no browser could be opened from here; that is the address.');
  });
}

async function addressOf(daemon: Daemon, chunk: string | undefined): Promise<string> {
  const { address } = await daemon.status.query();
  if (chunk === undefined) return address;
  const unit = await daemon.unit.query({ chunk });
  return new URL(`work-units/${unit.chunk}`, address).href;
}

const OPENER = process.platform === 'darwin' ? 'open' : 'xdg-open';
/** Some openers stay as long as the browser that they start. */
const PATIENCE_MS = 3000;

/** The browser belongs to a session of its own: it outlives this terminal. */
function isOpened(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const opener = spawn(OPENER, [address], { stdio: 'ignore', detached: true });
    const patience = setTimeout(() => resolve(true), PATIENCE_MS);
    const end = (opened: boolean) => {
      clearTimeout(patience);
      resolve(opened);
    };
    opener.once('error', () => end(false));
    opener.once('exit', (code) => end(code === 0));
    opener.unref();
  });
}
