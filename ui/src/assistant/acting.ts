import { api } from "../api/client";
import { asObject, asText, type JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { resultOf, type Call, type Order, type Outcome, type Proposal, type Trace } from "./said";

type Act = {
  title: string;
  verb: string;
  danger: boolean;
  /** What is sent, out of what the model gave. */
  order: (given: JsonObject) => Order;
  /** Where what came of it can be looked at. */
  trace: (answer: JsonObject, given: JsonObject) => Trace;
};

const text = (given: JsonObject, name: string) => asText(given[name]) ?? "";
const run = (answer: JsonObject, given: JsonObject): Trace => ({ words: "the run", to: `/runs/${asText(answer["runId"]) ?? asText(answer["id"]) ?? text(given, "runId")}` });
const workflow = (_: JsonObject, given: JsonObject): Trace => ({ words: "the workflow", to: `/workflows/${text(given, "workflowId")}` });
const task = (_: JsonObject, given: JsonObject): Trace => ({ words: "the task", to: `/tasks/${text(given, "taskId")}` });

/** One for each tool that acts. None signs, none moves money: those are not among the tools. */
export const ACTS: Record<string, Act> = {
  start_run: {
    title: "Start a run",
    verb: "It was started.",
    danger: false,
    order: (given) => ({ path: "/v1/workflows/{id}/run", id: text(given, "workflowId"), body: { payload: asObject(given["input"]) } }),
    trace: run,
  },
  cancel_run: { title: "Cancel a run", verb: "It is being cancelled.", danger: true, order: (given) => ({ path: "/v1/runs/{id}/cancel", id: text(given, "runId"), body: {} }), trace: run },
  retry_run: { title: "Retry a run", verb: "A new run has begun.", danger: false, order: (given) => ({ path: "/v1/runs/{id}/retry", id: text(given, "runId"), body: {} }), trace: run },
  claim_task: { title: "Take a task", verb: "The task is yours.", danger: false, order: (given) => ({ path: "/v1/tasks/{id}/claim", id: text(given, "taskId"), body: {} }), trace: task },
  complete_task: {
    title: "Complete a task",
    verb: "The task is completed.",
    danger: true,
    order: (given) => ({ path: "/v1/tasks/{id}/complete", id: text(given, "taskId"), body: { data: asObject(given["answer"]) } }),
    trace: task,
  },
  pause_workflow: { title: "Pause a workflow", verb: "It is paused.", danger: true, order: (given) => ({ path: "/v1/workflows/{id}/pause", id: text(given, "workflowId") }), trace: workflow },
  resume_workflow: { title: "Resume a workflow", verb: "It is live again.", danger: false, order: (given) => ({ path: "/v1/workflows/{id}/resume", id: text(given, "workflowId"), body: {} }), trace: workflow },
  draft_workflow: {
    title: "Make a draft",
    verb: "The draft is there. It is not live.",
    danger: false,
    order: (given) => ({
      path: "/v1/workflows",
      body: { name: text(given, "name"), ...(typeof given["description"] === "string" && { description: given["description"] }), definition: asObject(given["definition"]) },
    }),
    trace: (answer) => ({ words: "the draft", to: `/workflows/${text(answer, "id")}/edit` }),
  },
};

/** The path of an order, as it is sent. */
export const pathOf = ({ path, id }: Order): string => (id === undefined ? path : path.replace("{id}", encodeURIComponent(id)));

/** What something is called that an order is about; nothing where that cannot be seen. */
async function aboutOf({ id = "" }: Order, signal: AbortSignal): Promise<string | undefined> {
  const path = { id };
  try {
    if (id.startsWith("wf_")) return (await api.get("/v1/workflows/{id}", { params: { path }, signal })).name;
    if (id.startsWith("task_")) return (await api.get("/v1/tasks/{id}", { params: { path }, signal })).title;
    if (!id.startsWith("run_")) return undefined;
    const { workflowId } = await api.get("/v1/runs/{id}", { params: { path, query: { summary: true } }, signal });
    return (await api.get("/v1/workflows/{id}", { params: { path: { id: workflowId } }, signal })).name;
  } catch {
    return undefined;
  }
}

const refused = (call: Call, error: unknown): Outcome => {
  const { code, message, details } = asProblem(error);
  return { result: resultOf({ error: code, message, details }), trace: { words: `${call.tool.replaceAll("_", " ")}: ${message}` }, isBad: true };
};

/** A call that acts, made ready to be agreed to; or why the model has to mend it first. */
export async function propose(call: Call, signal: AbortSignal): Promise<Proposal | Outcome> {
  const act = ACTS[call.tool];
  if (!act) return { result: "error: this app has no such tool", trace: { words: call.tool }, isBad: true };
  const order = act.order(call.arguments);
  if (call.tool === "draft_workflow") {
    try {
      const { valid, problems } = await api.post("/v1/workflows/validate", { body: { definition: asObject(call.arguments["definition"]) as Record<string, never> }, signal });
      if (!valid) return { result: resultOf({ error: "the definition has problems: mend them and propose it again", problems }), trace: { words: `a draft that has ${problems.length} problems still` }, isBad: true };
    } catch (error) {
      if (signal.aborted) throw error;
      return refused(call, error);
    }
  }
  const about = await aboutOf(order, signal);
  signal.throwIfAborted();
  // One key for one proposal: sent twice, it is carried out once.
  return { title: act.title, verb: act.verb, danger: act.danger, order, key: `assistant-${crypto.randomUUID()}`, ...(about !== undefined && { about }) };
}

/** Sends what the person has agreed to, in their name. */
export async function carryOut(call: Call, { order, key }: Proposal): Promise<Outcome> {
  const { path, id, body } = order;
  const init = { params: { path: { id } }, headers: { "Idempotency-Key": key }, ...(body && { body }) };
  const answer = asObject(await api.post(path as "/v1/runs/{id}/cancel", init as never));
  const trace = ACTS[call.tool]?.trace(answer, call.arguments) ?? { words: call.tool };
  return { result: resultOf({ done: true, answer }), trace, isBad: false };
}
