import type { RunSummary } from "../api/types";

export type Cause = { key: string; workflowId: string; node: string | undefined; code: string; message: string; count: number; first: string; last: string; lastRun: string };

/** Failed runs by what made them fail: the workflow, its node and the code; the most frequent first. */
export function causesOf(runs: RunSummary[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const run of runs) {
    const code = run.failureCode ?? "unknown";
    const node = run.failedNodeId ?? undefined;
    const key = JSON.stringify([run.workflowId, node?.split(".")[0], code]);
    const known = causes.get(key);
    // The latest come first.
    if (known) causes.set(key, { ...known, count: known.count + 1, first: run.startedAt });
    else causes.set(key, { key, workflowId: run.workflowId, node, code, message: run.failureMessage ?? "", count: 1, first: run.startedAt, last: run.startedAt, lastRun: run.id });
  }
  return [...causes.values()].sort((one, other) => other.count - one.count);
}
