/** OpenAPI 3.1 of what scripts can do by HTTP, made from the schemas of the procedures and of what they answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { agent, operator, reader, viewer } from '../../server/api/procedures.ts';
import { appRouter } from '../../server/api/router.ts';
import { OPERATIONS, type Operation, PATH_PARTS, TAGS } from './operations.ts';
import { refusalCode } from './parts.ts';

interface Definition {
  readonly inputs: readonly z.ZodType[];
  readonly middlewares: readonly unknown[];
}
const definitionOf = (of: unknown) => (of as { _def: Definition })._def;
const PROCEDURES = (appRouter as unknown as { _def: { procedures: Readonly<Record<string, unknown>> } })._def
  .procedures;
const ROLES = { viewer, reader, operator, agent };

export type Json = { [name: string]: unknown };

/** A refusal, whatever it is about. */
export const PROBLEM = z
  .strictObject({
    type: z.literal('about:blank'),
    status: z.int().min(400).max(599),
    code: z.string().describe('which refusal it is: one of RefusalCode, or why a request was not let in'),
    title: z.string(),
    detail: z.string().describe('a sentence for a person; it may be worded anew at any time'),
    field: z.string().nullable().describe('the input that is wrong'),
    items: z
      .array(z.looseObject({ id: z.string(), version: z.int() }))
      .describe('attention items as they are now'),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** By status: what it means, for every address and for those that say so. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'Not JSON, or an address that is none.',
  401: 'Without a token, or with one that is not known or has ended.',
  403: 'Not for this caller, or under `--read-only`.',
  404: 'There is no such unit, item or run.',
  409: 'Not any more: `items` are the items as they are now.',
  413: 'More is sent than is read.',
  415: 'Neither JSON nor a form.',
  416: 'There is no such range.',
  421: 'A host name that is not ours.',
  422: 'A field is wrong: `field` says which.',
  503: 'Nothing was saved. Try again.',
};
const ALWAYS = [401, 403, 421] as const;
const OF_BODIES = [400, 413, 415] as const;

/** What is transformed before it is checked is described as what it is checked to be. */
function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // What every whole number of JavaScript keeps to says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const { def } = zodSchema._zod;
      if (io === 'output' || def.type !== 'pipe') return;
      const { in: given, out } = def as unknown as { in: z.ZodType; out: z.ZodType };
      if (given.def.type !== 'transform') return;
      const { $schema: _, ...rest } = jsonOf(out, io);
      Object.assign(jsonSchema, rest);
    },
  }) as Json;
}

/** Schemas with a name stand once, in the components. */
class Components {
  readonly schemas: Json = {};

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...rest } = jsonOf(schema, io);
    for (const [name, each] of Object.entries($defs as Json)) this.schemas[name] = this.#named(each);
    const { id } = rest as { id?: string };
    if (id === undefined) return this.#named(rest) as Json;
    this.schemas[id] = this.#named(rest);
    return { $ref: `#/components/schemas/${id}` };
  }

  #named(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((each) => this.#named(each));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node)
        .filter(([name]) => name !== 'id' || typeof (node as Json).id !== 'string')
        .map(([name, each]) => [
          name,
          name === '$ref' && typeof each === 'string'
            ? each.replace('#/$defs/', '#/components/schemas/')
            : this.#named(each),
        ]),
    );
  }
}

/** Fields of an object without those that the address says. */
function bodyOf(schema: Json, without: readonly string[]): Json | null {
  const properties = Object.entries((schema.properties ?? {}) as Json).filter(
    ([name]) => !without.includes(name),
  );
  const required = ((schema.required ?? []) as string[]).filter((name) => !without.includes(name));
  if (properties.length === 0) return null;
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: required.length > 0 ? required : undefined,
  };
}

function roleOf(name: string): string {
  const { middlewares } = definitionOf(PROCEDURES[name]);
  const found = Object.entries(ROLES).find(([, base]) =>
    definitionOf(base).middlewares.every((each, at) => middlewares[at] === each),
  );
  if (!found) throw new Error(`${name} stands on no role`);
  return found[0];
}

const FOR: Readonly<Record<string, string>> = {
  viewer: 'For everybody who may look.',
  reader: 'For the operator and viewers.',
  operator: 'For the operator.',
  agent: 'For the operator, and agents for their own unit.',
};

function operationOf(operation: Operation, components: Components): Json {
  const { path, query, procedure, without = [], body, answer, refuses = [] } = operation;
  const [input] = definitionOf(PROCEDURES[procedure]).inputs;
  if (!input) throw new Error(`${procedure} takes no input`);
  const given = components.of(input, 'input');
  const sent = operation.method === 'get' ? null : bodyOf(given, without);
  const content =
    'text' in answer
      ? { [answer.text]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: components.of(answer, 'output') } };
  const statuses = [...ALWAYS, ...(operation.method === 'get' ? [] : OF_BODIES), ...refuses].sort();
  const refusals = statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]);
  return {
    operationId: operation.name,
    tags: [operation.tag],
    summary: operation.summary,
    description: FOR[roleOf(procedure)],
    parameters: [...pathParameters(path, components), ...queryParameters(query, components)],
    requestBody:
      sent === null
        ? undefined
        : {
            required: sent.required !== undefined,
            content: { 'application/json': { schema: body === undefined ? sent : orOne(sent) } },
          },
    responses: { 200: { description: 'Done, or so already.', content }, ...Object.fromEntries(refusals) },
  };
}

/** A plan of units, or one unit by itself. */
function orOne(plan: Json): Json {
  const { items } = (plan.properties as { units: { items: unknown } }).units;
  return { anyOf: [plan, items] };
}

const pathParameters = (path: string, components: Components): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: components.of(PATH_PARTS[name] ?? z.string(), 'input'),
  }));

const queryParameters = (query: z.ZodObject | undefined, components: Components): Json[] =>
  Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = components.of(schema as z.ZodType, 'input');
    return { name, in: 'query', required: false, description, schema: rest };
  });

const { version, description, license } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8'),
) as { version: string; description: string; license: string };

export function openapi(): Json {
  const components = new Components();
  const paths: { [path: string]: Json } = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: operationOf(operation, components) };
  }
  const problem = components.of(PROBLEM, 'output');
  components.of(refusalCode, 'output');
  const responses = Object.entries(REFUSALS).map(([status, says]) => [
    status,
    { description: says, content: { 'application/problem+json': { schema: problem } } },
  ]);
  return {
    openapi: '3.1.0',
    info: { title: 'Signalbox', version, description, license: { name: license, identifier: license } },
    // Beside this document, wherever a proxy puts it.
    servers: [{ url: './' }],
    security: [{ token: [] }],
    tags: Object.entries(TAGS).map(([name, says]) => ({ name, description: says })),
    paths,
    components: {
      schemas: components.schemas,
      responses: Object.fromEntries(responses),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`signalbox token add` makes one.' },
      },
    },
  };
}
