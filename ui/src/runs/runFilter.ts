import type { NodeStatus, RunStatus } from "../api/types";

/** What the list of runs is narrowed to; it stands in the address, so that a list can be sent to somebody. */
export type RunFilter = {
  status?: RunStatus;
  nodeStatus?: NodeStatus;
  workflowId?: string;
  search?: string;
  from?: string;
  to?: string;
};

export const RUN_STATUSES: RunStatus[] = ["running", "waiting", "success", "failure", "cancelled"];
export const NODE_STATUSES: NodeStatus[] = ["running", "waiting", "scheduled", "success", "failure", "skipped", "cancelled", "auto_swapping", "pending"];

export function parseRunFilter(search: Record<string, unknown>): RunFilter {
  const filter: RunFilter = {};
  const text = (name: string) => (typeof search[name] === "string" && search[name] !== "" ? (search[name] as string) : undefined);
  const status = RUN_STATUSES.find((known) => known === search["status"]);
  const nodeStatus = NODE_STATUSES.find((known) => known === search["nodeStatus"]);
  if (status) filter.status = status;
  if (nodeStatus) filter.nodeStatus = nodeStatus;
  for (const name of ["workflowId", "search", "from", "to"] as const) {
    const given = text(name);
    if (given !== undefined) filter[name] = given;
  }
  return filter;
}

export function isNarrowed(filter: RunFilter): boolean {
  return Object.keys(filter).length > 0;
}
