import { writeJson, type JsonObject } from "../api/exactJson";

/** A call of a tool, as the server hands it over: it fits the schema of the tool. */
export type Call = { id: string; tool: string; arguments: JsonObject; acts: boolean };

/** Where one can look at what a tool looked at. */
export type Trace = { words: string; to?: string; search?: Record<string, string> };

/** What would be sent if the person agrees: this, and nothing else. */
export type Order = { path: string; id?: string; body?: JsonObject };

export type Proposal = { title: string; about?: string; danger: boolean; verb: string; order: Order; key: string };

/** What came of a call. */
export type Outcome = { result: string; trace: Trace; isBad: boolean };

/** A step of a conversation, in the order in which it is shown. */
export type Step =
  | { kind: "question"; text: string }
  | { kind: "answer"; text: string | undefined; calls: Call[]; isCut: boolean }
  | { kind: "looked"; callId: string; outcome: Outcome }
  | { kind: "proposal"; callId: string; proposal: Proposal; state: "open" | "sending" | "done" | "declined" | "failed"; outcome?: Outcome; error?: unknown };

/** A message as the server takes it. */
type Message = { role: "person" | "assistant" | "tool"; text?: string; calls?: { id: string; tool: string; arguments: JsonObject }[]; callId?: string; result?: string };

/** Below what the server takes: 200 messages and 512 KiB. */
const MESSAGES = 160;
const BYTES = 400_000;
/** How much of a result a model is given; runs with a long ledger have more. */
const LETTERS = 24_000;

/** A value as a model is given it: every digit, and no more than it can make sense of. */
export function resultOf(value: unknown): string {
  const text = writeJson(value);
  return text.length <= LETTERS ? text : `${text.slice(0, LETTERS)}… (cut here: ${text.length - LETTERS} of ${text.length} characters are left out; look at less at a time)`;
}

function messageOf(step: Step): Message | undefined {
  switch (step.kind) {
    case "question":
      return { role: "person", text: step.text };
    case "answer":
      return { role: "assistant", ...(step.text !== undefined && { text: step.text }), calls: step.calls.map(({ id, tool, arguments: given }) => ({ id, tool, arguments: given })) };
    case "looked":
      return { role: "tool", callId: step.callId, result: step.outcome.result };
    case "proposal":
      return step.outcome && { role: "tool", callId: step.callId, result: step.outcome.result };
  }
}

const sizeOf = (messages: Message[]) => new TextEncoder().encode(writeJson(messages)).length;

/** The conversation as it is sent: from a question on, without the oldest where it is too long. */
export function messagesOf(steps: Step[]): { messages: Message[]; isShortened: boolean } {
  let messages = steps.flatMap((step) => messageOf(step) ?? []);
  let isShortened = false;
  while (messages.length > MESSAGES || sizeOf(messages) > BYTES) {
    const next = messages.findIndex(({ role }, index) => index > 0 && role === "person");
    // One question alone is within the bounds of its parts, or is told to be too long by the server.
    if (next < 0) break;
    messages = messages.slice(next);
    isShortened = true;
  }
  return { messages, isShortened };
}

/** The calls of the last answer that have no result yet. */
export function openCalls(steps: Step[]): Call[] {
  const last = steps.findLastIndex(({ kind }) => kind === "answer");
  const answer = steps[last];
  if (answer?.kind !== "answer") return [];
  const settled = new Set(steps.slice(last + 1).flatMap((step) => ((step.kind === "looked" || (step.kind === "proposal" && step.outcome)) ? [step.callId] : [])));
  return answer.calls.filter(({ id }) => !settled.has(id));
}
