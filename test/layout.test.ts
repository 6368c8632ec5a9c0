/** Where things stand and who may know whom (house rules 1 and 8), and what the lock file may say. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';

const root = rootAbove(import.meta.dirname);
const ROOMS = ['shared', 'server', 'client', 'test', 'bench'] as const;
type Room = (typeof ROOMS)[number];

/** Which rooms a room may import from. */
const OPENS_ONTO: Readonly<Record<Room, readonly Room[]>> = {
  shared: ['shared'],
  server: ['server', 'shared'],
  client: ['client', 'shared'],
  test: ROOMS,
  bench: ROOMS,
};
/** The rooms of server/ and client/, lowest first: each imports only from those before it. `server/main.ts` alone stands at a root. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  server: [
    'system',
    'work',
    'domain',
    'store',
    'access',
    'board',
    'output',
    'api',
    'agents',
    'web',
    'runs',
    'daemon',
    'main.ts',
  ],
  client: ['daemon', 'link', 'elements', 'page', 'embed', 'intake', 'cli'],
};
/** The one thing that the client knows of the server. */
const ROUTER_TYPE = "import type { AppRouter } from 'server/api/router.ts'";
/** Computes the names of paths; reads nothing. Daemon and terminal must agree on them; the page has none. */
const PURE_PARTS_OF_NODE: Readonly<Record<string, readonly string[]>> = {
  'shared/state-paths.ts': ['node:crypto', 'node:path'],
};

interface Import {
  readonly from: string;
  /** As written: `./board.ts`, `lit`. */
  readonly specifier: string;
  /** Relative to the root, where it is a file of ours. */
  readonly file: string | null;
  readonly typeOnly: boolean;
  readonly statement: string;
}

const sources = ROOMS.flatMap(filesIn).filter((path) => path.endsWith('.ts'));
const imports = sources.flatMap(importsOf);
const ours = imports.filter((each): each is Import & { file: string } => each.file !== null);

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

function filesIn(room: Room): string[] {
  const folder = join(root, room);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The lint formats every statement the same way, so lines and semicolons can be relied on. */
function importsOf(from: string): Import[] {
  const text = withoutComments(read(from));
  const whole = [...text.matchAll(/^(?:import|export)\b[^;'`]*?\bfrom '([^']+)'|^import '([^']+)'/gm)];
  const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)];
  return [...whole, ...dynamic].map((found) => {
    const specifier = found[1] ?? found[2] ?? '';
    const file = specifier.startsWith('.') ? join(dirname(from), specifier).split(sep).join('/') : null;
    const statement = found[0].replace(specifier, file ?? specifier).replace(/\s+/g, ' ');
    return { from, specifier, file, typeOnly: /^(?:import|export) type\b/.test(statement), statement };
  });
}

function withoutComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replace(/^[ \t]*\/\/.*$/gm, '');
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

test('the walk sees every room and both kinds of import', () => {
  for (const room of ['shared', 'server', 'client', 'test'])
    assert.ok(
      sources.some((path) => roomOf(path) === room),
      room,
    );
  assert.ok(imports.some(({ typeOnly }) => typeOnly));
  assert.ok(imports.some(({ from, file }) => from === 'server/main.ts' && file === 'server/web/http.ts'));
  assert.ok(imports.some(({ from, file }) => from === 'shared/board.ts' && file === 'shared/words.ts'));
  assert.ok(
    imports.some(({ file }) => file === 'client/cli/ask.ts'),
    'a dynamic import',
  );
});

test('every import of ours leads to a file that exists', () => {
  const lost = ours.filter(({ file }) => !sources.includes(file));
  assert.deepEqual(
    lost.map(({ from, specifier }) => `${from} → ${specifier}`),
    [],
  );
});

test('rooms open onto shared/ and nowhere else', () => {
  const crossing = ours.filter(({ from, file, statement }) => {
    const opens: readonly string[] = OPENS_ONTO[roomOf(from) as Room];
    return !opens.includes(roomOf(file)) && !(roomOf(from) === 'client' && statement === ROUTER_TYPE);
  });
  assert.deepEqual(
    crossing.map(({ from, statement }) => `${from}: ${statement}`),
    [],
  );
});

const floorOf = (path: string): number => FLOORS[roomOf(path)]?.indexOf(path.split('/')[1] ?? '') ?? -1;

test('every file of server/ and client/ stands on a floor, and imports from its own and from lower ones', () => {
  assert.deepEqual(
    sources.filter((path) => roomOf(path) in FLOORS && floorOf(path) < 0),
    [],
  );
  const up = ours.filter(
    ({ from, file }) =>
      roomOf(from) in FLOORS && roomOf(from) === roomOf(file) && floorOf(file) > floorOf(from),
  );
  assert.deepEqual(
    up.map(({ from, file }) => `${from} → ${file}`),
    [],
  );
});

test('shared/ knows no packages, save lit in the views', () => {
  const foreign = imports.filter(({ from, specifier, file }) => {
    if (roomOf(from) !== 'shared' || file !== null) return false;
    const isLit = specifier === 'lit' || specifier.startsWith('lit/');
    if (from.startsWith('shared/views/') && isLit) return false;
    return !PURE_PARTS_OF_NODE[from]?.includes(specifier);
  });
  assert.deepEqual(
    foreign.map(({ from, specifier }) => `${from} → ${specifier}`),
    [],
  );
});

test('what the page is made of knows nothing of Node', () => {
  const values = ours.filter(({ typeOnly }) => !typeOnly);
  const reached = new Set(['client/page/dashboard.ts', 'client/embed/embed.ts']);
  for (let grown = -1; grown !== reached.size; ) {
    grown = reached.size;
    for (const { from, file } of values) if (reached.has(from)) reached.add(file);
  }
  const node = imports.filter(({ from, specifier }) => reached.has(from) && specifier.startsWith('node:'));
  assert.deepEqual(
    node.map(({ from, specifier }) => `${from} → ${specifier}`),
    [],
  );
});

test('values import one way: no cycles', () => {
  const next = new Map<string, string[]>();
  for (const { from, file, typeOnly } of ours)
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), file]);
  assert.deepEqual(cycleIn(next), []);
});

