/** What of each page is looked at; it stands in the address. */
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export const SINCE = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
export type Since = keyof typeof SINCE;
export type FailureView = { since?: Since; workflowId?: string };

export function parseFailureView(search: Record<string, unknown>): FailureView {
  const since = (Object.keys(SINCE) as Since[]).find((known) => known === search["since"]);
  const workflowId = textOf(search["workflowId"]);
  return { ...(since && since !== "day" && { since }), ...(workflowId && { workflowId }) };
}

export const DELIVERY_STATES = ["pending", "retrying", "success", "failure"] as const;
export type HookView = { status?: (typeof DELIVERY_STATES)[number]; delivery?: string };

export function parseHookView(search: Record<string, unknown>): HookView {
  const status = DELIVERY_STATES.find((known) => known === search["status"]);
  const delivery = textOf(search["delivery"]);
  return { ...(status && { status }), ...(delivery && { delivery }) };
}

const EVENT_TABS = ["events", "definitions", "subscriptions", "sequences"] as const;
export type EventTab = (typeof EVENT_TABS)[number];
export type EventsView = { tab?: EventTab; pattern?: string };

export function parseEventsView(search: Record<string, unknown>): EventsView {
  const tab = EVENT_TABS.find((known) => known === search["tab"]);
  const pattern = textOf(search["pattern"]);
  return { ...(tab && tab !== "events" && { tab }), ...(pattern && { pattern }) };
}

/** A sequence stands in the query, since its name may have dots, which a path of the app may not. */
export type SequenceView = { name: string; status?: string; instance?: string };

export function parseSequenceView(search: Record<string, unknown>): SequenceView {
  const status = textOf(search["status"]);
  const instance = textOf(search["instance"]);
  return { name: textOf(search["name"]) ?? "", ...(status && { status }), ...(instance && { instance }) };
}
