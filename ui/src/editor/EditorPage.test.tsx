import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { empty, nodes, path, ready, refusal, saves, server, settled, some } from "../../test/editor";
import { changes, workflow } from "../../test/mock/rooms.mjs";
import { run } from "../../test/mock/world.mjs";
import { open, page } from "../../test/page";

async function addByKeys(words: string) {
  await userEvent.keyboard("n");
  const box = await screen.findByRole("combobox", { name: "What it does" });
  await waitFor(() => expect(within(screen.getByRole("dialog")).getAllByRole("option").length).toBeGreaterThan(0));
  expect(box).toHaveFocus();
  await userEvent.keyboard(words);
  await waitFor(() => expect(within(screen.getByRole("dialog")).getAllByRole("option")[0]).toHaveTextContent(new RegExp(words, "i")));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
}

describe("the editor", () => {
  it("builds a workflow of three nodes by keyboard alone, takes a step back, and saves over the version that was seen", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(empty));
    await ready();
    await addByKeys("Manual");
    await addByKeys("If");
    await addByKeys("Log");
    await waitFor(() => expect(nodes()).toEqual(["root", "if", "log"]));
    await addByKeys("Log");
    await waitFor(() => expect(nodes()).toHaveLength(4));
    await userEvent.keyboard("{Control>}z{/Control}");
    await waitFor(() => expect(nodes()).toEqual(["root", "if", "log"]));
    await waitFor(() => expect(saves(requests).at(-1)?.definition.nodes["log"]).toBeDefined());
    await screen.findByText("Saved as a draft");
    const all = saves(requests);
    expect(all.map((body) => body.expectedCurrentVersion)).toEqual(all.map((_, index) => workflow.version + index));
    expect(all.at(-1)?.definition).toEqual({
      nodes: { root: { type: "manual", payload: {}, children: ["if"] }, if: { type: "if", payload: {}, children: ["log"] }, log: { type: "log", payload: {}, branch: "then" } },
    });
  });

  it("shows problems at the node, in the list, and at the field; mending one takes it away", async () => {
    await open(`/workflows/${workflow.id}/edit`, server(some));
    await ready();
    expect(await screen.findByLabelText("note: Log, one problem")).toBeInTheDocument();
    await userEvent.keyboard("p");
    await userEvent.click(await screen.findByRole("button", { name: "note" }));
    const settings = await screen.findByRole("region", { name: "Settings of note" });
    const field = await within(settings).findByLabelText(/^Message/);
    expect(await within(settings).findByText("is required")).toBeVisible();
    await userEvent.type(field, "paid");
    await waitFor(() => expect(within(settings).queryByText("is required")).toBeNull());
    expect(await screen.findByRole("tab", { name: "Problems" })).toBeInTheDocument();
    await settled();
  });

  it("overwrites nobody: who was overtaken chooses", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(some, { [`PUT ${path}`]: refusal }));
    await ready();
    await userEvent.keyboard("{ArrowDown}d");
    expect(await screen.findByText(/Somebody else changed this workflow/)).toBeVisible();
    await userEvent.keyboard("d");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(saves(requests)).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Take theirs" }));
    await waitFor(() => expect(nodes()).toEqual(["root", "note"]));
    expect(screen.getByText("Saved as a draft")).toBeVisible();
  });

  it("keeps the trigger, and takes other nodes out and back", async () => {
    await open(`/workflows/${workflow.id}/edit`, server(some));
    await ready();
    await userEvent.keyboard("{Delete}");
    expect(nodes()).toEqual(["root", "note"]);
    await userEvent.keyboard("{ArrowDown}{Delete}");
    await waitFor(() => expect(nodes()).toEqual(["root"]));
    await userEvent.keyboard("{Control>}z{/Control}");
    await waitFor(() => expect(nodes()).toEqual(["root", "note"]));
    await settled();
  });

  it("copies and pastes as JSON", async () => {
    await open(`/workflows/${workflow.id}/edit`, server(some));
    await ready();
    await userEvent.keyboard("{ArrowDown}");
    const data = new Map<string, string>();
    const clipboardData = { setData: (kind: string, text: string) => data.set(kind, text), getData: (kind: string) => data.get(kind) ?? "" };
    fireEvent.copy(document.body, { clipboardData });
    expect(JSON.parse(data.get("text/plain") ?? "")).toEqual({ nodes: { note: { type: "log", payload: { message: "" } } } });
    fireEvent.paste(document.body, { clipboardData });
    await waitFor(() => expect(nodes()).toEqual(["root", "note", "note-2"]));
    await settled();
  });

  it("writes the expression of a value of the last run where the cursor is", async () => {
    const last = run as { id: string };
    const answers = server(workflow, { "GET /v1/runs": () => page([{ id: last.id }]), [`GET /v1/runs/${last.id}`]: () => run });
    await open(`/workflows/${workflow.id}/edit`, answers);
    await ready();
    fireEvent.click(await screen.findByLabelText(/^refuse: Log/));
    const settings = await screen.findByRole("region", { name: "Settings of refuse" });
    const field = await within(settings).findByLabelText(/^Message/);
    await userEvent.clear(field);
    await userEvent.type(field, "No: ");
    const input = screen.getByRole("region", { name: "What it can read" });
    await userEvent.click(await within(input).findByRole("button", { name: /^body/ }));
    await userEvent.click(await within(input).findByRole("button", { name: "Use $trigger.body.amount" }));
    expect(field).toHaveValue("No: {{$trigger.body.amount}}");
    expect(field).toHaveFocus();
    await settled();
  });

  it("edits the same draft as text", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(some));
    await ready();
    await userEvent.keyboard("{ArrowDown}d");
    await userEvent.click(screen.getByRole("button", { name: "Text" }));
    const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Definition" });
    expect(field.value).toContain("note-2");
    fireEvent.change(field, { target: { value: '{"nodes":{"root":{"type":"manual"}}}' } });
    await userEvent.click(screen.getByRole("button", { name: "Graph" }));
    await waitFor(() => expect(nodes()).toEqual(["root"]));
    await waitFor(() => expect(saves(requests).at(-1)?.definition).toEqual({ nodes: { root: { type: "manual" } } }));
    await settled();
  });

  it("plays the saved draft, and shows what became of each node", async () => {
    const played = { workflowVersion: 4, status: "success", durationMs: 1000, executionState: { root: { status: "success", attempt: 1, result: { body: {} } }, note: { status: "success", attempt: 1, result: { message: "told" } } }, facts: [], transactions: [], unusedMocks: [] };
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(some, { [`POST ${path}/simulate`]: () => played }));
    await ready();
    await userEvent.keyboard("{ArrowDown}dt");
    await userEvent.click(await screen.findByRole("button", { name: "Play the draft" }));
    const outcome = await screen.findByText(/of virtual time/);
    expect(outcome).toBeVisible();
    const lines = requests.map(({ line }) => line).filter((line) => line === `PUT ${path}` || line.endsWith("/simulate"));
    expect(lines).toEqual([`PUT ${path}`, `POST ${path}/simulate`]);
    await userEvent.click(within(screen.getByRole("tabpanel")).getByRole("button", { name: "note" }));
    expect(await screen.findByText("told", { exact: false })).toBeVisible();
  });

  it("publishes after what changes was seen, and has a sheet of its keys", async () => {
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(some, { [`GET ${path}/diff`]: () => ({ from: "3", to: "draft", same: false, diff: changes }), [`POST ${path}/publish`]: () => ({ ...some, hasDraft: false, version: some.version + 1 }) }));
    await ready();
    await userEvent.keyboard("?");
    expect(await screen.findByText("Take the last step back")).toBeVisible();
    await userEvent.click(screen.getByRole("checkbox", { name: "Single letters and signs are keys" }));
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    await userEvent.keyboard("n?");
    expect(screen.queryByRole("dialog")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Publish…" }));
    await userEvent.click(await screen.findByRole("button", { name: "List" }));
    expect(await screen.findByText("refund")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: /^6\. Publish/ }));
    await userEvent.click(screen.getByRole("button", { name: "Publish" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/publish`, body: { expectedVersion: workflow.version } }));
  });
});
