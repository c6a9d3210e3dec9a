export const WORKFLOW_STATUSES = ["active", "paused", "draft", "archived"] as const;
export type WorkflowFilter = { status?: (typeof WORKFLOW_STATUSES)[number]; search?: string; tag?: string };

export function parseWorkflowFilter(search: Record<string, unknown>): WorkflowFilter {
  const filter: WorkflowFilter = {};
  const status = WORKFLOW_STATUSES.find((known) => known === search["status"]);
  if (status) filter.status = status;
  for (const name of ["search", "tag"] as const) {
    const given = search[name];
    if (typeof given === "string" && given !== "") filter[name] = given;
  }
  return filter;
}

const WORKFLOW_TABS = ["graph", "definition", "changes", "versions", "runs", "trigger", "share"] as const;
export type WorkflowTab = (typeof WORKFLOW_TABS)[number];
type WorkflowView = { tab?: WorkflowTab; node?: string };

export function parseWorkflowView(search: Record<string, unknown>): WorkflowView {
  const view: WorkflowView = {};
  const tab = WORKFLOW_TABS.find((known) => known === search["tab"]);
  if (tab && tab !== "graph") view.tab = tab;
  if (typeof search["node"] === "string" && search["node"] !== "") view.node = search["node"];
  return view;
}
