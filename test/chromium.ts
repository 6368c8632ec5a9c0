/**
 * Which browser the tests drive, with nothing installed: `$CHROME_PATH`; on 64-bit Linux the Chromium inside
 * `@sparticuz/chromium`, unpacked once; else an installed one.
 */
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';

export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** Finds or unpacks a Chromium. Throws a sentence that names what to install. */
export async function findChromium(): Promise<Chromium> {
  const env = browserEnvironment();
  const named = process.env.CHROME_PATH;
  if (named) return { executablePath: named, args: ARGS, env };
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked(env);
  const executablePath = INSTALLED.find((path) => existsSync(path));
  if (executablePath) return { executablePath, args: ARGS, env };
  throw new Error('The browser tests need Chromium: install the package "chromium", or set CHROME_PATH.');
}

/** Ours, with a temporary folder that goes with this process: a browser that is killed leaves files there. */
export function browserEnvironment(): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-browser-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { ...process.env, TMPDIR: folder };
}

async function unpacked(own: NodeJS.ProcessEnv): Promise<Chromium> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const modules = entry.slice(0, entry.lastIndexOf('@sparticuz'));
  const root = join(modules, '@sparticuz', 'chromium');
  const cache = join(modules, '.cache', 'signalbox-chromium');
  if (!existsSync(join(cache, 'chromium'))) await unpack(join(root, 'bin'), cache);
  const libraries = [join(cache, 'al2023', 'lib'), own.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const env = { ...own, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(cache, 'fonts.conf') };
  return { executablePath: join(cache, 'chromium'), args: ARGS, env };
}

/** Into a folder of its own first: whoever renames it into place wins, and nobody sees half of it. */
async function unpack(from: string, cache: string): Promise<void> {
  mkdirSync(dirname(cache), { recursive: true });
  const folder = await mkdtemp(`${cache}-`);
  const browser = join(folder, 'chromium');
  await inflate(join(from, 'chromium.br'), browser);
  execFileSync('chmod', ['755', browser]);
  for (const name of ['al2023', 'fonts', 'swiftshader']) {
    const archive = join(folder, `${name}.tar`);
    await inflate(join(from, `${name}.tar.br`), archive);
    mkdirSync(join(folder, name), { recursive: true });
    execFileSync('tar', ['-xf', archive, '-C', name === 'swiftshader' ? folder : join(folder, name)]);
    rmSync(archive);
  }
  writeFileSync(join(folder, 'fonts.conf'), fontsConf(join(cache, 'fonts')));
  try {
    renameSync(folder, cache);
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without a font of any kind the renderer ends. */
const fontsConf = (fonts: string): string =>
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${fonts}-cache</cachedir></fontconfig>\n`;

const inflate = (from: string, to: string): Promise<void> =>
  pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
