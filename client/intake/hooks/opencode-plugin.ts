/**
 * The plugin that tells `signalbox hook opencode` what happens in opencode, which has no hooks of its own: one file in
 * the folder of the person's plugins. It runs inside opencode, so it must not throw and waits for nobody. Where no
 * session has asked anything yet, nothing is started at the end of a call or of a turn unless it may be asked about.
 */
const FIRST_LINE =
  '// Written by "signalbox hooks install opencode"; "signalbox hooks uninstall opencode" removes it.';

/** `command`: what a shell would run. */
export const pluginText = (command: string): string => `${FIRST_LINE}
import { spawn } from 'node:child_process';

const COMMAND = ${JSON.stringify(command)};

/** What the hook says of an event: an object, or null where there is nothing to do. */
function told(event) {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', 'exec ' + COMMAND], { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.on('error', () => resolve(null));
    child.on('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        resolve(null);
      }
    });
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify({ ...event, pid: process.pid }));
  });
}

export const Signalbox = async ({ client, directory }) => {
  const post = (url, body) =>
    client._client.post({ url, body, headers: { 'content-type': 'application/json' } }).catch(() => {});
  const asking = new Map();
  const sessions = new Set();
  const tell = (what, session, more = {}) => told({ event: what, session, folder: directory, ...more });
  const permission = async (asked) => {
    const { id, sessionID, permission, patterns, metadata } = asked;
    asking.set(id, asked);
    sessions.add(sessionID);
    const said = await tell('permission', sessionID, { tool: permission, input: { ...metadata, patterns } });
    if (said?.reply && asking.has(id)) await post('/permission/' + id + '/reply', said);
  };
  const question = async (asked) => {
    const { id, sessionID, questions } = asked;
    asking.set(id, asked);
    sessions.add(sessionID);
    const said = await tell('question', sessionID, { questions });
    if (!asking.has(id) || !said) return;
    if (said.answers) await post('/question/' + id + '/reply', { answers: said.answers });
    else if (said.refused) await post('/question/' + id + '/reject', {});
  };
  const idling = new Set();
  const idle = async (session) => {
    idling.add(session);
    const said = await tell('idle', session);
    if (!said?.words) return;
    const parts = [{ type: 'text', text: said.words }];
    await client.session.promptAsync({ path: { id: session }, body: { parts } }).catch(() => {});
  };
  const settled = (id, session) => {
    if (asking.delete(id)) void tell('settled', session);
  };
  const on = ({ type, properties: about }) => {
    if (type === 'permission.asked') void permission(about);
    else if (type === 'question.asked') void question(about);
    else if (/^(permission|question)\\.(replied|rejected)$/.test(type)) settled(about.requestID, about.sessionID);
    else if (type === 'session.idle') void idle(about.sessionID);
    else if (type === 'session.status' && about.status.type === 'busy') {
      if (idling.delete(about.sessionID)) void tell('settled', about.sessionID);
    } else if (type === 'session.deleted') void tell('ended', about.sessionID ?? about.info?.id);
  };
  return {
    event: async ({ event }) => {
      try {
        on(event);
      } catch {
        // opencode goes on.
      }
    },
    dispose: async () => {
      await Promise.all([...sessions].map((session) => tell('ended', session)));
    },
  };
};
`;

/** Whether a file is the plugin, as we or an earlier version have written it. */
export const isPlugin = (text: string): boolean => text.startsWith(FIRST_LINE);
