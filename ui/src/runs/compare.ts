import type { NodeRecord, Run } from "../api/types";
import { changesBetween, type Change } from "./changes";

export type NodePair = { place: string; left: NodeRecord | undefined; right: NodeRecord | undefined; tookLeft: number | undefined; tookRight: number | undefined; changes: Change[] };

/** What tells two runs apart at a node. Times always differ, and are told beside. */
function tellingOf(node: NodeRecord | undefined) {
  if (!node) return undefined;
  return { type: node.type, status: node.status, attempt: node.attempt, branch: node.branch ?? null, input: node.input ?? null, result: node.result ?? null, error: node.error ? { code: node.error.code, message: node.error.message } : null };
}

const took = (node: NodeRecord | undefined) => (node?.startedAt && node.finishedAt ? Date.parse(node.finishedAt) - Date.parse(node.startedAt) : undefined);

/** The nodes of two runs, in the order in which the left one began them; those that nobody began come last. */
export function pairsOf(left: Run, right: Run): NodePair[] {
  const [one, other] = [left.executionState ?? {}, right.executionState ?? {}];
  const begun = (place: string) => Date.parse(one[place]?.startedAt ?? other[place]?.startedAt ?? "") || Infinity;
  const places = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const byBeginning = places.map((place, index) => ({ place, index, at: begun(place) })).sort((a, b) => (a.at === b.at ? a.index - b.index : a.at - b.at));
  return byBeginning.map(({ place }) => ({
    place,
    left: one[place],
    right: other[place],
    tookLeft: took(one[place]),
    tookRight: took(other[place]),
    changes: changesBetween(tellingOf(one[place]) as never, tellingOf(other[place]) as never),
  }));
}
