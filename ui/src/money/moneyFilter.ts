/** What of the movements of money is looked at; it stands in the address. */
const MONEY_TABS = ["transactions", "documents", "payments", "sales", "endpoints"] as const;
export type MoneyTab = (typeof MONEY_TABS)[number];
export type MoneyFilter = { tab?: MoneyTab; status?: string; walletId?: string; runId?: string };

export function parseMoneyFilter(search: Record<string, unknown>): MoneyFilter {
  const filter: MoneyFilter = {};
  const tab = MONEY_TABS.find((known) => known === search["tab"]);
  if (tab && tab !== "transactions") filter.tab = tab;
  for (const name of ["status", "walletId", "runId"] as const) {
    const value = search[name];
    if (typeof value === "string" && value !== "") filter[name] = value;
  }
  return filter;
}
