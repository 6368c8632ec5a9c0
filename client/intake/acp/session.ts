/** The begin of a session: hello, a new session or one that is gone on with, its mode and its model. */
import type { AcpAgent } from '../../../shared/acp-agents.ts';
import { isCalled, isFreeMode } from '../../../shared/free-modes.ts';
import { isObject } from '../json-rpc.ts';
import { AgentFailure } from './agent-failure.ts';
import { AgentError, Gone, type Params, type Peer } from './peer.ts';
import { lineOf } from './tool-calls.ts';

export interface Wanted {
  readonly known: AcpAgent;
  readonly folder: string;
  /** By which the agent reaches `signalbox mcp`. */
  readonly mcpServers: readonly object[];
  /** As the operator has configured it; null: as it is known to ask a person. */
  readonly mode: string | null;
  readonly model: string | null;
  /** Modes in which nobody is asked, and which the operator's settings allow all the same. */
  readonly freeModes: readonly string[];
  /** An earlier session to go on with. */
  readonly session: string | null;
}

export interface AgentSession {
  readonly id: string;
  /** The agent knows what was said before. */
  readonly isLoaded: boolean;
  /** What it calls itself. */
  readonly title: string;
  readonly mode: string | null;
  /** It can be told something while it works. */
  readonly canSteer: boolean;
}

const CAPABILITIES = {
  fs: { readTextFile: false, writeTextFile: false },
  terminal: false,
  // Without it an agent has no tool to ask questions.
  elicitation: { form: {}, url: {} },
};

/** An agent that says nothing at all must not wait for ever; starting the servers of a project may take minutes. */
const HELLO_MS = 120_000;
const OPEN_MS = 600_000;
const LOGIN_MISSING = -32000;

/** Throws `AgentFailure` and `Gone`. */
export async function openSession(peer: Peer, wanted: Wanted): Promise<AgentSession> {
  const hello = await within(HELLO_MS, 'initialize', peer.call('initialize', HELLO)).catch(
    explained(wanted, {}),
  );
  if (hello.protocolVersion !== 1)
    throw new AgentFailure(
      'protocol',
      `It speaks version ${lineOf(String(hello.protocolVersion))} of the protocol, not 1.`,
    );
  const { opened, id, isLoaded } = await within(OPEN_MS, 'session/new', open(peer, wanted, hello)).catch(
    explained(wanted, hello),
  );
  const mode = await setMode(peer, id, opened, wanted).catch(explained(wanted, hello));
  if (wanted.model !== null) await setModel(peer, id, opened, wanted.model).catch(explained(wanted, hello));
  const { steering } = isObject(hello._meta) ? hello._meta : {};
  const info = isObject(hello.agentInfo) ? hello.agentInfo : {};
  return {
    id,
    isLoaded,
    title: [info.title ?? info.name, info.version].map(lineOf).filter(Boolean).join(' ') || 'The agent',
    mode,
    canSteer: isObject(steering) && steering.supported === true,
  };
}

const HELLO = {
  protocolVersion: 1,
  clientCapabilities: CAPABILITIES,
  clientInfo: { name: 'signalbox', version: '0' },
};

