/** The gate by itself: every cell of the table on both listeners, and what holds for any head at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gate, type Head, type Listener } from '../../server/gate.ts';
import { CELLS, type Cell, OWN, TOKEN } from './gate-cells.ts';

const tcp: Listener = {
  kind: 'tcp',
  port: 7845,
  hosts: ['127.0.0.1', 'localhost', '[::1]', 'k3v9q2m7xa.localhost'],
  isToken: (token) => token === TOKEN,
};
const socket: Listener = { kind: 'socket' };

function headOf({ method = 'GET', target = '/', headers = [], hosts, upgrade = false }: Cell): Head {
  const named = (hosts ?? ['127.0.0.1:7845']).flatMap((name) => ['Host', name]);
  return { method, target, rawHeaders: [...named, ...headers], upgrade };
}

function decided(listener: Listener, head: Head): string | number {
  const verdict = gate(listener, head);
  return verdict.admitted ? `${verdict.caller.role} by ${verdict.caller.door}` : verdict.status;
}

for (const cell of CELLS)
  test(`${cell.what} (${cell.method ?? 'GET'} ${JSON.stringify(cell.target ?? '/')})`, () => {
    const head = headOf(cell);
    assert.equal(decided(tcp, head), cell.tcp, 'over TCP');
    assert.equal(decided(socket, head), cell.socket, 'over the Unix socket');
  });

test('every refusal says why in a sentence, and none repeats what was sent', () => {
  for (const cell of CELLS)
    for (const listener of [tcp, socket]) {
      const verdict = gate(listener, headOf(cell));
      if (verdict.admitted) continue;
      assert.match(verdict.sentence, /^[A-Z].*\.$/);
      assert.doesNotMatch(verdict.sentence, new RegExp(`evil|${TOKEN}|UUUU`));
    }
});

test('whoever comes from a page is recorded with its origin', () => {
  const verdict = gate(tcp, {
    method: 'POST',
    target: '/',
    rawHeaders: ['Host', '127.0.0.1:7845', 'Origin', OWN, 'Content-Type', 'application/json'],
    upgrade: false,
  });
  assert.ok(verdict.admitted && verdict.caller.origin === OWN);
});

test('"localhost" is not trusted by its port: the same table for another port refuses all of it', () => {
  const other: Listener = { ...tcp, port: 7847 };
  for (const cell of CELLS) assert.equal(typeof decided(other, headOf(cell)), 'number', cell.what);
});

const sample = <T>(...values: T[]) => fc.constantFrom(...values);
const header = fc.oneof(
  fc.tuple(sample('Host', 'host', 'HOST'), sample('127.0.0.1:7845', 'localhost:7845', 'evil.example:7845')),
  fc.tuple(
    sample('Origin', 'origin', 'ORIGIN'),
    sample(OWN, 'http://localhost:7845', 'null', '', 'http://evil.example:7845', 'http://127.0.0.1:7846'),
  ),
  fc.tuple(sample('Authorization', 'AUTHORIZATION'), sample(`Bearer ${TOKEN}`, 'Bearer x', 'Basic x', '')),
  fc.tuple(
    sample('Sec-Fetch-Site', 'sec-fetch-site'),
    sample('same-origin', 'none', 'same-site', 'cross-site', ''),
  ),
  fc.tuple(
    sample('Content-Type', 'content-type'),
    sample('application/json', 'text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded'),
  ),
  fc.tuple(fc.string(), fc.string()),
);
const anyHead: fc.Arbitrary<Head> = fc.record({
  method: sample('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'get', ''),
  target: fc.oneof(sample('/', '/trpc', '/trpc/units.add', '/work-units/a/close', '//x'), fc.string()),
  rawHeaders: fc.array(header, { maxLength: 8 }).map((pairs) => pairs.flat()),
  upgrade: fc.boolean(),
});
const sent = ({ rawHeaders }: Head, name: string) =>
  rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);

test('whatever is sent: nobody changes anything without our own origin or the token', () => {
  fc.assert(
    fc.property(anyHead, (head) => {
      const verdict = gate(tcp, head);
      if (!verdict.admitted) return;
      const [host = ''] = sent(head, 'host');
      assert.ok(['127.0.0.1:7845', 'localhost:7845'].includes(host) && sent(head, 'host').length === 1);
      if (verdict.caller.role === 'viewer') return;
      const isOwn = sent(head, 'origin').join() === `http://${host}`;
      const hasToken = sent(head, 'authorization').join() === `Bearer ${TOKEN}`;
      const reads = ['GET', 'HEAD', 'OPTIONS'].includes(head.method) && !head.upgrade;
      assert.ok(reads ? hasToken : isOwn || (hasToken && sent(head, 'origin').length === 0));
    }),
    { numRuns: 3000 },
  );
});

test('whatever is sent: an unsafe request or an upgrade is never taken for a reader', () => {
  fc.assert(
    fc.property(anyHead, (head) => {
      const verdict = gate(tcp, head);
      const reads = ['GET', 'HEAD', 'OPTIONS'].includes(head.method) && !head.upgrade;
      assert.ok(!verdict.admitted || reads || verdict.caller.role === 'operator');
    }),
    { numRuns: 2000 },
  );
});

test('whatever is sent: the same head gets the same answer', () => {
  fc.assert(
    fc.property(anyHead, (head) => {
      for (const listener of [tcp, socket]) assert.deepEqual(gate(listener, head), gate(listener, head));
    }),
  );
});
