/** Results that are pinned to nodes follow them to other names, and back when the step is taken back. */
import type { JsonObject } from "../../api/exactJson";

export type Renaming = { from: string; to: string };

/** The pins by the names that the nodes have now; the same ones where nothing is to be moved. */
export function followed(pins: JsonObject, nodes: Record<string, unknown>, renamings: Renaming[]): JsonObject {
  const isThere = (id: string) => Object.hasOwn(nodes, id);
  const lost = Object.keys(pins).filter((id) => !isThere(id));
  if (lost.length === 0 || renamings.length === 0) return pins;
  const moved = new Map<string, string>();
  for (const id of lost) {
    const name = nameNow(id, isThere, renamings);
    if (name === undefined || Object.hasOwn(pins, name) || [...moved.values()].includes(name)) continue;
    moved.set(id, name);
  }
  return moved.size === 0 ? pins : Object.fromEntries(Object.entries(pins).map(([id, pinned]) => [moved.get(id) ?? id, pinned]));
}

/** The nearest name that a node had or got, and that is there. */
function nameNow(id: string, isThere: (id: string) => boolean, renamings: Renaming[]): string | undefined {
  const seen = new Set([id]);
  for (const at of seen) {
    if (isThere(at)) return at;
    // The latest first: a name may have been another node's before.
    for (const { from, to } of renamings.toReversed()) {
      if (from === at) seen.add(to);
      if (to === at) seen.add(from);
    }
  }
  return undefined;
}
