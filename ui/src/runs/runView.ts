/** What of a run is looked at; it stands in the address. */
const RUN_TABS = ["graph", "shown", "timeline", "data", "money", "ledger", "lineage", "proof"] as const;
export type RunTab = (typeof RUN_TABS)[number];
/** `event` is the place of an event in the ledger of the run, from 1. */
type RunView = { tab?: RunTab; node?: string; event?: number };

export function parseRunView(search: Record<string, unknown>): RunView {
  const view: RunView = {};
  const tab = RUN_TABS.find((known) => known === search["tab"]);
  if (tab && tab !== "graph") view.tab = tab;
  if (typeof search["node"] === "string" && search["node"] !== "") view.node = search["node"];
  const event = Number(search["event"]);
  if (Number.isInteger(event) && event > 0) view.event = event;
  return view;
}

/** Two runs beside one another. */
export type Comparison = { left?: string; right?: string };

export function parseComparison(search: Record<string, unknown>): Comparison {
  const text = (name: string) => (typeof search[name] === "string" && search[name] !== "" ? { [name]: search[name] } : {});
  return { ...text("left"), ...text("right") };
}

export const SEARCH_KINDS = ["workflow", "node", "run", "error"] as const;
export type SearchView = { q?: string; kind?: (typeof SEARCH_KINDS)[number] };

export function parseSearchView(search: Record<string, unknown>): SearchView {
  const kind = SEARCH_KINDS.find((known) => known === search["kind"]);
  // A word of digits alone is read as a number out of the address.
  const q = typeof search["q"] === "string" || typeof search["q"] === "number" ? String(search["q"]) : "";
  return { ...(q !== "" && { q }), ...(kind && { kind }) };
}
