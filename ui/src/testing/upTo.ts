/** Tests of a part of a draft: what is given to it, and what of the play is shown. */
import { asObject, asText, isObject, type Json, type JsonObject } from "../api/exactJson";
import type { Definition, NodeRecord, NodeType } from "../api/types";
import { before } from "../editor/model/links";
import { ROOT } from "../editor/model/ids";
import { recordOf, type States } from "../editor/model/sample";
import type { Simulated } from "../editor/useSamples";

export type Mock = { node: string; response: Json };

/** Nodes of the logic that are answered from outside, and with what part of their result. */
const ANSWERED: Record<string, (result: Json) => Json> = {
  wait: (result) => asObject(result)["triggerResult"] ?? {},
  "manual-task": (result) => asObject(result)["data"] ?? {},
  "call-workflow": (result) => asObject(result)["output"] ?? {},
  "trigger-workflow": (result) => result,
};

/** The mocks that answer for the nodes before one, with results that are known. What is no effect is executed anyhow. */
export function mocksOf(definition: Definition, id: string, input: JsonObject, typeOf: (type: string) => NodeType | undefined): Mock[] {
  return [...before(definition, id)].flatMap((name): Mock[] => {
    const result = asObject(input[name])["result"];
    const type = definition.nodes[name]?.type ?? "";
    if (name === ROOT || name === id || result === undefined) return [];
    const answer = ANSWERED[type];
    if (answer) return [{ node: name, response: answer(result) }];
    return typeOf(type)?.role === "action" ? [{ node: name, response: result }] : [];
  });
}

/** What of an input can be said: what the trigger brings, and what the nodes before it gave. The rest follows. */
export function sayable(input: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => name === "$trigger" || (!name.startsWith("$") && isObject(value))));
}

export function triggerOf(input: JsonObject): { payload: JsonObject; headers: Record<string, string> } {
  const trigger = asObject(input["$trigger"]);
  const headers = Object.entries(asObject(trigger["headers"])).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { payload: asObject(trigger["body"]), headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])) };
}

/** A play as far as a node. The server plays all of it; what does not lead to the node is told as not played. */
export function cut(result: Simulated, definition: Definition, upTo: string): Simulated {
  const shown = new Set([...before(definition, upTo), upTo]);
  const kept = Object.entries(result.executionState).filter(([place]) => shown.has(place.split(".")[0] ?? place));
  const rest = Object.entries(definition.nodes)
    .filter(([id]) => !shown.has(id))
    .map(([id, { type }]) => [id, { type, status: "not_played", attempt: 0 } as unknown as NodeRecord] as const);
  const executionState: States = Object.fromEntries([...kept, ...rest]);
  const record = recordOf(executionState, upTo);
  return {
    ...result,
    executionState,
    status: record?.status ?? "skipped",
    failure: record?.error ? (record.error as unknown as NonNullable<Simulated["failure"]>) : null,
    output: null,
    stopped: record === undefined ? (result.stopped ?? null) : null,
    transactions: result.transactions.filter(({ node }) => shown.has(node.split(".")[0] ?? node)),
    upTo,
  };
}

/** How long a node took, in milliseconds; of a play in virtual time. */
export function tookOf(record: NodeRecord | undefined): number | undefined {
  const [from, to] = [asText(record?.startedAt), asText(record?.finishedAt)];
  return from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from);
}

/** What helps against failures of a kind, where nothing nearer is known. */
export const CURES: Record<string, string> = {
  funds: "Put what is missing into the wallet, or send less.",
  amount: "Look at the amount and its unit: it is not one that can be sent.",
  config: "Look at the settings of the node and of the server: something is missing or not what it should be.",
  auth: "Look at the connector: its credentials are refused. Test it, or connect it again.",
  network: "The other side could not be reached. Attempts (retryPolicy) bridge what is short.",
  service: "The other side answered with a failure. Attempts (retryPolicy) help where it passes by itself.",
  onchain: "The chain refuses it: look at the contract, its arguments and the state it stands in.",
  validation: "What the node was given is not what it asks for: look at its input and at the expressions that make it.",
  internal: "The fault is the server’s: its log has more.",
  timeout: "It took longer than it may: give it more time by timeoutMs, or let it do less.",
  limit: "A limit was reached: docs/workflows.md lists them. Page the work, or let it be less.",
};
