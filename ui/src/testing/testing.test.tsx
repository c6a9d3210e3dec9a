import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { path, ready, server, some } from "../../test/editor";
import { workflow } from "../../test/mock/rooms.mjs";
import { open, page, type Answers } from "../../test/page";

// It is compiled at its first visit, which takes its time.
beforeAll(async () => void (await Promise.all([import("../editor/EditorPage"), import("./NodeTestDialog")])), 60_000);

const record = (status: string, more = {}) => ({ type: "log", status, attempt: 1, input: null, result: null, branch: null, error: null, ...more });
const played = {
  workflowVersion: 4, status: "success", durationMs: 1000, facts: [], transactions: [], unusedMocks: [], output: { note: { message: "told" } },
  executionState: { root: record("success", { result: { body: {} } }), note: record("success", { input: { message: "told" }, result: { message: "<b>told</b>" }, startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:02Z" }) },
};
const bodies = (requests: { line: string; body: unknown }[], end: string) => requests.filter(({ line }) => line.endsWith(end)).map(({ body }) => body);
const start = async (more: Answers = {}, first: object = some) => {
  const opened = await open(`/workflows/${workflow.id}/edit`, server(first, { [`POST ${path}/simulate`]: () => played, "GET /v1/testing/test-definitions": () => page([]), [`GET ${path}/deliveries`]: () => page([]), ...more }));
  await ready();
  return opened;
};
const testNode = async () => {
  await userEvent.keyboard("{ArrowDown}");
  await userEvent.click(await screen.findByRole("button", { name: "Test…" }));
  return within(await screen.findByRole("dialog", { name: "Test note" }));
};

describe("a test of one node", () => {
  it("is a play with what the nodes before it are said to have given, and its output can be pinned", async () => {
    const { requests } = await start({ [`PUT ${path}/pinned-outputs`]: () => some });
    const dialog = await testNode();
    await userEvent.click(dialog.getByRole("button", { name: "Simulate it" }));
    expect(await dialog.findByText("2.00 s of virtual time")).toBeVisible();
    expect(dialog.getByText(/<b>told<\/b>/)).toBeVisible();
    await userEvent.click(dialog.getByRole("button", { name: "Pin this output" }));
    await waitFor(() => expect(bodies(requests, "/pinned-outputs")).toEqual([{ pinnedOutputs: { note: { message: "<b>told</b>" } }, expectedCurrentVersion: some.version }]));
  });

  it("shows why it failed, and what helps", async () => {
    const failed = { ...played, status: "failure", executionState: { ...played.executionState, note: record("failure", { error: { code: "http_503", message: "the bank is away", category: "service", retryable: true } }) } };
    await start({ [`POST ${path}/simulate`]: () => failed });
    const dialog = await testNode();
    await userEvent.click(dialog.getByRole("button", { name: "Simulate it" }));
    expect(await dialog.findByText("the bank is away")).toBeVisible();
    expect(dialog.getByText(/The other side answered with a failure/)).toBeVisible();
  });

  it("goes without mocks that the server does not take", async () => {
    let asked = 0;
    const refusal = () => new Response(JSON.stringify({ code: "invalid-body", title: "No", message: "no", details: [{ path: "/mocks/0/node", message: "is executed as it will be live" }] }), { status: 422 });
    const slack = { ...some, definition: { nodes: { root: { type: "webhook", payload: {}, children: ["call"] }, call: { type: "http-request", payload: { method: "GET", url: "https://x.example" }, children: ["note"] }, note: { type: "log", payload: { message: "x" } } } }, pinnedOutputs: { call: { status: 200 } } };
    const { requests } = await start({ [`POST ${path}/simulate`]: () => ((asked += 1) === 1 ? refusal() : played) }, slack);
    await userEvent.keyboard("{ArrowDown}");
    const dialog = await testNode();
    await userEvent.click(dialog.getByRole("button", { name: "Simulate it" }));
    expect(await dialog.findByText("2.00 s of virtual time")).toBeVisible();
    expect(bodies(requests, "/simulate").map((body) => (body as { mocks?: unknown }).mocks)).toEqual([[{ node: "call", response: { status: 200 } }], undefined]);
  });

  it("executes it for real only after that was said to be wanted", async () => {
    const tried = { result: { message: "x" }, run: { runId: "run_01m80000000000000000000009", status: "success", durationMs: 7, executionState: { action: record("success", { result: { message: "real" } }) } } };
    const { requests } = await start({ "POST /v1/actions/log/run": () => tried });
    const dialog = await testNode();
    await userEvent.click(dialog.getByRole("tab", { name: "Execute for real" }));
    expect(dialog.getByRole("alert")).toHaveTextContent("Its effects are real");
    const go = dialog.getByRole("button", { name: "Execute it for real" });
    expect(go).toBeDisabled();
    await userEvent.click(dialog.getByRole("checkbox", { name: /I want this to happen/ }));
    await userEvent.click(go);
    expect(await within(await dialog.findByRole("region", { name: "What came of it" })).findByText("real", { exact: false })).toBeVisible();
    expect(bodies(requests, "/actions/log/run")).toEqual([{ inputs: { message: "" } }]);
    expect(go).toBeDisabled();
  });

  it("is red where it would move money on a main network", async () => {
    const paying = { ...some, definition: { nodes: { root: { type: "webhook", payload: {}, children: ["note"] }, note: { type: "log", payload: { chain: "base", message: "x" } } } } };
    await start({}, paying);
    const dialog = await testNode();
    await userEvent.click(dialog.getByRole("tab", { name: "Execute for real" }));
    expect(await dialog.findByText(/Real money/)).toBeVisible();
    expect(dialog.getByRole("alert")).toHaveClass("bad");
  });
});

describe("a test up to a node", () => {
  it("tells what comes after it as not played", async () => {
    await start();
    await userEvent.click(screen.getByRole("tab", { name: "Test" }));
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "As far as" }), "root");
    await userEvent.click(screen.getByRole("button", { name: "Play the draft" }));
    expect((await screen.findAllByText("Not played")).length).toBeGreaterThan(0);
  });
});

