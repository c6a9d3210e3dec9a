/** The facts of a run's ledger, in words and as stretches of time. */
import { asObject, asText, type JsonObject } from "../api/exactJson";
import type { Definition, LedgerEvent } from "../api/types";

/** What an event says: its payload has the fact under the fact's name. */
export function factOf(event: LedgerEvent): JsonObject {
  return asObject(event.payload[event.type] ?? Object.values(event.payload)[0]);
}

/** The place in the graph that an event is about, with its iteration. */
export function placeOf(event: LedgerEvent): string | undefined {
  return asText(factOf(event)["node"]);
}

/** The node of a place: `ask.3` is the fourth iteration of `ask`. */
export function nodeOf(place: string): string {
  return place.split(".")[0] ?? place;
}

function momentOf(event: LedgerEvent): number {
  return Date.parse(asText(factOf(event)["at"]) ?? event.recordedAt);
}

export type Kind = "run" | "wait" | "retry" | "delay" | "queue";
type Stretch = { kind: Kind; from: number; to: number | undefined; attempt: number; ended?: string; due?: number };
export type Lane = { place: string; type: string; stretches: Stretch[]; outcome: string | undefined };

const OPENS: Record<string, Kind> = {
  node_started: "run",
  loop_started: "run",
  retry_scheduled: "retry",
  delay_started: "delay",
  wait_opened: "wait",
};
const ENDS: Record<string, string> = {
  node_succeeded: "success",
  node_failed: "failure",
  node_skipped: "skipped",
  node_cancelled: "cancelled",
};

/** The nodes that a node comes after, by the definition of the run. */
type Parents = Map<string, string[]>;

export function parentsOf(definition: Definition | null | undefined): Parents {
  const parents: Parents = new Map();
  for (const [name, node] of Object.entries(definition?.nodes ?? {})) {
    for (const child of node.children ?? []) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  return parents;
}

/**
 * Each place's stretches of running and waiting, in the order in which the places began. Where it is known what a node
 * comes after, the time from then until somebody took it up is a stretch of its own.
 */
export function lanesOf(events: LedgerEvent[], parents: Parents = new Map()): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const event of events) {
    const place = placeOf(event);
    if (place === undefined) continue;
    const fact = factOf(event);
    const lane = lanes.get(place) ?? { place, type: "", stretches: [], outcome: undefined };
    lanes.set(place, lane);
    lane.type = asText(fact["kind"]) ?? lane.type;
    take(lane, event, fact);
  }
  const begun = [...lanes.values()].filter((lane) => lane.stretches.length > 0);
  if (parents.size > 0) addQueues(begun, events, parents);
  return begun;
}

/** Shorter than this, it is the writing of the event itself. */
const LEAST_QUEUE_MS = 1;

function addQueues(lanes: Lane[], events: LedgerEvent[], parents: Parents): void {
  const ended = new Map<string, number>();
  for (const event of events) {
    const place = placeOf(event);
    if (place !== undefined && ENDS[event.type] !== undefined) ended.set(place, momentOf(event));
  }
  const began = events[0] && momentOf(events[0]);
  for (const lane of lanes) {
    const first = lane.stretches[0];
    // A node within a loop begins with its iteration, which the ledger tells by itself.
    if (!first || lane.place.includes(".") || !parents.has(lane.place)) continue;
    const before = (parents.get(lane.place) ?? []).map((parent) => ended.get(parent)).filter((at) => at !== undefined && at <= first.from) as number[];
    const ready = before.length > 0 ? Math.max(...before) : began;
    if (ready !== undefined && first.from - ready >= LEAST_QUEUE_MS) lane.stretches.unshift({ kind: "queue", from: ready, to: first.from, attempt: 1 });
  }
}

