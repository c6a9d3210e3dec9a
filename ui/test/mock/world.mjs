// A small organization, to look at the app without a server: what the API would answer.
const at = (seconds) => new Date(Date.UTC(2026, 10, 30, 18, 0, 0) + seconds * 1000).toISOString();
const id = (kind, n) => `${kind}_01m8${String(n).padStart(22, "0")}`;

export const hostile = "<img src=x onerror=alert(1)> \u202Eevil\u202C " + "Ω".repeat(300);

const names = ["Pay a supplier", "Treasury watch", "Late payments", "Morning check", "Travel saga", "Payout with approval", hostile];
export const workflows = names.map((name, n) => ({
  id: id("wf", n), version: 3, name, description: n === 0 ? "Pays the invoice once the treasury has approved it." : null, tags: ["finance"],
  status: ["active", "active", "paused", "active", "draft", "active", "archived"][n], pauseReason: n === 2 ? "consecutive_failures" : null,
  hasDraft: n % 2 === 0, hasLiveVersion: n !== 4, liveVersion: n === 4 ? null : 3 + n, createdBy: "usr_01m8ada", createdAt: at(-86400 * 20), updatedAt: at(-3600 * n),
}));

export const definition = {
  nodes: {
    root: { type: "webhook", payload: {}, children: ["validate"], title: "Invoice arrives" },
    validate: { type: "if", payload: { condition: { $and: [{ "{{$trigger.body.amount}}": { $gt: 0 } }] } }, children: ["rate", "refuse"] },
    rate: { type: "http-request", branch: "then", payload: { method: "GET", url: "https://api.example.com/rates" }, children: ["approval"], title: "Fetch the exchange rate" },
    refuse: { type: "log", branch: "else", payload: { message: "Refused" } },
    approval: { type: "manual-task", payload: { title: "Approve the payout" }, children: ["pay", "refused"] },
    refused: { type: "fail", branch: "rejected", payload: { code: "payout_rejected", message: "No" } },
    pay: { type: "send-erc20-token", branch: "completed", payload: { chain: "base", token: "USDC" }, children: ["lines"], compensatedBy: "refund", title: "Pay 12,500 USDC" },
    refund: { type: "log", payload: { message: "refund" } },
    lines: { type: "for-each", payload: { items: "{{$trigger.body.lines}}" }, loopBody: ["book"], children: ["notify"] },
    book: { type: "http-request", payload: { method: "POST", url: "https://books.example.com/lines" } },
    notify: { type: "slack-send-message", payload: { text: "paid" }, title: "Tell the team" },
  },
};

