/**
 * A client of the Model Context Protocol over stdio as Claude Code 2.1.332 is one: it probes with server/discover,
 * says `initialize` with 2025-11-25, lists the tools, and sends the id of the tool call and a progress token with
 * each call. A server that has ended is started again by the next call; calls that it held fail with "Connection
 * closed". Not imitated: other transports, resources, prompts, elicitation, limits of time.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const CLIENT = { name: 'claude-code', title: 'Claude Code', version: '2.1.332' };

export class McpClient {
  #server;
  #child = null;
  #calls = new Map();
  #made = 0;
  tools = [];

  /** `server`: `{ command, args, env }`, as in --mcp-config. */
  constructor(server) {
    this.#server = server;
  }

  /** Whether it is there. */
  async connect() {
    if (this.#child) return true;
    const { command, args = [], env = {} } = this.#server;
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child = child;
    const closed = () => {
      if (this.#child === child) this.#child = null;
      for (const { reject } of this.#calls.values()) reject(new Error('Connection closed'));
      this.#calls.clear();
    };
    child.on('error', closed).on('close', closed);
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line)));
    try {
      await this.#request('server/discover', { _meta: {} }).catch(() => {});
      const capabilities = { roots: { listChanged: true }, elicitation: { form: {}, url: {} } };
      await this.#request('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo: CLIENT });
      this.#send({ method: 'notifications/initialized' });
      this.tools = (await this.#request('tools/list', {})).tools.map(({ name }) => name);
      return true;
    } catch {
      return false;
    }
  }

  /** The text that the tool gives back; throws what it says is an error. */
  async call(name, given, toolUseId) {
    if (!(await this.connect())) throw new Error('Connection closed');
    const _meta = { 'claudecode/toolUseId': toolUseId, progressToken: ++this.#made };
    const { content, isError } = await this.#request('tools/call', { name, arguments: given, _meta });
    const text = content.map((part) => part.text).join('\n');
    if (isError) throw new Error(text);
    return text;
  }

  close() {
    this.#child?.stdin.end();
  }

  #send(message) {
    this.#child?.stdin.write(`${JSON.stringify({ ...message, jsonrpc: '2.0' })}\n`);
  }

  #request(method, params) {
    const id = ++this.#made;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#send({ method, params, id });
    });
  }

  #hear({ id, result, error }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }
}
