// What the mock answers beyond runs.
import { readdirSync, readFileSync } from "node:fs";
import * as world from "./world.mjs";
const { at, id } = world;

export const tasks = ["Approve the payout of 12,500 USDC to Contoso", "Say which invoice is meant", "Confirm the new recipient", world.hostile].map((title, n) => ({
  id: id("task", n), runId: id("run", 1), nodeId: "approval", workflowId: id("wf", n), status: ["created", "in_progress", "assigned", "created"][n], title,
  priority: ["CRITICAL", "HIGH", "MEDIUM", "LOW"][n], assignee: n === 1 ? "ada" : null, role: n === 2 ? "finance-lead" : null, queue: n === 0 ? "treasury" : null,
  dueAt: new Date(Date.now() + (n * 3 - 1) * 1_800_000).toISOString(), expiresAt: new Date(Date.now() + 9e6).toISOString(), escalated: n === 2, settledBy: null, createdAt: at(0), updatedAt: at(0),
}));
export const task = {
  ...tasks[0], approval: null, description: "Compare the recipient with the contract. Above 10,000 say in the note who else has seen it.",
  form: { type: "object", additionalProperties: false, required: ["approved"], properties: { approved: { type: "boolean", title: "Pay it?" }, note: { type: "string", maxLength: 500, title: "Note for the books" }, amount: { type: "number", minimum: 0, description: "Another amount than the one that was asked for." } } },
  data: { amount: 12500, currency: "USDC", recipient: "0x52908400098527886E0F7030069857D2E4169EE7", invoice: "2026-1187" }, answer: null, reason: null,
  history: [{ event: "created", by: "reactions", at: at(4.7), key: "house" }, { event: "reminded", by: "reactions", at: at(14), key: "house" }],
};
export const workflow = {
  ...world.workflows[0], organizationId: world.organization.id, version: 12, review: null, maxRuns: null, refilledRuns: 0, remainRuns: null, cooldownMs: null, pauseAfterFailures: 5,
  lastTriggeredAt: at(0), definition: world.definition, pinnedOutputs: {}, webhookUrl: "https://example.com/x", updatedBy: "ada",
};
export const activity = Array.from({ length: 14 }, (_, n) => ({
  position: 4700 - n, type: ["run.failed", "run.started", "run.succeeded", "workflow.published"][n % 4], workflowId: id("wf", n % 5), runId: n % 4 === 3 ? null : id("run", n + 1), nodeId: n % 4 ? null : "pay",
  actor: ["worker", "webhook", "worker", "ada"][n % 4], summary: ["The run failed in pay: insufficient_funds", "A run began", "The run succeeded", "Version 4 is live"][n % 4], detail: null, occurredAt: at(-n * 61),
}));
export const projections = ["run_history", "search", "usage", "tasks", "timers"].map((name, n) => ({
  name, version: 3, state: n === 1 ? "building" : n === 4 ? "parked" : "live", schema: `view_${name}_3`, position: n === 1 ? 2_814_002 : 4_812_551, lag: n === 1 ? 1_998_549 : 0,
  parkedPosition: n === 4 ? 4_812_551 : null, parkedReason: n === 4 ? "the event has no instant" : null, createdAt: at(-86400), wentLiveAt: n === 1 ? null : at(-86000),
}));
export const letters = Array.from({ length: 4 }, (_, n) => ({
  id: `dl_${n}`, reaction: n < 3 ? "execution-hooks" : "tasks", status: "set_aside", position: 4000 + n, aggregateType: "run", aggregateId: id("run", n), sequence: 9, eventType: "failed", tries: 5,
  reason: n < 3 ? "the address of the hook does not resolve" : "the task has no form", history: [], setAsideAt: at(-600), discardedAt: null, discardedBy: null, notes: null,
}));

const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]));
/** The node types of the repository that stand in a file of their own; it is run in `ui/`. */
const types = files("../catalog").filter((name) => name.endsWith(".json")).map((name) => JSON.parse(readFileSync(name, "utf8"))).filter((type) => type.payloadSchema && type.role).map((type) => ({ branches: [], ...type }));
export const catalog = { actions: types.filter(({ role }) => role !== "trigger"), triggers: types.filter(({ role }) => role === "trigger") };

/** What the draft would change. */
export const changes = {
  nodes: [{ change: "added", node: "refund", type: "log" }, { change: "changed", node: "rate", values: [{ path: "/payload/url", before: "https://old.example.com/rates", after: "https://api.example.com/rates" }] }, { change: "renamed", node: "notify", from: "tell" }],
  edges: [{ change: "added", from: "approval", to: "refused", branch: "rejected" }], settings: [{ path: "/maxRunMs", after: 3600000 }],
};

export const more = (page) => [
  [/^\/v1\/tasks$/, () => page(tasks)],
  [/^\/v1\/tasks\/[^/]+$/, () => task],
  [/^\/v1\/workflows\/validate$/, () => ({ valid: false, problems: [{ path: "/nodes/pay/payload/to", nodeId: "pay", message: "is required: the address that gets the tokens" }] })],
  [/^\/v1\/workflows\/[^/]+$/, () => workflow],
  [/^\/v1\/workflows\/[^/]+\/validate$/, () => ({ valid: false, problems: [{ path: "/nodes/pay/payload/to", nodeId: "pay", message: "is required: the address that gets the tokens" }] })],
  [/^\/v1\/workflows\/[^/]+\/versions$/, () => page([3, 2, 1].map((n) => ({ versionNumber: n, status: n === 3 ? "live" : "superseded", createdBy: "ada", createdAt: at(-n), publishedAt: at(-n * 86400) })))],
  [/^\/v1\/workflows\/[^/]+\/versions\/\d+$/, () => ({ versionNumber: 3, status: "live", createdBy: "ada", createdAt: at(0), publishedAt: at(0), definition: { ...world.definition, nodes: { ...world.definition.nodes, rate: { ...world.definition.nodes.rate, payload: { method: "GET", url: "https://old.example.com/rates" } } } } })],
  [/^\/v1\/workflows\/[^/]+\/diff$/, () => ({ from: "3", to: "draft", same: false, diff: changes })],
  [/^\/v1\/(actions|triggers)$/, ([, kind]) => page(catalog[kind])],
  [/^\/v1\/(actions|triggers)\/([^/]+)$/, ([, kind, type]) => catalog[kind].find((each) => each.type === type)],
  [/^\/v1\/activity$/, () => page(activity)],
  [/^\/v1\/projections$/, () => page(projections)],
  [/^\/v1\/dead-letters$/, () => page(letters)],
];
