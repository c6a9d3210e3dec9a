import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open, page, type Answers } from "../../test/page";

// They are compiled at their first visit, which takes its time.
beforeAll(async () => void (await Promise.all([import("../workflows/WorkflowPage"), import("./TriggerRoom")])), 60_000);

const path = `/v1/workflows/${workflow.id}`;
const delivery = { id: "dlv_1", receivedAt: "2026-11-30T18:00:00Z", outcome: "refused", reason: "the signature does not fit", runId: null, name: null, method: "POST", address: "192.0.2.1", bodyBytes: 17 };
const played = { workflowVersion: 4, status: "success", durationMs: 0, executionState: { root: { status: "success" } }, facts: [], transactions: [], unusedMocks: [] };
const answers = (more: Answers = {}, change: object = {}): Answers => ({
  [`GET ${path}`]: () => ({ ...workflow, ...change }),
  [`POST ${path}/validate`]: () => ({ valid: true, problems: [] }),
  [`GET ${path}/deliveries`]: () => page([delivery]),
  [`GET ${path}/deliveries/dlv_1`]: () => ({ ...delivery, headers: { "x-hop": "1" }, query: {}, body: '{"html":"<b>x</b>"}', bodyBase64: null, isTruncated: false }),
  ...more,
});
const at = `/workflows/${workflow.id}?tab=trigger`;
const only = (type: string) => ({ definition: { nodes: { root: { type, payload: {} } } } });

describe("what starts a workflow", () => {
  it("shows what was delivered, as text, and why it started nothing", async () => {
    await open(at, answers());
    expect(await screen.findByText("the signature does not fit")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Look at delivery dlv_1" }));
    expect(await screen.findByText(/<b>x<\/b>/)).toBeVisible();
  });

  it("hides the secret of its address until somebody asks", async () => {
    await open(at, answers({}, { webhookUrl: "https://hooks.example/in/secret" }));
    expect(await screen.findByText("https://hooks.example/in/••••••••")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(screen.getByText("https://hooks.example/in/secret")).toBeVisible();
  });

  it("plays a delivery on the draft, and starts a run from it only after a warning", async () => {
    const { requests } = await open(at, answers({ [`POST ${path}/deliveries/dlv_1/replay`]: () => ({ simulation: played }) }));
    await userEvent.click(await screen.findByRole("button", { name: "Look at delivery dlv_1" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(await dialog.findByRole("button", { name: "Play it on the draft" }));
    expect(await dialog.findByText(/nothing was written or sent/)).toBeVisible();
    await userEvent.click(dialog.getByRole("button", { name: "Replay…" }));
    expect(dialog.getByRole("alert")).toHaveTextContent("Its effects are real");
    const replays = () => requests.filter(({ line }) => line.endsWith("/replay")).map(({ body }) => body);
    expect(replays()).toEqual([{ simulate: "draft", unmocked: "echo" }]);
    await userEvent.click(dialog.getByRole("button", { name: "Start the run" }));
    await waitFor(() => expect(replays()).toEqual([{ simulate: "draft", unmocked: "echo" }, undefined]));
  });

  it("listens for a workflow that is not live", async () => {
    const until = new Date(Date.now() + 600_000).toISOString();
    await open(at, answers({ [`POST ${path}/listen`]: () => ({ until, webhookUrl: "https://hooks.example/in/abc" }) }, { hasLiveVersion: false, liveVersion: null }));
    await userEvent.click(await screen.findByRole("button", { name: "Listen for ten minutes" }));
    expect(await screen.findByText(/it shows here, and starts nothing/)).toBeVisible();
  });

  it("shows the next times of a schedule, and tries a span of time", async () => {
    const schedule = { workflowId: workflow.id, state: "active", pattern: "0 9 * * *", timezone: "Europe/Zurich", lastRunAt: null, upcoming: ["2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z"] };
    const tried = { workflowVersion: 4, trigger: "schedule", firings: [{ at: "2026-12-01T08:00:00Z", body: {} }], isTruncated: false };
    const { requests } = await open(at, answers({ [`GET ${path}/schedule`]: () => schedule, [`POST ${path}/trigger/test`]: () => tried }, only("schedule")));
    expect(within(await screen.findByRole("list", { name: "The next times" })).getAllByRole("listitem")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Try the trigger" }));
    expect(await screen.findByText("It would start one run")).toBeVisible();
    const body = requests.find(({ line }) => line.endsWith("/trigger/test"))?.body as { with: { times: { from: string } } };
    expect(body.with.times.from).toMatch(/Z$/);
  });

  it("tries the blocks of a chain, and shows a refusal", async () => {
    const refusal = () => new Response(JSON.stringify({ code: "invalid-body", title: "No", message: "at most 10,000 blocks", details: [] }), { status: 422 });
    const { requests } = await open(at, answers({ [`POST ${path}/trigger/test`]: refusal }, only("evm-log")));
    expect(await screen.findByRole("button", { name: "Try the trigger" })).toBeDisabled();
    await userEvent.type(screen.getByRole("textbox", { name: /From/ }), "19000000");
    await userEvent.click(screen.getByRole("button", { name: "Try the trigger" }));
    expect(await screen.findByText("at most 10,000 blocks")).toBeVisible();
    expect(requests.find(({ line }) => line.endsWith("/trigger/test"))?.body).toMatchObject({ with: { blocks: { from: 19000000 } } });
  });
});

describe("what of a workflow can be set", () => {
  it("is its limits, over the version that was seen", async () => {
    const { requests } = await open(`/workflows/${workflow.id}`, answers({ [`PUT ${path}/limits`]: () => workflow }));
    await userEvent.click(await screen.findByRole("button", { name: "Limits…" }));
    await userEvent.type(await screen.findByRole("textbox", { name: /Runs that it may start/ }), "100");
    await userEvent.click(screen.getByRole("button", { name: "Set the limits" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT ${path}/limits`, body: { maxRuns: 100, pauseAfterFailures: 5, expectedVersion: workflow.version } }));
  });

  it("is more runs, where they are counted", async () => {
    const { requests } = await open(`/workflows/${workflow.id}`, answers({ [`POST ${path}/refill`]: () => workflow }, { maxRuns: 10, remainRuns: 2 }));
    expect(await screen.findByText("2 of 10")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Add runs…" }));
    await userEvent.type(await screen.findByRole("textbox", { name: /Runs to add/ }), "5");
    await userEvent.click(screen.getByRole("button", { name: "Add them" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/refill`, body: { runs: 5 } }));
  });

  it("is its tags, none that the server would refuse", async () => {
    const { requests } = await open(`/workflows/${workflow.id}`, answers({ [`PUT ${path}/tags`]: () => workflow }));
    await userEvent.click(await screen.findByRole("button", { name: "Tags…" }));
    const field = await screen.findByRole("textbox", { name: "Another tag" });
    await userEvent.type(field, "Big");
    expect(screen.getByRole("alert")).toHaveTextContent("lower-case");
    await userEvent.clear(field);
    await userEvent.type(field, "treasury{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Take finance off" }));
    await userEvent.click(screen.getByRole("button", { name: "Set the tags" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT ${path}/tags`, body: { tags: ["treasury"], expectedVersion: workflow.version } }));
  });
});
