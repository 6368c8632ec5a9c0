/** docs/http.md: every address that openapi.json describes, for people to read. */
import { type Json, openapi } from './openapi.ts';
import { OPERATIONS, TAGS } from './operations.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
}
interface Content {
  readonly [type: string]: { readonly schema: Schema };
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Schema;
}
interface Described {
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

const BEGINNING = `# HTTP reference

Made from \`/openapi.json\` (OpenAPI 3.1), which every daemon serves to whoever may look and which is
[openapi.json](openapi.json) here: for clients that are generated, and for tools that read it. [curl.md](curl.md) shows how
it is used, and says what the statuses and codes of refusals mean.

\`\`\`sh
url=$(signalbox status --json | sed 's/.*"local_address":"\\([^"]*\\)\\/".*/\\1/')
auth="Authorization: Bearer $(signalbox token add --name reference)"
curl -sS -f -H "$auth" "$url/openapi.json" > openapi.json
\`\`\`

Each takes a bearer token, sends and answers JSON unless it is said otherwise, and refuses with a problem document (RFC 9457).
Fields with \`?\` may be left out. 401, 403 and 421 can be the answer everywhere; 400, 413 and 415 wherever something is sent.
`;

const nameOf = ({ $ref = '' }: Schema): string => $ref.split('/').at(-1) ?? '';

/** A type in a few words. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return nameOf(schema);
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  return [schema.type ?? 'anything'].flat().join(' or ');
}

/** Every field in a line of its own; `optional`: those that need not be there. */
function fieldsOf({ properties = {}, required = [] }: Schema): string[] {
  return Object.entries(properties).map(([name, each]) => {
    const says = [
      each.description,
      each.default === undefined ? undefined : `else \`${text(each.default)}\``,
    ];
    const more = says.filter((part) => part !== undefined).join('; ');
    return `  - \`${name}${required.includes(name) ? '' : '?'}\`: ${typeOf(each)}${more === '' ? '' : ` – ${more}`}`;
  });
}
const text = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value));

function sectionOf(method: string, path: string, described: Described): string {
  const { summary, description, parameters, requestBody, responses } = described;
  const query = parameters.filter((each) => each.in === 'query');
  const sent = requestBody?.content['application/json']?.schema;
  const [type = '', answer] = Object.entries(responses[200]?.content ?? {})[0] ?? [];
  const refusals = Object.keys(responses).filter((each) =>
    ['404', '409', '416', '422', '503'].includes(each),
  );
  const queries = fieldsOf({
    properties: Object.fromEntries(
      query.map(({ name, schema, description }) => [name, { ...schema, description }]),
    ),
  } as Schema);
  return [
    `### ${method.toUpperCase()} ${path}`,
    '',
    `${summary} ${description}`,
    '',
    ...(query.length === 0 ? [] : ['- In the address:', ...queries]),
    ...(sent === undefined ? [] : bodyLines(sent)),
    ...(type === 'application/json' && answer ? answerLines(answer.schema) : [`- Answers \`${type}\`.`]),
    ...(refusals.length === 0 ? [] : [`- May refuse with ${refusals.join(', ')}.`]),
    '',
  ].join('\n');
}

function bodyLines(sent: Schema): string[] {
  const [plan, unit] = sent.anyOf ?? [];
  if (!plan || !unit) return ['- Sends:', ...fieldsOf(sent)];
  return ['- Sends one unit, or `units`, a list of such, and `key?`:', ...fieldsOf(unit)];
}

const answerLines = (schema: Schema): string[] =>
  schema.$ref === undefined
    ? ['- Answers:', ...fieldsOf(schema)]
    : [`- Answers [${nameOf(schema)}](#${nameOf(schema).toLowerCase()}).`];

/** The schemas that answers and fields name, each with its fields. */
function schemaSections(schemas: Readonly<Record<string, Schema>>): string[] {
  return Object.entries(schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const fields = fieldsOf(schema);
      const says = schema.description ?? '';
      return [
        `### ${name}`,
        '',
        ...(says === '' ? [] : [`${says[0]?.toUpperCase()}${says.slice(1).replace(/\.$/, '')}.`, '']),
        ...(fields.length > 0 ? fields.map((line) => line.trimStart()) : [typeOfWhole(schema)]),
        '',
      ].join('\n');
    });
}

/** What has no fields of its own: words, or one of several shapes. */
const typeOfWhole = (schema: Schema): string => {
  const shapes = schema.anyOf ?? (schema as { oneOf?: readonly Schema[] }).oneOf ?? [];
  if (shapes.length === 0) return typeOf(schema);
  const discriminators = shapes.map(({ properties = {}, $ref }) => {
    if ($ref !== undefined) return nameOf({ $ref });
    const fixed = Object.entries(properties).filter(([, each]) => each.const !== undefined || each.enum);
    return fixed.map(([name, each]) => `\`${name}\` ${typeOf(each)}`).join(' and ');
  });
  return `One of: ${[...new Set(discriminators)].filter((each) => each !== '').join('; ')}. The document has the fields of each.`;
};

export function httpReference(): string {
  const { paths, components } = JSON.parse(JSON.stringify(openapi())) as {
    paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
    components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  const chapters = Object.entries(TAGS).map(([tag, says]) => {
    const sections = OPERATIONS.filter((each) => each.tag === tag).flatMap(({ method, path }) => {
      const described = paths[path]?.[method];
      return described ? [sectionOf(method, path, described)] : [];
    });
    return [`## ${tag[0]?.toUpperCase()}${tag.slice(1)}`, '', says, '', ...sections].join('\n');
  });
  return `${[BEGINNING, ...chapters, '## Schemas\n', ...schemaSections(components.schemas)].join('\n').trimEnd()}\n`;
}

/** docs/openapi.json */
export const openapiText = (): string => `${JSON.stringify(openapi() satisfies Json, null, 1)}\n`;
