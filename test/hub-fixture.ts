/** A hub over real daemons of one user: each with a folder, a port and a database of its own. */
import { readFileSync } from 'node:fs';
import { hubPathsOf, stateHome } from '../shared/state-paths.ts';
import { DaemonFixture, type Running } from './daemon-fixture.ts';
import { type Answer, type Asking, send } from './edge/http-client.ts';
import { until } from './until.ts';

export interface ShownProject {
  readonly project: string;
  readonly name: string;
  readonly machine: string;
  readonly items: number | null;
  readonly away_since: string | null;
}

export class HubFixture {
  readonly houses: readonly DaemonFixture[];
  readonly #first: DaemonFixture;
  #hub: Running | null = null;

  /** `names`: of the folders of the projects, which may be equal. */
  constructor(...names: string[]) {
    const [name = 'project', ...others] = names;
    this.#first = DaemonFixture.make({}, { name });
    const { XDG_STATE_HOME, XDG_CONFIG_HOME } = this.#first.env;
    this.houses = [
      this.#first,
      ...others.map((other) => DaemonFixture.make({ XDG_STATE_HOME, XDG_CONFIG_HOME }, { name: other })),
    ];
  }

  get paths() {
    return hubPathsOf(stateHome(this.#first.env, this.#first.folder));
  }

  get env(): NodeJS.ProcessEnv {
    return this.#first.env;
  }

  /** Starts every daemon, then the hub, where nobody signs in unless it is told so. */
  async start(...flags: string[]): Promise<void> {
    for (const house of this.houses) await house.start('--port', '0');
    await this.open('--no-auth', ...flags);
  }

  async open(...flags: string[]): Promise<void> {
    const hub = this.#first.run('hub', '--foreground', '--port', '0', ...flags);
    this.#hub = hub;
    await until('the hub', async () => {
      if (hub.child.exitCode !== null) throw new Error(`the hub ended: ${hub.stderr()}`);
      return this.holder?.pid === hub.child.pid && (await fetch(this.address)).status < 500;
    });
  }

  async stop(): Promise<void> {
    this.#hub?.child.kill('SIGTERM');
    await this.#hub?.finished;
    this.#hub = null;
  }

  get holder(): { pid: number; address: string } | null {
    try {
      return JSON.parse(readFileSync(this.paths.holder, 'utf8')) as { pid: number; address: string };
    } catch {
      return null;
    }
  }

  get address(): string {
    return this.holder?.address ?? '';
  }

  /** One request to the hub, by TCP. */
  send(asking: Asking): Promise<Answer> {
    const { hostname, port, host } = new URL(this.address);
    return send({ ...asking, host: hostname, port: Number(port), headers: { host, ...asking.headers } });
  }

  async page(path = '/'): Promise<string> {
    return (await this.send({ path })).body;
  }

  /** A form of the page, as a browser without script sends it. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const { origin } = new URL(this.address);
    return this.send({
      method: 'POST',
      path,
      headers: { origin, referer: `${origin}/`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async projects(): Promise<readonly ShownProject[]> {
    const { body } = await this.send({ path: '/status', headers: { accept: 'application/json' } });
    return (JSON.parse(body) as { projects: readonly ShownProject[] }).projects;
  }

  /** Waits until every daemon that lives is shown, with so many open items in all. */
  async untilShown(items: number): Promise<void> {
    await until(`${items} items on the hub`, async () => {
      const projects = await this.projects();
      const sum = projects.reduce((all, each) => all + (each.items ?? 0), 0);
      if (
        projects.length === this.houses.length &&
        projects.every((each) => each.items !== null) &&
        sum === items
      )
        return true;
      throw new Error(JSON.stringify(projects));
    });
  }

  async untilAway(house: DaemonFixture, isAway: boolean): Promise<void> {
    await until(`${house.project} to be ${isAway ? 'away' : 'back'}`, async () => {
      const found = (await this.projects()).find(({ project }) => project === house.project);
      return found !== undefined && (found.away_since !== null) === isAway;
    });
  }

  async close(): Promise<void> {
    await this.stop();
    for (const house of [...this.houses].reverse()) await house.close();
  }
}

/** A form on the page: where it leads, and its hidden fields. */
export interface ShownForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The forms of the cards that answer, in the order of the page. */
export const answerForms = (page: string): readonly ShownForm[] =>
  [...page.matchAll(/<form class="answer" method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', inner = '']) => ({
      action,
      fields: Object.fromEntries(
        [...inner.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [name, value],
        ),
      ),
    }),
  );
