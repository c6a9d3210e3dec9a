import { randomUUID } from "node:crypto";

/** The server that the app is tried before, as a program talks to it. */

function named(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it says which server the app is tried before`);
  return value;
}

export const url = (): string => named("CHAINKEEL_URL").replace(/\/$/, "");
export const adminKey = (): string => named("CHAINKEEL_API_KEY");

// What the tests read of answers they hold against what they expect: a type for each would say less.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Data = any;

const PATIENCE = 30_000;
const PAUSE = 100;

export class Server {
  constructor(
    private readonly key: string = adminKey(),
    readonly organization?: string,
  ) {}

  /** An organization that was just founded, and this server in it. */
  async founded(name: string): Promise<Server> {
    return new Server(this.key, (await this.post("/v1/organizations", { name })).id);
  }

  async get(path: string): Promise<Data> {
    return this.send("GET", path);
  }

  async post(path: string, body: unknown = {}): Promise<Data> {
    return this.send("POST", path, body);
  }

  async put(path: string, body: unknown): Promise<Data> {
    return this.send("PUT", path, body);
  }

  async send(method: string, path: string, body?: unknown): Promise<Data> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.key}` };
    if (this.organization !== undefined) headers["X-Org-ID"] = this.organization;
    if (body !== undefined) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": randomUUID() });
    const response = await fetch(url() + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const read = text === "" ? undefined : JSON.parse(text);
    return read?.data ?? read;
  }

  /** What a stranger is told who asks for something, whatever its status. */
  async asked(path: string, headers: Record<string, string> = {}): Promise<Data> {
    const response = await fetch(url() + path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: "{}" });
    return response.json().catch(() => undefined);
  }

  /** Asks until the answer is as it should be. */
  async until<T extends Data>(ask: () => Promise<T>, isGood: (answer: T) => boolean, what: string): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const answer = await ask();
      if (isGood(answer)) return answer;
      if (Date.now() > end) throw new Error(`It did not come to pass that ${what}; the last answer: ${JSON.stringify(answer).slice(0, 2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** A draft; its id. */
  async draft(name: string, definition: unknown, more: object = {}): Promise<string> {
    return (await this.post("/v1/workflows", { name, definition, ...more })).id;
  }

  /** A live workflow; its id. */
  async live(name: string, definition: unknown, more: object = {}): Promise<string> {
    const id = await this.draft(name, definition, more);
    await this.post(`/v1/workflows/${id}/publish`);
    return id;
  }

  /** A run that has begun; its id. */
  async run(workflow: string, payload: unknown = {}): Promise<string> {
    return (await this.post(`/v1/workflows/${workflow}/run`, { payload })).runId;
  }

  /** A run in the state that is waited for. */
  async runIs(run: string, status: string): Promise<Data> {
    return this.until(() => this.get(`/v1/runs/${run}`), (shown) => shown.status === status, `run ${run} is ${status}`);
  }

  /** The ledger of a run, as an auditor reads it. */
  async ledger(run: string): Promise<Data[]> {
    const events: Data[] = [];
    for (;;) {
      const { items } = await this.get(`/v1/runs/${run}/events?after=${events.length}&limit=1000`);
      if (items.length === 0) return events;
      events.push(...items);
    }
  }

  /** The open task of a run. */
  async taskOf(run: string): Promise<Data> {
    const page = await this.until(() => this.get(`/v1/tasks?runId=${run}`), ({ items }) => items.length > 0, `run ${run} has a task`);
    return page.items[0];
  }
}