function take(lane: Lane, event: LedgerEvent, fact: JsonObject): void {
  const at = momentOf(event);
  let open = lane.stretches.at(-1);
  const kind = OPENS[event.type];
  const ended = ENDS[event.type];
  if (kind === undefined && ended === undefined) return;
  if (open?.to === undefined && open?.due !== undefined && open.due < at && kind === "run") {
    // The attempt was due before anybody took it up.
    open.to = open.due;
    open = { kind: "queue", from: open.due, to: undefined, attempt: Number(fact["attempt"] ?? 1) };
    lane.stretches.push(open);
  }
  if (open && open.to === undefined) {
    open.to = at;
    if (ended) open.ended = ended;
  } else if (ended === "success" || ended === "failure") {
    // A pure node begins and ends with one fact.
    lane.stretches.push({ kind: "run", from: at, to: at, attempt: Number(fact["attempt"] ?? 1), ended });
  }
  if (kind) {
    const due = kind === "retry" ? Date.parse(asText(fact["dueAt"]) ?? "") : NaN;
    lane.stretches.push({ kind, from: at, to: undefined, attempt: Number(fact["attempt"] ?? 1), ...(Number.isFinite(due) && { due }) });
    lane.outcome = undefined;
  }
  if (ended) lane.outcome = ended;
}

const TITLES: Record<string, string> = {
  started: "The run began",
  node_started: "Started",
  effect_repeated: "Performed again, outcome unknown",
  node_succeeded: "Succeeded",
  node_failed: "Failed",
  retry_scheduled: "Next attempt scheduled",
  failure_handled: "Failure handled",
  loop_started: "Loop began",
  iteration_started: "Iteration began",
  node_skipped: "Skipped",
  node_cancelled: "Cancelled",
  delay_started: "Delay began",
  wait_opened: "Waits",
  wait_marked: "Waits for something else",
  wait_resumed: "Resumed",
  wait_timed_out: "Wait timed out",
  paused: "The run was paused",
  unpaused: "The run goes on",
  history_grew_long: "The history grew long",
  limit_reached: "A limit was reached",
  compensation_started: "Undoing began",
  compensation_ended: "Undoing ended",
  event_emitted: "Event emitted",
  cancel_requested: "Cancel requested",
  succeeded: "The run succeeded",
  failed: "The run failed",
  cancelled: "The run was cancelled",
};

export function titleOf(event: LedgerEvent): string {
  return TITLES[event.type] ?? event.type.replaceAll("_", " ");
}

/** What else is worth saying about an event in a line. */
export function remarkOf(event: LedgerEvent): string | undefined {
  const fact = factOf(event);
  const failure = asObject(fact["failure"]);
  if (failure["code"] !== undefined) return `${asText(failure["code"])}: ${asText(failure["message"]) ?? ""}`;
  if (event.type === "node_started" && Number(fact["attempt"]) > 1) return `attempt ${String(fact["attempt"])}`;
  if (event.type === "node_succeeded" && fact["branch"] !== undefined) return `branch ${asText(fact["branch"])}`;
  if (event.type === "retry_scheduled") return `attempt ${String(fact["attempt"])}`;
  return asText(fact["reason"]) ?? (fact["by"] === undefined ? undefined : `by ${String(fact["by"])}`);
}

/** The sign of the status that an event brings about. */
export function signOf(event: LedgerEvent): string {
  const signs: Record<string, string> = {
    node_started: "begun",
    loop_started: "begun",
    iteration_started: "begun",
    effect_repeated: "begun",
    node_succeeded: "success",
    succeeded: "success",
    node_failed: "failure",
    failed: "failure",
    limit_reached: "failure",
    retry_scheduled: "scheduled",
    delay_started: "scheduled",
    wait_opened: "waiting",
    wait_marked: "waiting",
    wait_resumed: "success",
    wait_timed_out: "failure",
    node_skipped: "skipped",
    node_cancelled: "cancelled",
    cancelled: "cancelled",
    cancel_requested: "cancelled",
    paused: "paused",
    unpaused: "begun",
    started: "begun",
  };
  return signs[event.type] ?? "pending";
}
