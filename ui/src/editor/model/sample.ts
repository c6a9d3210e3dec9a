/** What a node may read, with what is known of it. */
import { asObject, asText, type Json, type JsonObject } from "../../api/exactJson";
import type { Definition, NodeRecord } from "../../api/types";
import { CANVAS } from "../../graph/canvasOf";
import { before, loopsAround } from "./links";
import { expressionsIn, pathOf } from "./expressions";
import { ROOT } from "./ids";

export type States = Record<string, NodeRecord>;
export type Known = {
  /** Of a run or a simulation. */
  states: States;
  /** Results that are pinned to nodes. */
  pinned: JsonObject;
  /** What the trigger would bring, where nothing has run. */
  trigger: Json | undefined;
};

/** What a node did; of a node in a loop, what it did in its first turn. */
export function recordOf(states: States, id: string): NodeRecord | undefined {
  return states[id] ?? states[Object.keys(states).find((place) => place.split(".")[0] === id) ?? ""];
}

export function resultOf(known: Known, id: string): Json | undefined {
  return recordOf(known.states, id)?.result ?? known.pinned[id];
}

/** Everything that expressions of a node can begin with. */
export function inputOf(definition: Definition, id: string, known: Known): JsonObject {
  const trigger = recordOf(known.states, ROOT)?.result ?? known.pinned[ROOT] ?? known.trigger;
  const input: Record<string, Json | undefined> = {};
  if (id !== ROOT && trigger !== undefined) input["$trigger"] = trigger;
  if (definition["inputSchema"] !== undefined) input["$inputs"] = asObject(trigger)["body"];
  const props = Object.entries(asObject(definition["props"])).filter(([name]) => name !== CANVAS);
  if (props.length > 0) input["$props"] = Object.fromEntries(props);
  const variables = definition["variableDefs"];
  if (Array.isArray(variables)) input["$vars"] = Object.fromEntries(variables.map(asObject).map((each) => [asText(each["name"]) ?? "", each["default"] ?? null]));
  const loops = loopsAround(definition, id);
  loops.slice(0, 2).forEach((loop, up) => {
    const list = asObject(recordOf(known.states, loop)?.input)["array"];
    input[up === 0 ? "$item" : "$parent_item"] = Array.isArray(list) ? list[0] : undefined;
    input[up === 0 ? "$index" : "$parent_index"] = 0;
  });
  const above = before(definition, id);
  for (const name of Object.keys(definition.nodes)) {
    if (name === ROOT || loops.includes(name) || !above.has(name)) continue;
    const result = resultOf(known, name);
    if (result !== undefined && result !== null) input[name] = { result };
  }
  return Object.fromEntries(Object.entries(input).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export type Reading = { expression: string; state: "known" | "missing" | "later"; value?: Json | undefined };

/** What the expressions of a payload come to with what is known. Those that are more than a path are worked out by the run. */
export function readingsOf(payload: Json | undefined, input: JsonObject): Reading[] {
  return expressionsIn(payload).map((expression): Reading => {
    const path = pathOf(expression);
    if (!path) return { expression, state: "later" };
    const [head = "", ...steps] = path[0] === "$nodes" ? path.slice(1) : path;
    if (head === ROOT && steps[0] === "result") return readingAt(expression, input["$trigger"], steps.slice(1));
    return head in input ? readingAt(expression, input[head], steps) : { expression, state: "later" };
  });
}

function readingAt(expression: string, start: Json | undefined, steps: string[]): Reading {
  const value = steps.reduce<Json | undefined>((at, name) => (Array.isArray(at) ? at[Number(name)] : asObject(at)[name]), start);
  return value === undefined ? { expression, state: "missing" } : { expression, state: "known", value };
}