async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const say = () => reject(new AgentFailure('protocol', `It has not answered ${what} in ${ms / 1000} s.`));
    timer = setTimeout(say, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the agent, as a person can do something about it. */
export const explained =
  ({ known }: Pick<Wanted, 'known'>, hello: Params) =>
  (error: unknown): never => {
    if (!(error instanceof AgentError)) throw error;
    if (error.code !== LOGIN_MISSING && !/\bauth(entication)? required\b/i.test(error.message))
      throw new AgentFailure('protocol', `It answered with an error: ${error.message}`);
    const ways = known.login || waysIn(hello);
    throw new AgentFailure(
      'login',
      `It is not logged in (${error.message}). Log in first: ${ways || 'see its manual'}.`,
    );
  };

const waysIn = ({ authMethods }: Params): string =>
  (Array.isArray(authMethods) ? authMethods : [])
    .slice(0, 10)
    .filter(isObject)
    .map(({ name, description }) => lineOf(description) || lineOf(name))
    .join('; ');

interface Opened {
  readonly opened: Params;
  readonly id: string;
  readonly isLoaded: boolean;
}

/** An earlier session that cannot be loaded any more is no failure: the work begins anew, with the whole prompt. */
async function open(peer: Peer, wanted: Wanted, { agentCapabilities }: Params): Promise<Opened> {
  const { folder: cwd, mcpServers, session } = wanted;
  const place = { cwd, mcpServers, _meta: META };
  const canLoad = isObject(agentCapabilities) && agentCapabilities.loadSession === true;
  if (session !== null && canLoad) {
    try {
      const opened = await peer.call('session/load', { sessionId: session, ...place });
      return { opened, id: session, isLoaded: true };
    } catch (error) {
      if (error instanceof Gone) throw error;
    }
  }
  const opened = await peer.call('session/new', place);
  const { sessionId } = opened;
  if (typeof sessionId !== 'string' || sessionId === '')
    throw new AgentFailure('protocol', 'Its session has no id.');
  return { opened, id: sessionId, isLoaded: false };
}

/** Read by Claude alone: our own tool needs no permission. */
const META = { claudeCode: { options: { allowedTools: ['mcp__signalbox__ask_human'] } } };

/** Always: left alone, some agents begin in a mode in which a model decides and the operator is never asked. */
async function setMode(
  peer: Peer,
  sessionId: string,
  opened: Params,
  wanted: Wanted,
): Promise<string | null> {
  const { modes } = opened;
  const available = isObject(modes) ? idsIn(modes.availableModes) : [];
  const option = available.length === 0 ? configOption(opened, 'mode') : null;
  const ids = option ? idsIn(option.options) : available;
  const current = lineOf(isObject(modes) ? modes.currentModeId : option?.currentValue);
  const mode = chosenMode(ids, current, wanted);
  if (mode === null) return null;
  if (option) await peer.call('session/set_config_option', { sessionId, configId: option.id, value: mode });
  else await peer.call('session/set_mode', { sessionId, modeId: mode });
  return mode;
}

function chosenMode(
  ids: readonly string[],
  current: string,
  { mode, known, freeModes }: Wanted,
): string | null {
  const named = (name: string | null) => (name === null ? undefined : ids.find((id) => isCalled(id, name)));
  if (mode !== null) {
    const found = named(mode);
    const isAllowed = (id: string) => !isFreeMode(id) || freeModes.some((name) => isCalled(id, name));
    if (found !== undefined && isAllowed(found)) return found;
    if (found !== undefined)
      throw new AgentFailure(
        'configuration',
        `In mode ${found} nobody is asked, so a unit may choose it only where signalbox.json names it in "modes". It may choose ${ids.filter(isAllowed).join(', ') || 'none'}.`,
      );
    const there = ids.length === 0 ? 'It has no modes' : `It has the modes ${ids.join(', ')}`;
    throw new AgentFailure('configuration', `There is no mode ${mode}. ${there}.`);
  }
  if (ids.length === 0) return null;
  const asking = [named(known.mode), named('default'), current, ...ids].find((id) => id && !isFreeMode(id));
  if (asking !== undefined) return asking;
  throw new AgentFailure(
    'configuration',
    `In each of its modes (${ids.join(', ')}) nobody is asked. Name one as "mode".`,
  );
}

const idsIn = (list: unknown): string[] =>
  (Array.isArray(list) ? list : [])
    .slice(0, 200)
    .filter(isObject)
    .flatMap((each) =>
      Array.isArray(each.options) ? idsIn(each.options) : [each.id ?? each.modelId ?? each.value],
    )
    .filter((id) => typeof id === 'string');

const configOption = ({ configOptions }: Params, category: string): Params | null =>
  (Array.isArray(configOptions) ? configOptions : [])
    .filter(isObject)
    .find((each) => (each.category ?? each.id) === category) ?? null;

async function setModel(peer: Peer, sessionId: string, opened: Params, model: string): Promise<void> {
  const option = configOption(opened, 'model');
  const models = isObject(opened.models) ? idsIn(opened.models.availableModels) : [];
  const ids = option ? idsIn(option.options) : models;
  if (!ids.includes(model))
    throw new AgentFailure(
      'configuration',
      `There is no model ${model}. It has ${ids.join(', ') || 'none to choose from'}.`,
    );
  if (option) await peer.call('session/set_config_option', { sessionId, configId: option.id, value: model });
  else await peer.call('session/set_model', { sessionId, modelId: model });
}
