import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { letters } from "../../test/mock/rooms.mjs";
import { runs, workflows as known } from "../../test/mock/world.mjs";
import { open, page } from "../../test/page";
import type { RunSummary } from "../api/types";
import { causesOf } from "./causes";
import { byNodeType, daysOf, monthsUntil } from "./days";

const at = "2026-11-30T18:00:00Z";
const workflows = known as { id: string; name: string }[];
const failed = (runs as unknown as RunSummary[]).filter(({ status }) => status === "failure");

describe("failures", () => {
  it("are put together by workflow, node and code, the most frequent first", () => {
    const [first] = failed as [RunSummary];
    const causes = causesOf([first, { ...first, id: "run_2" }, { ...first, id: "run_3", failureCode: "other" }]);
    expect(causes.map(({ count, code, lastRun }) => [count, code, lastRun])).toEqual([[2, first.failureCode, first.id], [1, "other", "run_3"]]);
  });

  it("lead to the runs of a cause, and say when there are more", async () => {
    const { requests } = await open("/failures", { "GET /v1/runs": () => ({ ...page(failed), hasMore: true, cursor: "next" }) });
    const link = (await screen.findAllByRole("link", { name: "Show the runs" }))[0];
    expect(link?.getAttribute("href")).toMatch(/status=failure.*search=/);
    expect(screen.getByText(/there are more/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Look at 100 more" }));
    await waitFor(() => expect(requests.some(({ line }) => line.includes("cursor=next"))).toBe(true));
  });
});

describe("usage", () => {
  const part = (nodeType: string, cu: number) => ({ nodeType, type: "x", pricesVersion: 1, count: 1, cu });

  it("has each day up to today, and each node type over all days", () => {
    const daily = [{ date: "2026-11-02", used: 7, breakdown: [part("log", 1), part("http-request", 6)] }, { date: "2026-11-03", used: 1, breakdown: [part("log", 1)] }];
    expect(daysOf("2026-11", daily, new Date("2026-11-04T10:00:00Z")).map(({ used }) => used)).toEqual([0, 7, 1, 0]);
    expect(byNodeType(daily)).toEqual([{ nodeType: "http-request", count: 1, cu: 6 }, { nodeType: "log", count: 2, cu: 2 }]);
    expect(monthsUntil(new Date("2026-01-31T23:00:00Z"), 2)).toEqual(["2026-01", "2025-12"]);
  });

  it("is a chart with its numbers in a table beside it", async () => {
    const month = new Date().toISOString().slice(0, 7);
    await open("/usage", {
      "GET /v1/usage/balance": () => ({ mode: "metered", balance: 1234567, exhausted: false, granted: 1, deposited: 2, used: 3, monthlyGrant: null, nextGrantAt: null, minThreshold: null }),
      "GET /v1/usage": () => ({ summary: { yearMonth: month, used: 12345, deposited: 0, granted: 0 }, daily: [{ date: `${month}-01`, used: 12345, breakdown: [part("log", 12345)] }], workflows: [{ workflowId: workflows[0]?.id, count: 2, cu: 12345 }] }),
      "GET /v1/usage/prices": () => ({ current: 1, tables: [{ version: 1, from: at, other: 5, prices: { log: 1 } }] }),
    });
    expect(await screen.findByText("1,234,567 CU")).toBeVisible();
    expect(await screen.findByRole("img", { name: /12,345 CU over/ })).toBeVisible();
    expect(screen.getByRole("link", { name: workflows[0]?.name ?? "" })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(await screen.findByText(/Types that are not named cost 5 CU/)).toBeVisible();
  });
});

describe("triggers and chains", () => {
  const watch = { chainId: 8453, view: "installation", cursor: 100, cursorHash: "0x", head: 5100, lag: 5000, safe: 1, finalized: 1, backfill: 0, waiting: 0, orphaned: 1, halted: "a reorganization deeper than 64 blocks", movedAt: at };
  const answers = {
    "GET /v1/chain-watches": () => page([watch]),
    "GET /v1/events/queue": () => ({ state: "active", depth: 10, maxDepth: 100, highWatermark: 80, processed: 5, errors: 0, averageMs: 2 }),
    [`GET /v1/workflows/${workflows[0]?.id}/schedule`]: () => ({ workflowId: "x", state: "active", pattern: "0 7 * * *", timezone: "Europe/Berlin", nextRunAt: at, upcoming: [at] }),
    [`GET /v1/workflows/${workflows[0]?.id}/deliveries`]: () => page([{ id: "d1", receivedAt: at, outcome: "refused", reason: "the body is too large", method: "POST", bodyBytes: 2048 }]),
    "GET /v1/chains": () => page([{ chainId: 8453, slug: "base", name: "Base", blockTimeMs: 2000, endpointsFrom: "catalogue", endpointCount: 1, endpoints: [{ host: "rpc.example", state: "healthy", head: 5100 }] }]),
  };

  it("show how far behind a chain is and why it halted, and let it be followed again from a block", async () => {
    const { requests } = await open("/health", { ...answers, "POST /v1/chain-watches/8453/resume": () => ({ chainId: 8453, from: 101 }) });
    expect(await screen.findByText("5,000 blocks")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Resume…" }));
    await userEvent.click(screen.getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/chain-watches/8453/resume", body: { from: 101 } }));
  });

  it("show when a schedule fires, and what a webhook brought", async () => {
    await open("/health", answers);
    expect(await screen.findByText("0 7 * * *")).toBeVisible();
    expect(await screen.findByText("the body is too large")).toBeVisible();
    expect(await screen.findByRole("progressbar", { name: "How full it is" })).toHaveAttribute("aria-valuenow", "10");
  });
});

describe("hooks", () => {
  const hook = { id: "hook_1", name: "billing", description: "", url: "https://example.com", subscribedEventTypes: ["run.*"], workflowIds: [], maxRetries: 9, enabled: true, createdBy: "ada", createdAt: at, updatedAt: at, waiting: 2, retrying: 1, replays: 0, lastSuccessAt: at };
  const delivery = { id: "hdl_1", endpointId: "hook_1", organizationId: "org", eventType: "run.failed", requestBody: '{"id":"hdl_1","big":123456789012345678901}', requestHeaders: { "webhook-id": "hdl_1" }, responseStatus: 500, responseBody: "out of order", retryCount: 1, maxRetries: 9, nextRetryAt: at, status: "retrying", attempts: [{}], createdAt: at, updatedAt: at, durationMs: 120, errorMessage: "answered 500" };
  const answers = { "GET /v1/execution-webhooks": () => page([hook]), "GET /v1/execution-webhooks/hook_1": () => hook, "GET /v1/execution-webhooks/deliveries": () => page([delivery]), "GET /v1/execution-webhooks/deliveries/hdl_1": () => delivery };

  it("are made with what they are told of, and their secret is shown once", async () => {
    const { requests } = await open("/hooks", { ...answers, "POST /v1/execution-webhooks": () => ({ ...hook, secret: "whsec_once" }) });
    await userEvent.click(await screen.findByRole("button", { name: "New hook" }));
    await userEvent.type(screen.getByLabelText("Name · required"), "billing");
    await userEvent.type(screen.getByLabelText("URL · required"), "example.com/hook");
    await userEvent.click(screen.getByLabelText("node.failed"));
    await userEvent.click(screen.getByRole("button", { name: "Make it" }));
    expect(await screen.findByText("whsec_once")).toBeVisible();
    const made = requests.find(({ line }) => line === "POST /v1/execution-webhooks")?.body as { subscribedEventTypes: string[] };
    expect(made.subscribedEventTypes).toEqual(["run.completed", "run.failed", "node.failed"]);
  });

  it("are disabled, and enabled", async () => {
    const { requests } = await open("/hooks", { ...answers, "POST /v1/execution-webhooks/hook_1/disable": () => hook });
    await userEvent.click(await screen.findByRole("button", { name: "Disable" }));
    await waitFor(() => expect(requests.some(({ line }) => line === "POST /v1/execution-webhooks/hook_1/disable")).toBe(true));
  });

  it("show a delivery with its request and answer, and send it again", async () => {
    const { requests } = await open("/hooks/hook_1?delivery=hdl_1", { ...answers, "POST /v1/execution-webhooks/deliveries/hdl_1/replay": () => ({ deliveryId: "hdl_1" }) });
    expect(await screen.findByText("out of order")).toBeVisible();
    expect(screen.getByText("123456789012345678901")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    await userEvent.click(screen.getByRole("button", { name: "Send again" }));
    await waitFor(() => expect(requests.some(({ line }) => line.endsWith("deliveries/hdl_1/replay"))).toBe(true));
  });

  it("tell a stretch again by positions", async () => {
    const { requests } = await open("/hooks/hook_1", { ...answers, "POST /v1/execution-webhooks/hook_1/replay": () => ({ endpointId: "hook_1", from: 5, to: 9 }) });
    await userEvent.click(await screen.findByRole("button", { name: "Replay…" }));
    await userEvent.selectOptions(screen.getByLabelText("By"), "position");
    await userEvent.type(screen.getByLabelText("From · required"), "5");
    await userEvent.type(screen.getByLabelText("Until"), "9");
    await userEvent.click(screen.getByRole("button", { name: "Replay" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/execution-webhooks/hook_1/replay", body: { from: 5, to: 9 } }));
  });
});

describe("events", () => {
  const event = { id: "evt_1", event: "order.created", sourceType: "external", source: "shop", correlationId: "o1", timestamp: at, at, position: 12 };

  it("are listed and looked into", async () => {
    await open("/events", { "GET /v1/events": () => page([event]), "GET /v1/events/evt_1": () => ({ ...event, payload: { total: "12.50" }, metadata: {}, by: "ada", version: null }) });
    await userEvent.click(await screen.findByRole("button", { name: "order.created" }));
    expect(await screen.findByText(/12\.50/)).toBeVisible();
  });

  it("are published by hand", async () => {
    const { requests } = await open("/events", { "GET /v1/events": () => page([]), "POST /v1/events": () => ({ eventId: "evt_2", repeated: false }) });
    await userEvent.click(await screen.findByRole("button", { name: "Publish…" }));
    await userEvent.type(screen.getByLabelText("Event · required"), "order.paid");
    await userEvent.click(screen.getByRole("button", { name: "Publish" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/events", body: { event: "order.paid", payload: {} } }));
  });

  it("have definitions that begin and cease to hold", async () => {
    const definition = { id: "evd_1", name: "order.created", version: "1.0.0", status: "active", sourceTypes: [], createdAt: at, updatedAt: at };
    const { requests } = await open("/events?tab=definitions", {
      "GET /v1/event-definitions": () => page([definition]),
      "GET /v1/event-definitions/evd_1": () => ({ ...definition, payloadSchema: {}, examples: [], versions: ["1.0.0"], by: "ada", at }),
      "POST /v1/event-definitions/evd_1/status": () => ({}),
    });
    await userEvent.click(await screen.findByRole("button", { name: "order.created" }));
    await userEvent.click(await screen.findByRole("button", { name: "Deprecate" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/event-definitions/evd_1/status", body: { version: "1.0.0", status: "deprecated" } }));
  });

  it("are sent to subscriptions, which are suspended and get new secrets", async () => {
    const subscription = { id: "evsub_1", pattern: "order.*", url: "https://example.com", headers: [], retry: {}, status: "active", by: "ada", at };
    await open("/events?tab=subscriptions", {
      "GET /v1/event-subscriptions": () => page([subscription]),
      "GET /v1/event-subscriptions/evsub_1": () => ({ subscription, waiting: 3, dead: 0 }),
      "POST /v1/event-subscriptions/evsub_1/rotate-secret": () => ({ subscription, secret: "whsec_new" }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "New secret…" }));
    await userEvent.click(screen.getByRole("button", { name: "Make it" }));
    expect(await screen.findByText("whsec_new")).toBeVisible();
  });

  it("stand in sequences, of which an instance that failed goes on or is given up", async () => {
    const sequence = { name: "order.flow", version: "1.0.0", events: [{ eventId: "a", order: 1 }, { eventId: "b", order: 2 }], correlationKey: "metadata.correlationId", timeoutMs: 3_600_000, outOfOrder: "hold", versions: ["1.0.0"], by: "ada", at };
    const summary = { id: "seq_1", version: "1.0.0", correlationKey: "o1", status: "failed", steps: 2, processed: 1, attempts: 1, failure: "timed_out", dueAt: at, openedAt: at, updatedAt: at };
    const instance = { ...summary, name: "order.flow", events: [{ eventId: "a", order: 1, required: true, status: "processed" }], compensatedBy: [] };
    const path = "/v1/event-sequences/order.flow/instances/seq_1";
    const { requests } = await open("/sequence?name=order.flow", {
      "GET /v1/event-sequences/order.flow": () => sequence,
      "GET /v1/event-sequences/order.flow/instances": () => page([summary]),
      [`GET ${path}`]: () => instance,
      [`POST ${path}/retry`]: () => instance,
      [`POST ${path}/abandon`]: () => instance,
    });
    await userEvent.click(await screen.findByRole("button", { name: "o1" }));
    await userEvent.click(await screen.findByRole("button", { name: "Let it go on" }));
    await waitFor(() => expect(requests.some(({ line }) => line === `POST ${path}/retry`)).toBe(true));
    await userEvent.click(screen.getByRole("button", { name: "Give it up…" }));
    await userEvent.click(screen.getByRole("button", { name: "Give it up" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/abandon`, body: { reason: null } }));
  });
});

describe("dead letters in bulk", () => {
  it("are handed back until there are none left", async () => {
    let left = 3;
    const { requests } = await open("/dead-letters", { "GET /v1/dead-letters": () => page(letters), "POST /v1/dead-letters/reprocess": () => ({ reprocessed: left-- > 1 ? 50 : 0 }) });
    await userEvent.click(await screen.findByRole("button", { name: "Try many again…" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("Of which part"), "tasks");
    await userEvent.click(within(dialog).getByRole("button", { name: "Try them again" }));
    expect(await screen.findByText(/100 dead letters handed back/)).toBeVisible();
    const orders = requests.filter(({ line }) => line === "POST /v1/dead-letters/reprocess").map(({ body }) => body as { before: string; reaction: string });
    expect(orders).toHaveLength(3);
    expect(new Set(orders.map(({ before }) => before)).size).toBe(1);
    expect(orders[0]?.reaction).toBe("tasks");
  });

  it("are narrowed to a part of the house", async () => {
    const { requests } = await open("/dead-letters", { "GET /v1/dead-letters": () => page(letters) });
    await userEvent.type(await screen.findByLabelText(/Which part/), "tasks");
    await waitFor(() => expect(requests.some(({ line }) => line.includes("reaction=tasks"))).toBe(true));
  });
});

describe("exports", () => {
  it("save the ledger with its filter, and tell how much has come", async () => {
    const saved = vi.fn(() => "blob:x");
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: saved, revokeObjectURL: () => undefined }));
    const { requests } = await open("/exports", { "GET /v1/ledger/export": () => new Response("{}\n{}\n") });
    await userEvent.type(await screen.findByLabelText("Types"), "run.*");
    await userEvent.click(screen.getByRole("button", { name: "Save the ledger" }));
    expect(await screen.findByText("6 B saved")).toBeVisible();
    expect(requests.some(({ line }) => decodeURIComponent(line) === "GET /v1/ledger/export?type=run.*")).toBe(true);
    expect(saved).toHaveBeenCalledOnce();
  });

  it("can be stopped, and then nothing is saved", async () => {
    await open("/exports", { "GET /v1/ledger/export": (request) => new Response(new ReadableStream({ start: (controller) => {
      controller.enqueue(new TextEncoder().encode("{}\n"));
      request.signal.addEventListener("abort", () => controller.error(new Error("stopped")));
    } })) });
    await userEvent.click(await screen.findByRole("button", { name: "Save the ledger" }));
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    expect(await screen.findByText(/nothing was saved/)).toBeVisible();
  });
});