const input = { body: { amount: 12500, currency: "USDC", recipient: "0x52908400098527886E0F7030069857D2E4169EE7", invoice: "2026-1187", lines: [{ sku: "A-1", price: 4200 }, { sku: "B-7", price: 8300 }], note: hostile }, headers: {}, source: "webhook" };
const runId = id("run", 1);
let sequence = 0;
function event(type, seconds, fact) {
  sequence += 1;
  return { position: 4700 + sequence, stream: `run/${runId}`, sequence, type, version: "1.0", recordedAt: at(seconds), payload: { [type]: { ...fact, at: at(seconds) } }, metadata: { actor: "worker", organization_id: id("org", 0) } };
}
export const events = [
  event("started", 0, { runId, workflow: { id: id("wf", 0), version: 3 }, definition, trigger: { kind: "webhook", source: "webhook", body: input.body } }),
  event("node_succeeded", 0.01, { node: "validate", kind: "if", attempt: 1, result: { branch: "then" }, branch: "then" }),
  event("node_skipped", 0.01, { node: "refuse", kind: "log" }),
  event("node_started", 0.02, { node: "rate", kind: "http-request", attempt: 1, input: { url: "https://api.example.com/rates" } }),
  event("node_failed", 1.4, { node: "rate", kind: "http-request", attempt: 1, failure: { code: "http_503", message: "The rates’ server answered 503.", category: "service", retryable: true } }),
  event("retry_scheduled", 1.4, { node: "rate", attempt: 2, dueAt: at(4) }),
  event("node_started", 4, { node: "rate", kind: "http-request", attempt: 2, input: { url: "https://api.example.com/rates" } }),
  event("node_succeeded", 4.6, { node: "rate", kind: "http-request", attempt: 2, result: { status: 200, body: { usd: "1.0002" } } }),
  event("wait_opened", 4.7, { node: "approval", kind: "manual-task", input: { title: "Approve the payout" }, dueAt: at(14400) }),
  event("wait_resumed", 19, { node: "approval", data: { approved: true }, source: "task", by: "usr_01m8ada" }),
  event("node_succeeded", 19, { node: "approval", kind: "manual-task", attempt: 1, result: { data: { approved: true }, completedBy: "ada" }, branch: "completed" }),
  event("node_skipped", 19, { node: "refused", kind: "fail" }),
  event("node_started", 19.1, { node: "pay", kind: "send-erc20-token", attempt: 1, input: { chain: "base", amount: "12500" } }),
  event("node_failed", 27, { node: "pay", kind: "send-erc20-token", attempt: 1, failure: { code: "insufficient_funds", message: "The wallet has 11,204.18 USDC and needs 12,500.", category: "funds", retryable: false } }),
  event("failed", 27, { node: "pay", failure: { code: "insufficient_funds", message: "The wallet has 11,204.18 USDC and needs 12,500.", category: "funds", retryable: false } }),
];
const done = (type, status, from, to, more = {}) => ({ type, status, attempt: 1, input: null, result: null, branch: null, error: null, dueAt: null, startedAt: from === null ? null : at(from), finishedAt: to === null ? null : at(to), ...more });
export const run = {
  id: runId, organizationId: id("org", 0), workflowId: id("wf", 0), workflowVersion: 3, status: "failure", triggerKind: "webhook", triggerSource: "webhook", triggeredBy: "webhook",
  sourceRunId: null, parentRunId: null, parentNodeId: null, paused: null, startedAt: at(0), finishedAt: at(27), output: null,
  failure: { code: "insufficient_funds", message: "The wallet has 11,204.18 USDC and needs 12,500.", category: "funds", retryable: false },
  remediation: "Put the missing amount into the wallet, then retry: what had succeeded is not done again.",
  onRetry: { takenOver: 4, beginsWith: ["pay"], outcomeUnknown: [] }, computeUnits: 42, lastSequence: events.length, workflowDefinition: definition,
  executionState: {
    root: done("webhook", "success", 0, 0, { result: input }),
    validate: done("if", "success", 0, 0.01, { branch: "then", result: { branch: "then" } }),
    refuse: done("log", "skipped", null, 0.01),
    rate: done("http-request", "success", 0.02, 4.6, { attempt: 2, input: { url: "https://api.example.com/rates" }, result: { status: 200, body: { usd: "1.0002" } } }),
    approval: done("manual-task", "success", 4.7, 19, { branch: "completed", result: { data: { approved: true }, completedBy: "ada" } }),
    refused: done("fail", "skipped", null, 19),
    pay: done("send-erc20-token", "failure", 19.1, 27, { input: { chain: "base", amount: "12500", wei: "BIG" }, error: { code: "insufficient_funds", message: "The wallet has 11,204.18 USDC and needs 12,500.", category: "funds", retryable: false } }),
    refund: done("log", "pending", null, null), lines: done("for-each", "pending", null, null), book: done("http-request", "pending", null, null), notify: done("slack-send-message", "pending", null, null),
  },
};
const statuses = ["failure", "running", "success", "success", "waiting", "success", "cancelled", "success", "failure", "success"];
export const runs = Array.from({ length: 24 }, (_, n) => {
  const status = n === 0 ? "failure" : statuses[n % statuses.length];
  const over = status !== "running" && status !== "waiting";
  return {
    id: id("run", n + 1), workflowId: workflows[n % workflows.length].id, workflowVersion: 3, status, triggerKind: ["webhook", "schedule", "manual", "evm-log"][n % 4], triggerSource: "x", triggeredBy: "x",
    sourceRunId: null, startedAt: at(-n * 437), finishedAt: over ? at(-n * 437 + 27) : null, failureCode: status === "failure" ? (n === 0 ? "insufficient_funds" : "http_503") : null,
    failureMessage: status === "failure" ? "The wallet has 11,204.18 USDC and needs 12,500." : null, failedNodeId: status === "failure" ? "pay" : null,
    nodeCount: 11, succeededCount: over ? 9 : 3, failedCount: status === "failure" ? 1 : 0, skippedCount: 1, computeUnits: 42,
  };
});
export const organization = { id: id("org", 0), name: "Northwind Treasury", foundedAt: null };
export const permissions = "actions:run assistant:run audit:read connectors:read connectors:write data:manage data:read data:write events:manage events:publish events:read holds:manage installation:manage interfaces:read interfaces:write keys:manage keys:read members:manage organization:manage organization:read policies:manage policies:read retention:manage runs:manage runs:read schemas:read schemas:write storage:read storage:write tasks:manage tasks:read tasks:write templates:read templates:write tests:read tests:run tests:write usage:read wallets:approve wallets:manage wallets:read workflows:approve workflows:publish workflows:read workflows:run workflows:write".split(" ");
export { at, id };
