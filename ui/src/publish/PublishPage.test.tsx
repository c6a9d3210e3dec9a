import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open, page, type Answers } from "../../test/page";

// They are compiled at their first visit, which takes its time.
beforeAll(async () => void (await Promise.all([import("./PublishPage"), import("./ComparePage"), import("./VersionPage"), import("../workflows/WorkflowPage"), import("../graph/GraphDiff"), import("../runs/RunGraph")])), 60_000);

const path = `/v1/workflows/${workflow.id}`;
const review = { required: false, draftHash: "h1", status: "none", comments: [] };
const run = (n: number, verdict: string, more = {}) => ({ runId: `run_01m8${String(n).padStart(22, "0")}`, verdict, ...more });
const whatIf = { liveVersion: 3, summary: { same: 1, other_path: 1 }, otherInputRuns: 0, runs: [run(1, "other_path", { node: "pay", reason: "the node would fail" }), run(2, "same")] };
const readiness = {
  workflowId: workflow.id, edition: "draft", ready: false, summary: { pass: 1, fail: 1, notApplicable: 0 },
  checks: [{ check: "tests", title: "It has tests", verdict: "fail", evidence: ["no test is about it"], cure: "write one" }, { check: "definition", title: "It passes validation", verdict: "pass", evidence: [] }],
};
const answers = (more: Answers = {}): Answers => ({
  [`GET ${path}`]: () => ({ ...workflow, hasDraft: true }),
  [`POST ${path}/validate`]: () => ({ valid: true, problems: [] }),
  [`GET ${path}/diff`]: () => ({ from: "3", to: "draft", same: false, diff: { nodes: [{ change: "added", node: "refund", type: "log" }], edges: [], settings: [] } }),
  [`GET ${path}/versions/3`]: () => ({ versionNumber: 3, status: "live", createdBy: "ada", createdAt: "", publishedAt: "", definition: { nodes: { root: { type: "webhook", payload: {} } } } }),
  [`GET ${path}/readiness`]: () => readiness,
  [`POST ${path}/what-if`]: () => whatIf,
  [`GET ${path}/review`]: () => review,
  ...more,
});
const stages = () => within(screen.getByRole("navigation", { name: "Stages" }));
const refused = (code: string, status = 409) => new Response(JSON.stringify({ code, title: "No", message: "not so", details: [] }), { status });

