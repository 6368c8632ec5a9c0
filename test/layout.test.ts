/** Where things stand and who may know whom (house rules 1 and 8), and what the lock file may say. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';

const root = rootAbove(import.meta.dirname);
const ROOMS = ['shared', 'server', 'client', 'hub', 'test', 'bench'] as const;
type Room = (typeof ROOMS)[number];

/** Which rooms a room may import from. */
const OPENS_ONTO: Readonly<Record<Room, readonly Room[]>> = {
  shared: ['shared'],
  server: ['server', 'shared'],
  client: ['client', 'shared'],
  // A server to its page, and a client of each daemon: it has no gate and no link of its own.
  hub: ['hub', 'server', 'client', 'shared'],
  test: ROOMS,
  bench: ROOMS,
};
/** What stands in each of these folders, lowest first: each imports only from itself and those before it. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  server: [
    'system',
    'work',
    'domain',
    'store',
    'policy',
    'access',
    'board',
    'output',
    'api',
    'agents',
    'executors',
    'web',
    'runs',
    'notify',
    'carry',
    'daemon',
    'main.ts',
  ],
  client: [
    'daemon',
    'link',
    'elements',
    'page',
    'hub',
    'embed',
    'package',
    'intake',
    'scripted-models',
    'cli',
  ],
  'client/cli': [
    'output',
    'context',
    'interactive',
    'doctor',
    'commands',
    'completion',
    'program.ts',
    'main.ts',
    'launcher.ts',
    'hook-entry.ts',
  ],
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
  assert.ok(
    imports.some(({ from, file }) => from === 'server/main.ts' && file === 'server/daemon/listen.ts'),
  );
  assert.ok(imports.some(({ from, file }) => from === 'shared/board.ts' && file === 'shared/words.ts'));
  assert.ok(
    imports.some(({ file }) => file === 'client/cli/commands/ask.ts'),
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

const isIn = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);
const floorOf = (folder: string, path: string): number =>
  FLOORS[folder]?.indexOf(path.slice(folder.length + 1).split('/')[0] ?? '') ?? -1;

for (const folder of Object.keys(FLOORS))
  test(`every file of ${folder}/ stands on a floor, and imports from its own and from lower ones`, () => {
    const inside = sources.filter((path) => isIn(folder, path));
    assert.ok(inside.length > 0);
    assert.deepEqual(
      inside.filter((path) => floorOf(folder, path) < 0),
      [],
    );
    const up = ours.filter(
      ({ from, file }) =>
        isIn(folder, from) && isIn(folder, file) && floorOf(folder, file) > floorOf(folder, from),
    );
    assert.deepEqual(
      up.map(({ from, file }) => `${from} → ${file}`),
      [],
    );
  });

test('the hub knows of the client how it calls a daemon and follows a board', () => {
  const used = ours.filter(({ from, file }) => roomOf(from) === 'hub' && roomOf(file) === 'client');
  assert.ok(used.length > 0);
  assert.deepEqual(
    used.map(({ file }) => file).filter((file) => !/^client\/(daemon|link)\//.test(file)),
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
  const reached = new Set(['client/page/dashboard.ts', 'client/embed/embed.ts', 'client/hub/hub.ts']);
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
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|long|door|fuzz|faults|agents|scale|config|d|db))*\.[a-z]+$/;
  /** A document that stands out in its folder, as README.md does. */
  const document = /^[A-Z]+\.md$/;
  const drawer = /^(utils?|helpers?|services?|types?|managers?)$/;
  const wrong = ROOMS.flatMap(filesIn).filter((path) => {
    const words = path.split('/').flatMap((part) => part.split(/[-.]/));
    const isNamed = kebab.test(basename(path)) || document.test(basename(path));
    return !isNamed || words.some((word) => drawer.test(word));
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

/** The most lines of a file and of a function: what is longer has a second noun. */
const LONGEST_FILE = 250;
const LONGEST_FUNCTION = 60;

const product = ['shared', 'server', 'client', 'hub'] as const;
const linesOf = (text: string): string[] => text.trimEnd().split('\n');

test('files of the product have at most 250 lines', () => {
  const long = product
    .flatMap(filesIn)
    .filter((path) => /\.(ts|css)$/.test(path) && linesOf(read(path)).length > LONGEST_FILE);
  assert.deepEqual(long, []);
});

/** A function with the line where it begins and how many it takes, by its name. */
interface Extent {
  readonly name: string;
  readonly lines: number;
}

const BEGINS: readonly RegExp[] = [
  /^(?:export )?(?:async )?function\*? ?(\w+)/,
  /^(?:export )?const (\w+)\b.*= (?:async )?(?:\(|<|\w+ =>)/,
  /^(?:(?:static|protected|private|public|override|async|get|set|readonly) )*\*?(#?\w+)(?:<.*>)?\(/,
  /^(?:(?:static|protected|private|public|override|readonly) )*(#?\w+)\b.*= (?:async )?(?:\(|<|\w+ =>)/,
];
const METHOD = 2;
/** A statement that looks like a method of the same name. */
const STATEMENTS: readonly string[] = ['if', 'for', 'while', 'switch', 'catch', 'return', 'test', 'super'];

/**
 * The lint formats every file: a function goes on while lines are indented more than its first one, and past a line
 * that closes its parameters; a closing line counts with it.
 */
function functionsIn(text: string): Extent[] {
  const lines = linesOf(text);
  return lines.flatMap((line, at) => {
    const begins = BEGINS.map((begin) => begin.exec(line.trimStart())?.[1]);
    const nth = begins.findIndex((found) => found !== undefined);
    const name = begins[nth] ?? '';
    if (name === '' || STATEMENTS.includes(name) || /[;}]$/.test(line)) return [];
    const last = lastLine(lines, at);
    // A call looks like a method, but does not end with a brace alone.
    if (nth === METHOD && lines[last]?.trim() !== '}') return [];
    return [{ name, lines: last - at + 1 }];
  });
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function lastLine(lines: readonly string[], first: number): number {
  const indent = indentOf(lines[first] ?? '');
  const out = (line: string) => line.trim() !== '' && indentOf(line) <= indent;
  const after = (at: number): number => {
    const found = lines.findIndex((line, nth) => nth > at && out(line));
    if (found < 0) return lines.length - 1;
    const line = (lines[found] ?? '').trim();
    if (/^[)}\]]/.test(line)) return /[{(=>]$/.test(line) ? after(found) : found;
    return lines[found - 1]?.trim() === '' ? found - 2 : found - 1;
  };
  return after(first);
}

test('the reader of functions sees every kind of them, to its last line', () => {
  const text = [
    'export async function plain(',
    '  one: number,',
    '): Promise<void> {',
    '  if (one) {',
    '    two();',
    '  }',
    '}',
    'export const arrow = <T>(one: T): T => {',
    '  return one;',
    '};',
    'const short = (one: number) =>',
    '  one === 1 ||',
    '  one === 2;',
    '',
    'function* many() {',
    '  const inner = () => {',
    '    yield 1;',
    '  };',
    '}',
    'export class Thing {',
    '  constructor() {',
    '    super();',
    '    call(',
    '      one,',
    '    );',
    '  }',
    '  protected override async #method<T>(one: T): Promise<void> {',
    '    await one;',
    '  }',
    '  get value(): number {',
    '    return 1;',
    '  }',
    '  readonly #listener = async (event: Event): Promise<void> => {',
    '    event;',
    '  };',
    '}',
  ].join('\n');
  assert.deepEqual(
    functionsIn(text).map(({ name, lines }) => `${name} ${lines}`),
    [
      'plain 7',
      'arrow 3',
      'short 3',
      'many 5',
      'inner 3',
      'constructor 6',
      '#method 3',
      'value 3',
      '#listener 3',
    ],
  );
});

test('functions of the product have at most 60 lines', () => {
  const long = sources
    .filter((path) => product.some((room) => room === roomOf(path)))
    .flatMap((path) =>
      functionsIn(read(path))
        .filter(({ lines }) => lines > LONGEST_FUNCTION)
        .map(({ name }) => `${path}: ${name}`),
    );
  assert.deepEqual(long, []);
});

test('no two files of the product export a type of the same name', () => {
  const homes = new Map<string, string[]>();
  for (const path of sources.filter((each) => product.some((room) => room === roomOf(each))))
    for (const [, name = ''] of withoutComments(read(path)).matchAll(
      /^export (?:declare )?(?:type|interface|(?:abstract )?class) (\w+)/gm,
    ))
      homes.set(name, [...(homes.get(name) ?? []), path]);
  assert.ok(homes.has('WorkUnit') && homes.has('Moment') && homes.has('BoardElement'));
  const twice = [...homes].filter(([, paths]) => paths.length > 1).map(([name]) => name);
  assert.deepEqual(twice, []);
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

test('what the product is made of silences no type with "as never"', () => {
  const rooms: readonly string[] = ['server', 'client', 'shared', 'hub'];
  const silenced = sources.filter(
    (path) => rooms.includes(roomOf(path)) && /\bas\s+never\b/.test(withoutComments(read(path))),
  );
  assert.deepEqual(silenced, []);
});