/** The first cycle found, as a path that ends where it began. */
function cycleIn(next: ReadonlyMap<string, readonly string[]>): string[] {
  const clear = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (clear.has(file)) return [];
    for (const each of next.get(file) ?? []) {
      const cycle = visit(each, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    clear.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test('the search for cycles finds one', () => {
  const next = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['d', ['a']],
  ]);
  assert.deepEqual(cycleIn(next), ['a', 'b', 'd', 'a']);
});

test('files are named in kebab-case, and after a thing rather than a drawer', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|long|door|fuzz|agents|config|d))*\.[a-z]+$/;
  const drawer = /^(utils?|helpers?|services?|types?|managers?)$/;
  const wrong = ROOMS.flatMap(filesIn).filter((path) => {
    const words = path.split('/').flatMap((part) => part.split(/[-.]/));
    return !kebab.test(basename(path)) || words.some((word) => drawer.test(word));
  });
  assert.deepEqual(wrong, []);
});

test('no default exports, enums, or decorators', () => {
  const forms = {
    'default export': /^\s*export\s+(default\b|\{[^}]*\bas default\b)/m,
    enum: /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w/m,
    decorator: /^\s*@[A-Za-z]\w*(\(|\s|$)/m,
  };
  const wrong = sources.flatMap((path) => {
    const text = withoutComments(read(path));
    return Object.entries(forms).flatMap(([name, form]) => (form.test(text) ? [`${path}: ${name}`] : []));
  });
  assert.deepEqual(wrong, []);
});

test('what the product is made of silences no type with "as never"', () => {
  const rooms: readonly string[] = ['server', 'client', 'shared'];
  const silenced = sources.filter(
    (path) => rooms.includes(roomOf(path)) && /\bas\s+never\b/.test(withoutComments(read(path))),
  );
  assert.deepEqual(silenced, []);
});

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const lock = () =>
  (JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> }).packages;

test('the lock has an entry for every optional package that it names, or npm ci fails elsewhere', () => {
  const packages = lock();
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !isLocked(packages, path, name))
      .map((name) => `${path} names ${name}`),
  );
  assert.deepEqual(missing, []);
});

/** As Node finds a package: beside the one that asks, then one folder up, and so on. */
function isLocked(packages: Readonly<Record<string, Locked>>, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    if (Object.hasOwn(packages, at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`))
      return true;
    if (at === '') return false;
  }
}

test('the lock names no host', () => {
  const named = Object.entries(lock()).filter(([, { resolved }]) => resolved?.includes('://'));
  assert.deepEqual(
    named.map(([path, { resolved }]) => `${path}: ${resolved}`),
    [],
  );
});
