/** All projects of one user on one page: what is shown, where answers go, and what becomes of a daemon that is away. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import { answerForms, HubFixture } from '../hub-fixture.ts';
import { until } from '../until.ts';
import { atTerminal } from './visitor.ts';

/** Both projects have a unit `docs` with an item of this very id. */
const SAME = 'same-key';

describe('a hub over two projects with equal names', () => {
  const scene = new HubFixture('api', 'api');
  const [one, two] = scene.houses;
  assert.ok(one && two);
  const slugOf = ({ paths }: typeof one) => paths.folder.slice(paths.folder.lastIndexOf('/') + 1);
  const formsOf = (page: string, house: typeof one) =>
    answerForms(page).filter(({ action }) => action.startsWith(`/projects/${slugOf(house)}/`));
  const ask = (house: typeof one, prompt: string, key = SAME) =>
    atTerminal(house, 'items.ask', { key, chunk: 'docs', run: null, questions: [{ prompt }] });
  const open = async (house: typeof one) =>
    (await house.json<Card[]>('attention')).filter(({ state }) => state === 'open');

  before(async () => {
    for (const house of [one, two]) await house.start('--port', '0', '--undo-seconds', '0');
    await scene.open('--no-auth');
    for (const house of [one, two]) await house.ok('add', 'docs', '--external');
    await ask(one, 'Which port, first?');
    await ask(two, 'Which port, second?');
    await scene.untilShown(2);
  });
  after(() => scene.close());

  test('it has found both daemons, and tells them apart by as much of the path as is needed', async () => {
    const names = (await scene.projects()).map(({ name }) => name).sort();
    assert.deepEqual(names, [one, two].map(({ project }) => project.split('/').slice(-2).join('/')).sort());
  });

  test('two items of the same id are two cards, each with a form for its own daemon', async () => {
    const forms = answerForms(await scene.page());
    assert.equal(forms.length, 2);
    assert.equal(new Set(forms.map(({ fields }) => fields.item)).size, 2);
    assert.equal(formsOf(await scene.page(), one).length, 1);
    assert.equal(formsOf(await scene.page(), two).length, 1);
  });

  test('the filter leaves one project, and the list still shows the others', async () => {
    const page = await scene.page(`/?project=${slugOf(one)}`);
    assert.equal(answerForms(page).length, 1);
    assert.ok(page.includes('Which port, first?') && !page.includes('Which port, second?'));
    assert.ok(page.includes(`/?project=${slugOf(two)}`));
    assert.equal((await scene.send({ path: '/?project=nobody' })).status, 404);
    assert.equal((await scene.send({ path: '/?project=a%2Fb' })).status, 400);
    assert.equal((await scene.send({ path: '/?status=asleep' })).status, 400);
    assert.equal(answerForms(await scene.page('/?q=second')).length, 1);
  });

  test('an answer by a plain form arrives in its owner, and nowhere else', async () => {
    const [form] = formsOf(await scene.page(), one);
    assert.ok(form);
    const answer = await scene.post(form.action, { ...form.fields, text: 'port 8080' });
    assert.equal(answer.status, 303, answer.body);
    assert.equal(answer.headers.location, '/');
    // The same form again, as after a second press: the same success, nothing twice.
    assert.equal((await scene.post(form.action, { ...form.fields, text: 'port 8080' })).status, 303);
    const { events } = await one.json<{ events: { type: string }[] }>('history', 'docs');
    assert.equal(events.filter(({ type }) => type === 'item.answered').length, 1);
    assert.equal((await open(one)).length, 0);
    assert.equal((await open(two)).length, 1);
    await scene.untilShown(1);
  });

  test('a form of the one project does not reach an item of the other', async () => {
    const [form] = formsOf(await scene.page(), two);
    assert.ok(form);
    const action = form.action.replace(slugOf(two), slugOf(one));
    assert.equal((await scene.post(action, { ...form.fields, text: 'wrong door' })).status, 404);
    assert.equal((await open(two)).length, 1);
  });

  test('an item that has changed meanwhile: 409 with the words kept, and nothing is answered', async () => {
    const [form] = formsOf(await scene.page(), two);
    assert.ok(form);
    await ask(two, 'Which port, asked anew?');
    const answer = await scene.post(form.action, { ...form.fields, text: 'my long words' });
    assert.equal(answer.status, 409);
    assert.ok(answer.body.includes('my long words'));
    assert.ok(answer.body.includes('Which port, asked anew?') || answer.body.includes('Which port, second?'));
    assert.match(answer.body, /class="notice notice-wrong"/);
    assert.equal((await open(two)).length, 1);
  });

  test('script posts JSON to the same address, and hears of a wrong version in JSON', async () => {
    const [form] = formsOf(await scene.page(), two);
    assert.ok(form);
    const { origin } = new URL(scene.address);
    const answer = await scene.send({
      method: 'POST',
      path: form.action,
      headers: { origin, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ item: form.fields.item, version: 99, text: 'no' }),
    });
    assert.equal(answer.status, 409, answer.body);
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'stale');
  });

  test('a daemon that dies keeps its rows, without a form; when it comes back, so do the forms', async () => {
    await two.end('SIGKILL');
    await scene.untilAway(two, true);
    const page = await scene.page();
    assert.ok(page.includes('Which port, asked anew?'), 'its card is gone');
    assert.match(page, /not heard of since/);
    assert.equal(formsOf(page, two).length, 0);
    assert.ok(!page.includes(`action="/projects/${slugOf(two)}/`), 'there is a button left');
    assert.ok((await scene.page('/?kind=question')).includes('Which port, asked anew?'), 'a filter hides it');
    assert.ok(!(await scene.page('/?kind=review')).includes('Which port, asked anew?'));
    assert.equal((await scene.projects()).find(({ project }) => project === one.project)?.away_since, null);

    await two.start('--undo-seconds', '0');
    await scene.untilAway(two, false);
    await until('its form', async () => formsOf(await scene.page(), two).length === 1);
    const [form] = formsOf(await scene.page(), two);
    assert.ok(form);
    assert.equal((await scene.post(form.action, { ...form.fields, text: 'after all' })).status, 303);
    assert.equal((await open(two)).length, 0);
  });

  test('an answer to a daemon that is away is refused, and the words are kept', async () => {
    await ask(two, 'One more?', 'another-key');
    await scene.untilShown(1);
    const [form] = formsOf(await scene.page(), two);
    assert.ok(form);
    await two.end('SIGKILL');
    await scene.untilAway(two, true);
    const answer = await scene.post(form.action, { ...form.fields, text: 'kept words' });
    assert.equal(answer.status, 503);
    assert.ok(answer.body.includes('kept words'));
    assert.match(answer.body, /does not answer/);
    await two.start('--undo-seconds', '0');
    await scene.untilAway(two, false);
    assert.equal((await open(two)).length, 1);
  });

  test('attention --all: every project, in one order', async () => {
    await ask(one, 'And here?', 'third-key');
    const all = await one.json<{ project: string; card: Card }[]>('attention', '--all');
    assert.deepEqual(
      all.map(({ project, card }) => [project, card.prompt]),
      [
        [two.project, 'One more?'],
        [one.project, 'And here?'],
      ],
    );
    const text = await one.ok('attention', '--all', '--find', 'here');
    assert.ok(text.includes(`--project ${one.project} answer docs --item third-key`), text);
  });

  test('the way to the pages of a project leads there, signed in', async () => {
    const { status, headers } = await scene.send({ path: `/projects/${slugOf(one)}/work-units/docs` });
    assert.equal(status, 303);
    assert.ok(String(headers.location).startsWith(one.address.replace(/\/$/, '')), String(headers.location));
  });
});
