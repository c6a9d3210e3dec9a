import { isObject, parseJson, writeJson, type Json, type JsonObject } from "../api/exactJson";

const TABLE_TABS = ["rows", "columns", "files", "history"] as const;
export type TableTab = (typeof TABLE_TABS)[number];
/** What of a table is looked at; it stands in the address. `filter` is what the API takes, as JSON. */
export type TableView = { tab?: TableTab; filter?: string; sort?: string };

export function parseTableView(search: Record<string, unknown>): TableView {
  const view: TableView = {};
  const tab = TABLE_TABS.find((known) => known === search["tab"]);
  if (tab && tab !== "rows") view.tab = tab;
  // The router reads what looks like JSON in an address.
  const filter = typeof search["filter"] === "object" && search["filter"] !== null ? writeJson(search["filter"]) : search["filter"];
  if (typeof filter === "string" && filter !== "") view.filter = filter;
  if (typeof search["sort"] === "string" && search["sort"] !== "") view.sort = search["sort"];
  return view;
}

export const COMPARISONS = { eq: "is", ne: "is not", lt: "less than", lte: "at most", gt: "more than", gte: "at least", contains: "contains", startsWith: "begins with" } as const;
export type Comparison = keyof typeof COMPARISONS;
type Condition = { column: string; by: Comparison; value: Json };

/** The conditions of a filter, one by one. */
export function conditionsOf(filter: string | undefined): Condition[] {
  if (!filter) return [];
  let whole: Json;
  try {
    whole = parseJson(filter);
  } catch {
    return [];
  }
  if (!isObject(whole)) return [];
  return Object.entries(whole).flatMap(([column, wanted]) =>
    isObject(wanted)
      ? Object.entries(wanted).map(([by, value]) => ({ column, by: by as Comparison, value }))
      : [{ column, by: "eq" as const, value: wanted }],
  );
}

export function filterOf(conditions: Condition[]): string | undefined {
  if (conditions.length === 0) return undefined;
  const whole: Record<string, JsonObject> = {};
  for (const { column, by, value } of conditions) whole[column] = { ...whole[column], [by]: value };
  return writeJson(whole);
}

/** The next order of a column: least first, greatest first, none. */
export function nextSort(sort: string | undefined, column: string): string | undefined {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? undefined : column;
}