describe("the data of a test", () => {
  const test = { id: "test_1", version: 3, name: "Cases", definition: { name: "Cases", type: "workflow", targetId: workflow.id, cases: [{ caseId: "small", input: { amount: 5 } }, { caseId: "large", input: { amount: 500 } }] } };
  const tests: Answers = {
    "GET /v1/testing/test-definitions": () => page([test]),
    "GET /v1/testing/test-definitions/test_1": () => test,
    "GET /v1/testing/test-executions": () => page([]),
  };

  it("are taken from a delivery, as the trigger reads it, and from a case", async () => {
    const delivery = { id: "dlv_1", receivedAt: "2026-11-30T18:00:00Z", outcome: "accepted", method: "POST", bodyBytes: 17 };
    const { requests } = await start({ ...tests, [`GET ${path}/deliveries`]: () => page([delivery]), [`POST ${path}/trigger/test`]: () => ({ firings: [{ body: { amount: 77 } }] }) });
    await userEvent.click(screen.getByRole("tab", { name: "Test" }));
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Data from" }), await screen.findByRole("option", { name: /17 B/ }));
    await waitFor(() => expect(screen.getByRole("textbox", { name: "What the trigger brings" })).toHaveValue('{\n  "amount": 77\n}'));
    await userEvent.click(screen.getByRole("button", { name: "Take the data of large" }));
    await userEvent.click(screen.getByRole("button", { name: "Play the draft" }));
    await waitFor(() => expect(bodies(requests, "/simulate")).toMatchObject([{ payload: { amount: 500 } }]));
  });

  it("are kept as a case of a test", async () => {
    const { requests } = await start({ ...tests, "PUT /v1/testing/test-definitions/test_1": () => test });
    await userEvent.click(screen.getByRole("tab", { name: "Test" }));
    await userEvent.click(await screen.findByRole("button", { name: "Take the data of small" }));
    await userEvent.click(screen.getByRole("button", { name: "Keep as a case…" }));
    const name = await screen.findByRole("textbox", { name: /Name of the case/ });
    await userEvent.type(name, "large");
    expect(screen.getByRole("button", { name: "Keep it" })).toBeDisabled();
    await userEvent.type(name, "-one");
    await userEvent.click(screen.getByRole("button", { name: "Keep it" }));
    await waitFor(() => expect(requests.find(({ line }) => line.startsWith("PUT /v1/testing"))).toBeDefined());
    const put = requests.find(({ line }) => line.startsWith("PUT /v1/testing"));
    expect(put?.line).toContain("expectedVersion=3");
    expect((put?.body as { cases: unknown[] }).cases.at(-1)).toEqual({ caseId: "large-one", input: { amount: 5 }, expectedStatus: "success" });
  });

  it("are played together, each passed or not, and why", async () => {
    const execution = { id: "texec_1", testVersion: 3, completedAt: "2026-11-30T18:00:00Z", results: [{ caseId: "small", status: "passed", assertions: [] }, { caseId: "large", status: "failed", assertions: [{ path: "$.status", passed: false, message: "the run should end with success" }] }] };
    await start({ ...tests, "POST /v1/testing/test-executions": () => ({ id: "texec_1" }), "GET /v1/testing/test-executions/texec_1": () => execution });
    await userEvent.click(screen.getByRole("tab", { name: "Test" }));
    await userEvent.click(await screen.findByRole("button", { name: "Run all" }));
    expect(await screen.findByText("Passed")).toBeVisible();
    expect(screen.getByText("Did not pass")).toBeVisible();
    expect(screen.getByText("the run should end with success")).toBeVisible();
  });
});
