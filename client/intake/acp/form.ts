/**
 * A form of an agent (`elicitation/create`), as questions for the operator, an item each, and their replies as what
 * the agent reads. A field may have another beside it for words of one's own.
 */
import type { AskedQuestion, Reply } from '../ask.ts';
import { isObject, RpcError } from '../json-rpc.ts';
import { cut } from '../tool-call.ts';
import type { Params } from './peer.ts';
import { lineOf } from './tool-calls.ts';

export interface Form {
  readonly questions: readonly AskedQuestion[];
  /** null: withdrawn. */
  answer(replies: readonly Reply[] | null): Params;
}

interface Choice {
  readonly value: string | boolean;
  readonly label: string;
  readonly description: string;
}

interface Field {
  readonly name: string;
  readonly schema: Params;
  readonly choices: readonly Choice[];
  /** Where words of one's own go; null: nowhere, or into the field itself. */
  readonly beside: string | null;
}

const MOST_QUESTIONS = 20;
const MOST_CHOICES = 50;
const DECLINED = { action: 'decline' };

/** Throws an `RpcError` where nothing can be asked. */
export function formOf({ mode, message, requestedSchema, url }: Params): Form {
  const words = typeof message === 'string' ? message : '';
  if (mode === 'url') return linkOf(words, lineOf(url));
  const { properties } = isObject(requestedSchema) ? requestedSchema : {};
  const fields = fieldsOf(isObject(properties) ? properties : {});
  if (fields.length === 0 || fields.length > MOST_QUESTIONS)
    throw new RpcError('params', `A form has 1 to ${MOST_QUESTIONS} fields.`);
  return {
    questions: fields.map((field) => questionOf(field, words, fields.length === 1)),
    answer: (replies) => {
      const content = replies
        ? Object.assign({}, ...fields.map((field, nth) => said(field, replies[nth])))
        : {};
      return Object.keys(content).length === 0 ? DECLINED : { action: 'accept', content };
    },
  };
}

function linkOf(message: string, url: string): Form {
  if (!/^https?:\/\//.test(url)) throw new RpcError('params', 'No address that could be opened.');
  const question: AskedQuestion = {
    prompt: cut(message, 20_000) || 'Open this address.',
    context: [{ label: 'Address', text: url }],
    options: [
      { id: 'done', label: 'Done', description: 'You have opened it and done what it asks.' },
      { id: 'no', label: 'No', description: 'The agent is told that you will not.' },
    ],
    allows_text: false,
    kind: 'question',
  };
  const answer = (replies: readonly Reply[] | null) =>
    replies?.[0]?.options.includes('done') ? { action: 'accept' } : DECLINED;
  return { questions: [question], answer };
}

function fieldsOf(properties: Params): Field[] {
  const names = Object.keys(properties);
  const schemaOf = (name: string): Params => (isObject(properties[name]) ? properties[name] : {});
  const owner = (name: string): string | null => {
    const { role, questionId } = codexIn(schemaOf(name));
    if (role === 'user_note' && typeof questionId === 'string') return questionId;
    return name.endsWith('_custom') && names.includes(name.slice(0, -7)) ? name.slice(0, -7) : null;
  };
  return names
    .filter((name) => owner(name) === null)
    .map((name) => ({
      name,
      schema: schemaOf(name),
      choices: choicesOf(schemaOf(name)),
      beside: names.find((each) => owner(each) === name) ?? null,
    }));
}

const codexIn = ({ _meta: meta }: Params): Params =>
  isObject(meta) && isObject(meta.codex) ? meta.codex : {};

function choicesOf({ type, oneOf, enum: values, enumNames, items }: Params): Choice[] {
  if (type === 'boolean') return [choice(true, 'Yes'), choice(false, 'No')];
  if (type === 'array' && isObject(items))
    return choicesOf({ oneOf: items.anyOf ?? items.oneOf, enum: items.enum });
  if (Array.isArray(oneOf))
    return oneOf
      .filter(isObject)
      .filter((each) => typeof each.const === 'string')
      .slice(0, MOST_CHOICES)
      .map((each) => choice(String(each.const), each.title, each.description));
  if (!Array.isArray(values)) return [];
  const names: readonly unknown[] = Array.isArray(enumNames) ? enumNames : [];
  return values
    .slice(0, MOST_CHOICES)
    .flatMap((value, nth) => (typeof value === 'string' ? [choice(value, names[nth])] : []));
}

const choice = (value: string | boolean, label: unknown, description: unknown = ''): Choice => ({
  value,
  label: lineOf(label) || lineOf(value) || String(value),
  description: typeof description === 'string' ? description : '',
});

function questionOf(
  { name, schema, choices, beside }: Field,
  message: string,
  isAlone: boolean,
): AskedQuestion {
  const { title, description, type } = schema;
  const [first, second] =
    Object.keys(codexIn(schema)).length > 0 ? [title, description] : [description, title];
  const prompt = [first, isAlone ? message : '', second, name].find(isText) ?? name;
  const about = [second, message].filter(isText).filter((text) => text !== prompt);
  return {
    prompt: cut(prompt, 20_000),
    context: about.map((text) => ({ label: text === message ? 'Message' : 'About', text: cut(text, 2000) })),
    options: choices.map(({ label, description: more }, nth) => ({
      id: String(nth + 1),
      label: label.slice(0, 200),
      description: cut(more, 2000),
    })),
    multiple: type === 'array',
    // A field that the answer cannot hold is not asked for.
    allows_text: choices.length === 0 || beside !== null,
    kind: 'question',
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const ELSE = /^(none of the above|other)$/i;

/** What goes into the answer for one field. */
function said({ name, schema, choices, beside }: Field, reply: Reply | undefined): Params {
  if (!reply) return {};
  const chosen = reply.options
    .map((id) => choices[Number(id) - 1]?.value)
    .filter((value) => value !== undefined);
  if (choices.length === 0) return reply.text === '' ? {} : { [name]: valueFrom(schema, reply.text) };
  const words = beside !== null && reply.text !== '' ? { [beside]: reply.text } : {};
  if (schema.type === 'array') return { ...(chosen.length > 0 && { [name]: chosen }), ...words };
  const otherwise =
    reply.text === '' ? undefined : choices.find(({ value }) => ELSE.test(String(value)))?.value;
  const value = chosen[0] ?? otherwise;
  return { ...(value !== undefined && { [name]: value }), ...words };
}

function valueFrom({ type }: Params, text: string): unknown {
  const number = Number(text);
  if ((type === 'number' || type === 'integer') && Number.isFinite(number)) return number;
  return type === 'array' ? text.split('\n') : text;
}
