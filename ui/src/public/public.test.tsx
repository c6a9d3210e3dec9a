import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { PublicWorkflow } from "./api";
import { framedBy } from "./frame";
import { placeOf } from "./place";
import { PublicPage } from "./PublicPage";

const ID = "wf_01h455vb4pex5vsknk084sn02q";
const workflow = {
  id: ID,
  name: "Refund",
  description: "Ask for it",
  executable: true,
  inputSchema: [{ key: "name", type: "string", required: true }],
  nodes: [
    { id: "root", type: "manual", children: ["say"] },
    { id: "say", type: "log", title: "<b>Say it</b>", children: [] },
  ],
  publicWidgetConfig: { title: "Ask for a refund", buttonText: "Send", allowedOrigins: ["https://shop.example"] },
} as unknown as PublicWorkflow;

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };

function serve(answers: Record<string, Answer[]>) {
  const asked: { line: string; headers: Headers; body: unknown; credentials: RequestCredentials | undefined }[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const line = `${init.method} ${path}`;
    asked.push({ line, headers: new Headers(init.headers), body: init.body ? JSON.parse(String(init.body)) : undefined, credentials: init.credentials });
    const list = answers[line] ?? [{ status: 404, body: { code: "workflow-not-found", title: "No such workflow", message: "no", details: [] } }];
    const { status = 200, body, headers } = (list.length > 1 ? list.shift() : list[0]) as Answer;
    return new Response(JSON.stringify(status < 300 ? { data: body } : body), { status, ...(headers && { headers }) });
  });
  return asked;
}

const show = (path = `/p/${ID}`) => render(<PublicPage place={placeOf(path)} />);
const VIEW = `GET /v1/public/workflows/${ID}`;
const RUN = `POST /v1/public/workflows/${ID}/run`;

describe("a public workflow", () => {
  it("shows what it is, starts a run by its form, and follows that to its outputs", async () => {
    const asked = serve({
      [VIEW]: [{ body: workflow }],
      [RUN]: [{ status: 202, body: { runId: "run_1", token: "prt_x" } }],
      "GET /v1/public/runs/run_1?token=prt_x": [{ body: { status: "running", outputs: {} } }, { body: { status: "success", message: "Thank you", outputs: { say: { formatted: "Hello Ada" } } } }],
    });
    show();
    expect(await screen.findByRole("heading", { name: "Ask for a refund" })).toBeVisible();
    expect(screen.getByText("<b>Say it</b>", { selector: "text" })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(asked.some(({ line }) => line === RUN)).toBe(false);
    await userEvent.type(screen.getByLabelText(/name/i), "Ada");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("Thank you")).toBeVisible();
    expect(screen.getByText(/Hello Ada/)).toBeVisible();
    const run = asked.find(({ line }) => line === RUN);
    expect(run?.body).toEqual({ payload: { name: "Ada" } });
    expect(asked.every(({ credentials, headers }) => credentials === "omit" && !headers.has("Authorization"))).toBe(true);
  });

  it("tells nothing of what is not public", async () => {
    serve({});
    show();
    expect(await screen.findByText("There is nothing here")).toBeVisible();
  });

  it("says when it is worth another try after too many runs, and sends the same form under the same key", async () => {
    const asked = serve({
      [VIEW]: [{ body: { ...workflow, inputSchema: [] } }],
      [RUN]: [
        { status: 429, body: { code: "rate-limited", title: "Too many", message: "x", details: [] }, headers: { "Retry-After": "7" } },
        { status: 202, body: { runId: "run_1", token: "prt_x" } },
      ],
      "GET /v1/public/runs/run_1?token=prt_x": [{ body: { status: "failure", outputs: {} } }],
    });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Send" }));
    expect(await screen.findByText(/Try again in 7 seconds/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText(/It came to nothing/)).toBeVisible();
    const keys = asked.filter(({ line }) => line === RUN).map(({ headers }) => headers.get("Idempotency-Key"));
    expect(new Set(keys).size).toBe(1);
    await userEvent.click(screen.getByRole("button", { name: "Once more" }));
    expect(screen.getByRole("button", { name: "Send" })).toBeVisible();
  });

  it("shows the fault of a field at the field", async () => {
    serve({ [VIEW]: [{ body: workflow }], [RUN]: [{ status: 422, body: { code: "invalid-input", title: "x", message: "the input lacks something", details: [{ path: "/payload/name", message: "names nobody" }] } }] });
    show();
    await userEvent.type(await screen.findByLabelText(/name/i), "Ada");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(screen.getAllByText("names nobody").length).toBeGreaterThan(1));
  });

  it("is the form alone in a frame, with the ticket that it was served with", async () => {
    const meta = Object.assign(document.createElement("meta"), { name: "chainkeel-ticket", content: "1.t" });
    document.head.append(meta);
    const asked = serve({ [VIEW]: [{ body: { ...workflow, inputSchema: [] } }], [RUN]: [{ status: 403, body: { code: "forbidden", title: "x", message: "load the page again", details: [] } }] });
    show(`/embed/${ID}`);
    await userEvent.click(await screen.findByRole("button", { name: "Send" }));
    expect(await screen.findByText("load the page again")).toBeVisible();
    expect(screen.queryByText("What it does")).not.toBeInTheDocument();
    expect(asked.find(({ line }) => line === RUN)?.headers.get("Chainkeel-Ticket")).toBe("1.t");
    meta.remove();
  });
});

describe("the height of a frame", () => {
  it.each([
    [["https://shop.example"], "", "https://shop.example"],
    [["https://evil.example", "https://shop.example"], "https://shop.example/x", undefined],
    [[], "https://shop.example/cart", "https://shop.example"],
    [[], "https://evil.example/", undefined],
    [[], "", undefined],
  ])("is told to an origin that is named and frames it: %j %s", (ancestors, referrer, told) => {
    expect(framedBy(["https://shop.example"], ancestors, referrer)).toBe(told);
  });
});
