import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { events, run, runs } from "../../test/mock/world.mjs";
import { open, page } from "../../test/page";
import type { LedgerEvent, Run } from "../api/types";
import { pairsOf } from "./compare";
import { lanesOf, parentsOf } from "./facts";

const left = run as unknown as Run;
const other = { ...left, id: "run_2", executionState: { ...left.executionState, rate: { ...left.executionState?.["rate"], attempt: 1, result: { status: 200, body: { usd: "0.9" } } } } } as Run;

describe("two runs", () => {
  it("part where the first node in time did something else", () => {
    const differing = pairsOf(left, other).filter(({ changes }) => changes.length > 0);
    expect(differing.map(({ place }) => place)).toEqual(["rate"]);
    expect(differing[0]?.changes.map(({ path }) => path)).toEqual(["attempt", "result.body.usd"]);
  });

  it("are the same when only times differ", () => {
    const later = { ...left, executionState: Object.fromEntries(Object.entries(left.executionState ?? {}).map(([place, node]) => [place, { ...node, finishedAt: "2027-01-01T00:00:00Z" }])) } as Run;
    expect(pairsOf(left, later).every(({ changes }) => changes.length === 0)).toBe(true);
  });

  it("stand beside one another, with the place where they part", async () => {
    await open(`/compare?left=${left.id}&right=run_2`, { [`GET /v1/runs/${left.id}`]: () => left, "GET /v1/runs/run_2": () => other, "GET /v1/runs": () => page(runs) });
    expect(await screen.findByText("the first difference")).toBeVisible();
    expect(screen.getByText(/0\.9/)).toBeVisible();
  });
});

describe("the time of a node", () => {
  const fact = (type: string, at: number, body: object) => ({ type, recordedAt: new Date(at).toISOString(), payload: { [type]: { ...body, at: new Date(at).toISOString() } }, metadata: {} }) as unknown as LedgerEvent;

  it("is told apart: in the queue, running, until the next attempt, and in the queue again", () => {
    const told = [
      fact("started", 1_000, {}),
      fact("node_succeeded", 1_100, { node: "first", attempt: 1 }),
      fact("node_started", 1_400, { node: "pay", attempt: 1 }),
      fact("node_failed", 1_500, { node: "pay", attempt: 1 }),
      fact("retry_scheduled", 1_500, { node: "pay", attempt: 2, dueAt: new Date(2_500).toISOString() }),
      fact("node_started", 2_700, { node: "pay", attempt: 2 }),
      fact("node_succeeded", 2_800, { node: "pay", attempt: 2 }),
    ];
    const definition = { nodes: { root: { type: "manual", children: ["first"] }, first: { type: "log", children: ["pay"] }, pay: { type: "http-request" } } };
    const pay = lanesOf(told, parentsOf(definition)).find(({ place }) => place === "pay");
    expect(pay?.stretches.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["queue", 1_100, 1_400],
      ["run", 1_400, 1_500],
      ["retry", 1_500, 2_500],
      ["queue", 2_500, 2_700],
      ["run", 2_700, 2_800],
    ]);
  });

  it("shows the four in the timeline", async () => {
    await open(`/runs/${left.id}?tab=timeline`, { [`GET /v1/runs/${left.id}`]: () => left, [`GET /v1/runs/${left.id}/stream`]: () => events });
    expect(await screen.findByText("In the queue, ready to run")).toBeVisible();
    expect(screen.getByText("Until the next attempt")).toBeVisible();
  });
});

describe("the search", () => {
  it("finds by words and kind, and leads to what it found", async () => {
    const { requests } = await open("/search?q=funds&kind=error", { "GET /v1/search": () => ({ items: [{ kind: "error", id: "run_9", workflowId: "wf_1", title: "insufficient_funds", text: "The wallet is empty", score: 1 }] }) });
    expect(await screen.findByRole("link", { name: "insufficient_funds" })).toHaveAttribute("href", "/runs/run_9");
    expect(requests.some(({ line }) => line.includes("q=funds") && line.includes("kind=error"))).toBe(true);
  });

  it("is reached from the palette", async () => {
    const { router } = await open("/tasks", { "GET /v1/tasks": () => page([]), "GET /v1/search": () => ({ items: [] }), "GET /v1/runs": () => page([]) });
    const { default: userEvent } = await import("@testing-library/user-event");
    await screen.findByRole("heading", { name: "Tasks" });
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByRole("combobox", { name: "Where to" }), "zebra");
    await userEvent.click(await screen.findByText("Everything that has “zebra”"));
    expect(await screen.findByRole("heading", { name: "Search" })).toBeVisible();
    expect(router.state.location.search).toEqual({ q: "zebra" });
  });
});

describe("a replay", () => {
  const checkpoint = { "GET /v1/log/checkpoint": () => new Response("chainkeel/x\n4800\nq83v\n\n— sig\n") };
  const answers = { ...checkpoint, [`GET /v1/runs/${left.id}`]: () => left, [`GET /v1/runs/${left.id}/stream`]: () => events };

  it("says that the ledger has what the engine decides", async () => {
    const { default: userEvent } = await import("@testing-library/user-event");
    await open(`/runs/${left.id}?tab=proof`, { ...answers, [`GET /v1/runs/${left.id}/replay`]: () => ({ runId: left.id, isSame: true, events: 15, isOver: true, divergence: null }) });
    await userEvent.click(await screen.findByRole("button", { name: "Replay this run" }));
    expect(await screen.findByText(/All 15 events are what the engine decides/)).toBeVisible();
  });

  it("shows the first difference side by side, and leads to it in the ledger", async () => {
    const { default: userEvent } = await import("@testing-library/user-event");
    const divergence = { sequence: 4, expected: { node_started: { node: "rate", attempt: 2 } }, recorded: { node_started: { node: "rate", attempt: 1 } } };
    const { router } = await open(`/runs/${left.id}?tab=proof`, { ...answers, [`GET /v1/runs/${left.id}/replay`]: () => ({ runId: left.id, isSame: false, events: 15, isOver: true, divergence }) });
    await userEvent.click(await screen.findByRole("button", { name: "Replay this run" }));
    expect(await screen.findByText(/The first difference is event 4/)).toBeVisible();
    expect(screen.getByText("node_started.attempt")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show it in the ledger" }));
    expect(router.state.location.search).toEqual({ tab: "ledger", event: 4 });
    expect((await screen.findAllByText(/^4\. /)).length).toBeGreaterThan(0);
  });
});
