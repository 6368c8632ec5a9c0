import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The build's files for the browser: their addresses contain a hash, so page and script always match. */
export interface Assets {
  readonly build: string;
  readonly script: string;
  readonly style: string;
  /** The script for embeds, at a fixed address. */
  readonly embed: Buffer;
  /** The script of the service worker, at a fixed address. */
  readonly worker: Buffer;
  /** OpenAPI 3.1 of what scripts can do by HTTP. */
  readonly description: Buffer;
  /** By address: type and content. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;
}

interface Manifest {
  readonly build: string;
  readonly script: string;
  readonly style: string;
  readonly files: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Reads `manifest.json` of a build and the files that it names. */
export function readAssets(folder: string): Assets {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const files = manifest.files.map((name) => {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return [`/assets/${name}`, { type, body: readFileSync(join(folder, name)) }] as const;
  });
  return {
    build: manifest.build,
    script: `/assets/${manifest.script}`,
    style: `/assets/${manifest.style}`,
    embed: readFileSync(join(folder, '..', 'embed.js')),
    worker: readFileSync(join(folder, '..', 'notification-worker.js')),
    description: readFileSync(join(folder, '..', 'openapi.json')),
    files: new Map(files),
  };
}
