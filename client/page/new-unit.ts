/** The page of new units, alive: the name that the goal suggests, names to wait for, a plan from a file; no reload. */
import type { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '../../server/api/router.ts';
import { under } from '../../shared/base-path.ts';
import { MOST_PLAN_CHARACTERS, newUnitInput, planInput } from '../../shared/new-unit.ts';
import type { Connection } from '../link/connection.ts';
import { fieldsOf, newKey, sendSoon } from '../link/submit.ts';

/** After the last key, before the daemon is asked. */
const PAUSE_MS = 150;

const find = <E extends HTMLElement>(selector: string): E | null => document.querySelector<E>(selector);

export function keepNewUnit(connection: Connection): void {
  const unit = find<HTMLFormElement>('#new-unit');
  const plan = find<HTMLFormElement>('#new-plan');
  if (unit) {
    suggestNames(connection);
    completeUnits(connection);
    keepForm(unit, () => createUnit(connection, unit));
  }
  if (plan) {
    offerFile(plan);
    keepForm(plan, () => addPlan(connection, plan));
  }
}

type Added = { readonly result: { readonly chunks?: readonly string[] } };

const createUnit = (connection: Connection, form: HTMLFormElement): Promise<Added> => {
  const input = { ...newUnitInput(fieldsOf(new FormData(form))), key: newKey() };
  const { create } = connection.client.units;
  return sendSoon(connection, (signal) =>
    create.mutate(input as Parameters<typeof create.mutate>[0], { signal }),
  );
};

const addPlan = (connection: Connection, form: HTMLFormElement): Promise<Added> => {
  const input = { ...planInput(fieldsOf(new FormData(form))), key: newKey() };
  const { plan } = connection.client.units;
  return sendSoon(connection, (signal) =>
    plan.mutate(input as Parameters<typeof plan.mutate>[0], { signal }),
  );
};

/** Sends a form without a reload; one at a time. */
function keepForm(form: HTMLFormElement, send: () => Promise<Added>): void {
  let isSending = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    tell(form, 'busy', 'Sending …');
    send().then(
      ({ result: { chunks = [] } }) => {
        location.assign(under(chunks.length === 1 ? `/work-units/${chunks[0]}` : '/'));
      },
      (error: TRPCClientError<AppRouter>) => {
        isSending = false;
        const { message = error.message, field = null } = error.data?.refusal ?? {};
        tell(form, 'wrong', message);
        blame(form, field);
      },
    );
  });
}

function tell(form: HTMLFormElement, tone: 'busy' | 'wrong', message: string): void {
  const note = document.createElement('p');
  note.className = `notice notice-${tone}`;
  note.role = tone === 'wrong' ? 'alert' : 'status';
  note.textContent = message;
  form.querySelector('.told')?.replaceChildren(note);
}

/** The field that is wrong is marked, and gets the focus. */
function blame(form: HTMLFormElement, name: string | null): void {
  for (const each of form.querySelectorAll('[aria-invalid]')) each.removeAttribute('aria-invalid');
  const field = form.elements.namedItem(name === 'text' ? 'plan' : (name ?? ''));
  if (!(field instanceof HTMLElement)) return;
  field.setAttribute('aria-invalid', 'true');
  field.focus();
}

/** The daemon knows which names are free. */
function suggestNames({ client }: Connection): void {
  const goal = find<HTMLTextAreaElement>('#new-goal');
  const name = find<HTMLInputElement>('#new-chunk');
  if (!goal || !name) return;
  const empty = name.placeholder;
  const suggest = async () => {
    const words = goal.value;
    if (words.trim() === '') name.placeholder = empty;
    else {
      const { chunk } = await client.units.name.query({ goal: words }, { signal: AbortSignal.timeout(5000) });
      if (goal.value === words) name.placeholder = chunk;
    }
  };
  goal.addEventListener('input', afterPause(suggest));
  if (goal.value !== '') void suggest().catch(() => {});
}

/** The browser's own list completes one value: each of its lines begins with the names before. */
function completeUnits({ client }: Connection): void {
  const after = find<HTMLInputElement>('#new-after');
  const list = find<HTMLDataListElement>('#new-units');
  if (!after || !list) return;
  const complete = async () => {
    const [, before = '', last = ''] = /^(.*[\s,])?([^\s,]*)$/.exec(after.value) ?? [];
    const units = await client.units.find.query({ q: last }, { signal: AbortSignal.timeout(5000) });
    list.replaceChildren(
      ...units.map(({ chunk }) => Object.assign(document.createElement('option'), { value: before + chunk })),
    );
  };
  after.addEventListener('input', afterPause(complete));
}

/** What comes of it is a help only: without an answer the form works as before. */
function afterPause(act: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => act().catch(() => {}), PAUSE_MS);
  };
}

/** Without script a form carries no file: its field is shown only here, and fills the text. */
function offerFile(form: HTMLFormElement): void {
  const file = find<HTMLInputElement>('#plan-file');
  const text = find<HTMLTextAreaElement>('#plan-text');
  const field = file?.closest<HTMLElement>('.field');
  if (!file || !text || !field) return;
  field.hidden = false;
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    if (chosen.size > MOST_PLAN_CHARACTERS)
      return tell(
        form,
        'wrong',
        `${chosen.name} is too large: at most ${MOST_PLAN_CHARACTERS} bytes here. Use: signalbox add --plan FILE`,
      );
    text.value = await chosen.text();
    form.querySelector('.told')?.replaceChildren();
  });
}
