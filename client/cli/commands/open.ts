import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { StatePaths } from '../../../shared/state-paths.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { print, printJson, tell } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';

type Flags = { json?: boolean };

/** The commands `url` and `open`: print the address of the page or of a unit, or open it in a browser, signed in. */
export function addOpen(program: Command, daemon: () => Daemon, paths: () => StatePaths): void {
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('[chunk]', 'the page of this unit')
      .addOption(jsonOption());

  command('url', 'print the address of the page').action(
    async (chunk: string | undefined, { json }: Flags) => {
      const { address } = await placeOf(daemon(), chunk);
      await (json ? printJson({ address }) : print(address));
    },
  );
  command('open', 'open the page in the browser').action(
    async (chunk: string | undefined, { json }: Flags) => {
      await openPage(daemon(), await placeOf(daemon(), chunk), paths(), json);
    },
  );
}

/** A page of a daemon. */
interface PlaceOfPage {
  readonly address: string;
  /** Its path within Signalbox. */
  readonly path: string;
}

/** Opens a page of a daemon in the browser, signed in. */
export async function openPage(
  daemon: Pick<Daemon, 'access'>,
  { address, path }: PlaceOfPage,
  paths: Pick<StatePaths, 'folder'>,
  json = false,
): Promise<void> {
  const { url } = await daemon.access.link.mutate({ to: path });
  const opened = await isOpened(url === address ? address : leadTo(url, paths));
  if (json) await printJson({ address, opened, url: opened ? null : url });
  if (opened) return json ? undefined : tell(`opened ${address}`);
  if (!json) await print(url);
  const words = url === address ? 'is the address' : 'address signs one in, once, within a minute';
  tell(`no browser could be opened from here; that ${words}.`);
}

async function placeOf(daemon: Daemon, chunk: string | undefined): Promise<PlaceOfPage> {
  const { address } = await daemon.status.query();
  if (chunk === undefined) return { address, path: '/' };
  const path = `/work-units/${(await daemon.unit.query({ chunk })).chunk}`;
  return { address: new URL(`.${path}`, address).href, path };
}

/** Goes through a private file that redirects: command lines are visible to all users of this machine. */
function leadTo(url: string, { folder }: Pick<StatePaths, 'folder'>): string {
  const file = join(folder, 'open.html');
  rmSync(file, { force: true });
  const quoted = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${quoted}"><title>Signalbox</title><a href="${quoted}">Signalbox</a>\n`,
    { mode: 0o600, flag: 'wx' },
  );
  return pathToFileURL(file).href;
}

const OPENER = process.platform === 'darwin' ? 'open' : 'xdg-open';
/** Some openers run as long as the browser that they start. */
const PATIENCE_MS = 3000;

/** Detached, so that the browser outlives this terminal. */
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
