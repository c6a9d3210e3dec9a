import { api, sinceWritten } from "../api/client";
import { asText, type JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import { manualQuery } from "../help/manual";
import { causesOf } from "../observe/causes";
import { resultOf, type Call, type Outcome, type Trace } from "./said";

/** What a tool that reads found, and where the person can look at the same. */
type Found = { value: unknown; trace: Trace };
type Reader = (given: JsonObject, signal: AbortSignal) => Promise<Found>;

const LIMIT = 20;
/** So many failed runs are grouped, as the page of failures does. */
const FAILURES = 100;
/** So many events of a run are read: the first of them, and the state of each node beside them. */
const EVENTS = 100;

const text = (given: JsonObject, name: string) => asText(given[name]) ?? "";
const limit = (given: JsonObject) => (typeof given["limit"] === "number" ? given["limit"] : LIMIT);
/** Lists wait for what this tab has just done. */
const fresh = () => {
  const minPosition = sinceWritten();
  return minPosition === undefined ? {} : { minPosition };
};
const optional = (given: JsonObject, names: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(names).flatMap(([name, parameter]) => (typeof given[name] === "string" ? [[parameter, given[name]]] : [])));

/** One for each tool that reads, by the same requests that the pages make. */
export const READERS: Record<string, Reader> = {
  find: async (given, signal) => {
    const q = text(given, "words");
    const found = await api.get("/v1/search", { params: { query: { q, limit: LIMIT } }, signal });
    return { value: found.items, trace: { words: `what has “${q}”`, to: "/search", search: { q } } };
  },
  list_workflows: async (given, signal) => {
    const found = await api.get("/v1/workflows", { params: { query: { limit: limit(given), ...optional(given, { search: "search" }), ...fresh() } }, signal });
    const items = found.items.map(({ id, name, description, status, liveVersion, hasDraft, updatedAt }) => ({ id, name, description, status, liveVersion, hasDraft, updatedAt }));
    return { value: { items, hasMore: found.hasMore }, trace: { words: "workflows", to: "/workflows" } };
  },
  get_workflow: async (given, signal) => {
    const id = text(given, "workflowId");
    const value = await api.get("/v1/workflows/{id}", { params: { path: { id } }, signal });
    return { value, trace: { words: `the workflow “${value.name}”`, to: `/workflows/${id}` } };
  },
  list_runs: async (given, signal) => {
    const query = optional(given, { workflowId: "workflowId", status: "status", startedAfter: "from", startedBefore: "to" });
    const found = await api.get("/v1/runs", { params: { query: { limit: limit(given), ...query, ...fresh() } }, signal });
    const { status, workflowId } = query;
    return { value: { items: found.items, hasMore: found.hasMore }, trace: { words: status ? `runs: ${status}` : "runs", to: "/runs", search: { ...(status && { status }), ...(workflowId && { workflowId }) } } };
  },
  failures_by_cause: async (given, signal) => {
    const query = optional(given, { workflowId: "workflowId", startedAfter: "from" });
    const found = await api.get("/v1/runs", { params: { query: { status: "failure", limit: FAILURES, ...query, ...fresh() } }, signal });
    return { value: { causes: causesOf(found.items), runs: found.items.length, hasMore: found.hasMore }, trace: { words: "failures by cause", to: "/failures" } };
  },
  get_run: async (given, signal) => {
    const id = text(given, "runId");
    const path = { id };
    const [run, events] = await Promise.all([
      api.get("/v1/runs/{id}", { params: { path, query: fresh() }, signal }),
      api.get("/v1/runs/{id}/events", { params: { path, query: { limit: EVENTS } }, signal }),
    ]);
    // The definition is read by a tool of its own.
    return { value: { run: { ...run, workflowDefinition: undefined }, ledger: events.items, hasMore: events.hasMore }, trace: { words: "a run with its ledger", to: `/runs/${id}` } };
  },
  list_tasks: async (given, signal) => {
    const found = await api.get("/v1/tasks", { params: { query: { limit: limit(given), ...optional(given, { status: "status" }), ...fresh() } }, signal });
    return { value: { items: found.items, hasMore: found.hasMore }, trace: { words: "tasks", to: "/tasks" } };
  },
  list_wallets: async (_, signal) => {
    const found = await api.get("/v1/wallets", { params: { query: { limit: 50 } }, signal });
    return { value: { items: found.items, hasMore: found.hasMore }, trace: { words: "wallets", to: "/wallets" } };
  },
  wallet_balances: async (given, signal) => {
    const id = text(given, "walletId");
    const value = await api.get("/v1/wallets/{id}/balances", { params: { path: { id } }, signal });
    return { value, trace: { words: "balances of a wallet", to: `/wallets/${id}` } };
  },
  chain_health: async (_, signal) => ({ value: (await api.get("/v1/chain-watches", { signal })).items, trace: { words: "chains that are watched", to: "/health" } }),
  projections: async (_, signal) => ({ value: (await api.get("/v1/projections", { signal })).items, trace: { words: "how far views are", to: "/projections" } }),
  node_types: async (_, signal) => {
    const query = { summary: true, limit: 100 };
    const [triggers, actions] = await Promise.all([api.get("/v1/triggers", { params: { query }, signal }), api.get("/v1/actions", { params: { query }, signal })]);
    const short = (items: { type: string; description: string }[]) => items.map(({ type, description }) => ({ type, description }));
    return { value: { triggers: short(triggers.items), actions: short(actions.items) }, trace: { words: "the types of nodes", to: "/manual/nodes" } };
  },
  node_type: async (given, signal) => {
    const type = text(given, "type");
    const params = { path: { type } };
    const value = text(given, "role") === "trigger" ? await api.get("/v1/triggers/{type}", { params, signal }) : await api.get("/v1/actions/{type}", { params, signal });
    return { value, trace: { words: `the node type ${type}`, to: `/manual/nodes~${type}` } };
  },
  search_manual: async (given) => {
    const question = text(given, "question");
    const manual = await queryClient.fetchQuery(manualQuery);
    const sections = manual.answer(question).slice(0, 5);
    return { value: sections.map(({ page, anchor, title, heading, text: said }) => ({ path: `/manual/${page}#${anchor}`, title, heading, text: said.slice(0, 4_000) })), trace: { words: `the manual: “${question}”`, to: "/help", search: { q: question } } };
  },
};

/** Carries a call out that reads. What is refused is told, so that the model can go another way. */
export async function read(call: Call, signal: AbortSignal): Promise<Outcome> {
  const reader = READERS[call.tool];
  if (!reader) return { result: "error: this app has no such tool", trace: { words: call.tool }, isBad: true };
  try {
    const { value, trace } = await reader(call.arguments, signal);
    return { result: resultOf(value), trace, isBad: false };
  } catch (error) {
    if (signal.aborted) throw error;
    const { code, message } = asProblem(error);
    return { result: `error: ${code}: ${message}`, trace: { words: `${call.tool.replaceAll("_", " ")}, which was refused: ${message}` }, isBad: true };
  }
}
