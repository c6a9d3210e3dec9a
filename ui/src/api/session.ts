/**
 * Who uses the app. A person has a pair of tokens that all tabs share; a holder of an API key has it in one tab
 * only. No cookie is set, so that no other site can act in somebody's name.
 */
import { useSyncExternalStore } from "react";
import { parseJson } from "./exactJson";
import { Problem } from "./problem";
import type { components } from "./schema";
import { read, write } from "./storage";

type Tokens = components["schemas"]["Tokens"];
type Session = { kind: "person"; tokens: Tokens } | { kind: "key"; key: string };

const TOKENS = "tokens";
const KEY = "key";
const ORGANIZATION = "organization";
/** An access token is renewed so long before it ends, in milliseconds. */
const EARLY = 30_000;

let current: Session | undefined = load();
let endedBy: Problem | undefined;
const listeners = new Set<() => void>();

function load(): Session | undefined {
  const key = read<string>("tab", KEY);
  if (key !== undefined) return { kind: "key", key };
  const tokens = read<Tokens>("browser", TOKENS);
  return tokens && { kind: "person", tokens };
}

function tell(next: Session | undefined): void {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

globalThis.addEventListener?.("storage", (event) => {
  // Another tab signed in, out, or has newer tokens.
  if (event.key === `chainkeel.${TOKENS}` || event.key === null) tell(load());
});

export function useSession(): Session | undefined {
  return useSyncExternalStore(subscribe, () => current);
}

/** Why the last session ended, where it was not by the person's own wish. */
export function whyEnded(): Problem | undefined {
  return endedBy;
}

export function signedIn(session: Session): void {
  endedBy = undefined;
  if (session.kind === "key") {
    write("tab", KEY, session.key);
  } else {
    write("tab", KEY, undefined);
    write("browser", TOKENS, session.tokens);
  }
  tell(session);
}

export function signedOut(why?: Problem): void {
  endedBy = why;
  if (current?.kind === "person") write("browser", TOKENS, undefined);
  write("tab", KEY, undefined);
  write("tab", ORGANIZATION, undefined);
  tell(undefined);
}

/** The organization that this tab works in; each tab may have another. */
export function organization(): string | undefined {
  return read<string>("tab", ORGANIZATION) ?? read<string>("browser", ORGANIZATION);
}

export function chooseOrganization(id: string | undefined): void {
  write("tab", ORGANIZATION, id);
  write("browser", ORGANIZATION, id);
  tell(current);
}

export function useOrganization(): string | undefined {
  return useSyncExternalStore(subscribe, organization);
}

/** What to send as the credential, renewed where it is about to end or was refused. */
export async function credential(refused?: string): Promise<string | undefined> {
  const session = current;
  if (session === undefined || session.kind === "key") return session?.key;
  if (!isOver(session.tokens, refused)) return session.tokens.accessToken;
  return exclusively(async () => {
    // Meanwhile another tab may have renewed them: a refresh token is good once.
    const stored = read<Tokens>("browser", TOKENS);
    if (stored === undefined) return undefined;
    if (!isOver(stored, refused)) {
      tell({ kind: "person", tokens: stored });
      return stored.accessToken;
    }
    const tokens = await renew(stored.refreshToken);
    if (tokens) signedIn({ kind: "person", tokens });
    return tokens?.accessToken;
  });
}

function isOver(tokens: Tokens, refused: string | undefined): boolean {
  return tokens.accessToken === refused || Date.parse(tokens.expiresAt) - EARLY < Date.now();
}

async function renew(refreshToken: string): Promise<Tokens | undefined> {
  const response = await fetch("/v1/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refreshToken }),
  });
  const text = await response.text();
  if (response.ok) return (parseJson(text) as unknown as { data: Tokens }).data;
  const problem = Problem.of(response.status, text);
  if (response.status !== 401) throw problem;
  signedOut(problem);
  return undefined;
}

let queue: Promise<unknown> = Promise.resolve();

/** One renewal at a time, in all tabs where the browser can say so, else in this one. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks) return locks.request("chainkeel.refresh", work) as Promise<T>;
  const turn = queue.then(work, work);
  queue = turn.catch(() => undefined);
  return turn;
}
