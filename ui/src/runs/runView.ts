/** What of a run is looked at; it stands in the address. */
export const RUN_TABS = ["graph", "shown", "timeline", "data", "ledger", "lineage", "proof"] as const;
export type RunTab = (typeof RUN_TABS)[number];
export type RunView = { tab?: RunTab; node?: string };

export function parseRunView(search: Record<string, unknown>): RunView {
  const view: RunView = {};
  const tab = RUN_TABS.find((known) => known === search["tab"]);
  if (tab && tab !== "graph") view.tab = tab;
  if (typeof search["node"] === "string" && search["node"] !== "") view.node = search["node"];
  return view;
}