describe("what is looked at before a draft goes live", () => {
  it("tells at each stage where it stands, by a word", async () => {
    await open(`/workflows/${workflow.id}/publish`, answers());
    expect(await screen.findByText("One run differs")).toBeVisible();
    expect(stages().getByText("None")).toBeVisible();
    expect(stages().getByText("One node")).toBeVisible();
    expect(stages().getByText("One does not hold")).toBeVisible();
    expect(stages().getByText("Not needed")).toBeVisible();
    expect(stages().getByText("It can go live")).toBeVisible();
  });

  it("shows which of the last runs would go otherwise, and leads to them", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/publish?stage=what-if`, answers());
    expect(await screen.findByText("Would go another way", { exact: false })).toBeVisible();
    expect(screen.getByText("the node would fail").closest("li")?.querySelector("a")).toHaveAttribute("href", expect.stringContaining("/runs/run_01m8"));
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Runs that are played again" }), "100");
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/what-if`, body: { runs: 100 } }));
  });

  it("shows what does not hold with its cure", async () => {
    await open(`/workflows/${workflow.id}/publish?stage=readiness`, answers());
    expect(await screen.findByText("write one")).toBeVisible();
  });

  it("publishes over the version that was looked at, and shows a refusal with its cure", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/publish?stage=publish`, answers({ [`POST ${path}/publish`]: () => refused("version-conflict") }));
    await userEvent.click(await screen.findByRole("button", { name: "Publish" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("not so");
    expect(requests).toContainEqual({ line: `POST ${path}/publish`, body: { expectedVersion: workflow.version } });
  });

  it("does not publish what has problems, and leads to them", async () => {
    await open(`/workflows/${workflow.id}/publish?stage=publish`, answers({ [`POST ${path}/validate`]: () => ({ valid: false, problems: [{ path: "/nodes/pay", nodeId: "pay", message: "is required" }] }) }));
    expect(await screen.findByText("The draft has problems.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Publish" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "To “Problems”" }));
    expect(await screen.findByText("is required")).toBeVisible();
  });
});

describe("the review of a draft", () => {
  it("is asked for with a note where the organization wants one", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/publish?stage=review`, answers({ [`GET ${path}/review`]: () => ({ ...review, required: true }), [`POST ${path}/review`]: () => ({ ...review, status: "requested" }) }));
    expect(await screen.findByText(/two pairs of eyes/)).toBeVisible();
    await userEvent.type(screen.getByRole("textbox", { name: "For whoever looks at it" }), "the new rate");
    await userEvent.click(screen.getByRole("button", { name: "Ask for a review" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/review`, body: { note: "the new rate" } }));
  });

  it("is judged for the draft that was looked at, and not by whoever asked", async () => {
    const asked = { ...review, required: true, status: "requested", requestedBy: "ada", requestedAt: "2026-11-30T18:00:00Z", note: "<b>look</b>", comments: [{ by: "bob", text: "why?", at: "2026-11-30T18:01:00Z" }] };
    const first = await open(`/workflows/${workflow.id}/publish?stage=review`, answers({ [`GET ${path}/review`]: () => asked, [`POST ${path}/review/approve`]: () => ({ ...asked, status: "approved" }) }));
    expect(await screen.findByText("<b>look</b>")).toBeVisible();
    expect(screen.getByRole("button", { name: "Reject" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(first.requests).toContainEqual({ line: `POST ${path}/review/approve`, body: { draftHash: "h1" } }));
  });

  it("is not judged by whoever asked for it", async () => {
    const own = { ...review, required: true, status: "requested", requestedBy: "admin" };
    await open(`/workflows/${workflow.id}/publish?stage=review`, answers({ [`GET ${path}/review`]: () => own }));
    expect(await screen.findByText(/somebody else judges it/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("keeps the note of a publication as its last comment", async () => {
    const approved = { ...review, status: "approved", requestedBy: "ada", judgedBy: "bob" };
    const { requests } = await open(`/workflows/${workflow.id}/publish?stage=publish`, answers({ [`GET ${path}/review`]: () => approved, [`POST ${path}/review/comments`]: () => approved, [`POST ${path}/publish`]: () => ({ ...workflow, hasDraft: false }) }));
    await userEvent.type(await screen.findByRole("textbox", { name: "A note to this publication" }), "for the audit");
    await userEvent.click(screen.getByRole("button", { name: "Publish" }));
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain(`POST ${path}/publish`));
    expect(requests).toContainEqual({ line: `POST ${path}/review/comments`, body: { text: "for the audit" } });
  });
});

describe("versions", () => {
  const versions = [4, 3].map((n) => ({ versionNumber: n, status: n === 4 ? "live" : "superseded", createdBy: "ada", createdAt: "2026-11-30T18:00:00Z", publishedAt: "2026-11-30T18:00:00Z" }));
  const more = {
    [`GET ${path}/versions`]: () => page(versions),
    [`GET ${path}/versions/4`]: () => ({ ...versions[0], definition: workflow.definition }),
    [`POST ${path}/rollback`]: () => workflow,
  };

  it("tell what each changed, and are brought back after what that changes was shown", async () => {
    const { requests } = await open(`/workflows/${workflow.id}?tab=versions`, answers(more));
    await waitFor(() => expect(screen.getAllByText("1 new")).toHaveLength(2));
    await userEvent.click(screen.getByRole("button", { name: "Bring back…" }));
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByText("refund")).toBeVisible();
    await userEvent.click(within(dialog).getByRole("button", { name: "Bring it back" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/rollback`, body: { versionNumber: 3 } }));
    expect(requests.some(({ line }) => line === `GET ${path}/diff?from=live&to=3`)).toBe(true);
  });

  it("are looked at as graphs, and laid side by side", async () => {
    const { router } = await open(`/workflows/${workflow.id}/versions/4`, answers(more));
    await waitFor(() => expect(document.querySelectorAll(".react-flow__node").length).toBe(Object.keys(workflow.definition.nodes).length));
    await router.navigate({ to: "/workflows/$workflowId/compare", params: { workflowId: workflow.id }, search: { from: "3", to: "4" } });
    await waitFor(() => expect(document.querySelector('[data-id="pay"]')).toHaveAttribute("aria-label", "Pay 12,500 USDC: New"));
    await userEvent.click(screen.getByRole("button", { name: "Text" }));
    expect((await screen.findAllByText("New:")).length).toBeGreaterThan(5);
  });
});
