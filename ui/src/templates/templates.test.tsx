import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { path, ready, server, some } from "../../test/editor";
import { workflow } from "../../test/mock/rooms.mjs";
import { open, page } from "../../test/page";
import { blockOf, withoutConnectors } from "./parts";

// They are compiled at their first visit, which takes its time.
beforeAll(async () => void (await Promise.all([import("../editor/EditorPage"), import("./GalleryPage"), import("./BlueprintPage"), import("./WriteDialog")])), 60_000);

const summary = (n: number, more = {}) => ({ id: `tpl_${n}`, own: true, version: 1, name: `Template ${n}`, description: null, category: null, tags: [], sharing: "org", createdAt: "2026-11-30T18:00:00Z", updatedAt: "2026-11-30T18:00:00Z", ...more });
const template = {
  ...summary(1, { name: "Pay a supplier" }), retired: false, asks: [{ field: "payer_wallet_address", widget: "wallet_address" }],
  inputs: [{ key: "limit", type: "number", required: true, default: null, title: null, description: "At most" }, { key: "bank", type: "connector", required: false, default: null }],
  definition: { nodes: { root: { type: "manual", payload: {}, children: ["pay"] }, pay: { type: "log", payload: { message: "{{$props.limit}}" } } } },
};

describe("the gallery of templates", () => {
  it("is searched by name, purpose and tag, and shows what others wrote as text", async () => {
    await open("/templates", { "GET /v1/templates": () => page([summary(1, { name: "<b>Pay</b>", tags: ["treasury"] }), summary(2, { description: "Watches a treasury", own: false }), summary(3)]) });
    expect(await screen.findByText("<b>Pay</b>")).toBeVisible();
    await userEvent.type(screen.getByRole("searchbox"), "treasury");
    await waitFor(() => expect(screen.queryByText("Template 3")).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Public" }));
    await waitFor(() => expect(screen.queryByText("<b>Pay</b>")).toBeNull());
    expect(screen.getByText("Template 2")).toBeVisible();
  });

  it("teaches where it is empty", async () => {
    await open("/blocks", { "GET /v1/blocks": () => page([]) });
    expect(await screen.findByText("No block yet")).toBeVisible();
  });
});

describe("a template", () => {
  const answers = { "GET /v1/templates/tpl_1": () => template, "GET /v1/connectors": () => page([{ id: "conn_1", name: "The bank" }]) };

  it("is shown as a graph, and makes a draft of what was said", async () => {
    const { requests } = await open("/templates/tpl_1", { ...answers, "POST /v1/templates/tpl_1/instantiate": () => ({ id: workflow.id }), [`GET ${path}`]: () => workflow });
    await waitFor(() => expect(document.querySelector('[data-id="pay"]')).toBeInTheDocument());
    await userEvent.click(screen.getByRole("button", { name: "Make a draft of it" }));
    expect((await screen.findAllByRole("alert")).length).toBeGreaterThan(0);
    expect(requests.some(({ line }) => line.startsWith("POST"))).toBe(false);
    await userEvent.type(screen.getByRole("textbox", { name: /Limit/ }), "100");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: /Bank/ }), "conn_1");
    await userEvent.type(screen.getByRole("textbox", { name: /Payer wallet address/ }), "0xabc");
    await userEvent.click(screen.getByRole("button", { name: "Make a draft of it" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/templates/tpl_1/instantiate", body: { name: "Pay a supplier", props: { limit: 100, bank: "conn_1" }, answers: { payer_wallet_address: "0xabc" } } }));
  });

  it("is changed over the version that was seen, and deleted after a question", async () => {
    const { requests } = await open("/templates/tpl_1", { ...answers, "PUT /v1/templates/tpl_1": () => template, "DELETE /v1/templates/tpl_1": () => template, "GET /v1/templates": () => page([]) });
    await userEvent.click(await screen.findByRole("button", { name: "Edit…" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Tags" }), "finance money");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(requests.find(({ line }) => line.startsWith("PUT"))?.body).toMatchObject({ expectedVersion: 1, tags: ["finance", "money"], name: "Pay a supplier" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete…" }));
    await userEvent.click(await screen.findByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(requests.some(({ line }) => line === "DELETE /v1/templates/tpl_1")).toBe(true));
  });
});

describe("what becomes a template or a block", () => {
  it("has no ids of connectors", () => {
    const { definition, left } = withoutConnectors({ nodes: { a: { type: "x", connector: { type: "slack", id: "conn_1" } }, b: { type: "y" } } });
    expect(left).toBe(1);
    expect(definition).toEqual({ nodes: { a: { type: "x", connector: { type: "slack" } }, b: { type: "y" } } });
  });

  it("begins with one node", () => {
    expect(blockOf('{"nodes":{"a":{"type":"x","children":["b"]},"b":{"type":"y"}}}')).toEqual({ definition: { nodes: { a: { type: "x", children: ["b"] }, b: { type: "y" } }, entry: "a", result: "b" }, fault: undefined });
    expect(blockOf('{"nodes":{"a":{"type":"x"},"b":{"type":"y"}}}').fault).toContain("a, b");
  });

  it("is saved out of the editor, and a refusal tells its places", async () => {
    const refusal = () => new Response(JSON.stringify({ code: "invalid-definition", title: "No", message: "no", details: [{ path: "/definition/nodes/note", message: "holds a secret" }] }), { status: 422 });
    const { requests } = await open(`/workflows/${workflow.id}/edit`, server(some, { "POST /v1/blocks": refusal, "GET /v1/blocks": () => page([]) }));
    await ready();
    await userEvent.keyboard("{ArrowDown}");
    await userEvent.click(await screen.findByRole("button", { name: "Save as a block" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Make the block" }));
    expect(await dialog.findByText("holds a secret")).toBeVisible();
    expect(requests.find(({ line }) => line === "POST /v1/blocks")?.body).toMatchObject({ name: "note", definition: { entry: "note", result: "note" } });
  });
});

describe("a block in the editor", () => {
  it("stands among what can be added, and asks for its inputs by a form", async () => {
    const block = { ...summary(1), id: "blk_1", name: "Tell everybody", retired: false, asks: [], inputs: [{ key: "words", type: "string", required: true }], definition: { nodes: {}, entry: "a", result: "a" } };
    await open(`/workflows/${workflow.id}/edit`, server(some, { "GET /v1/blocks": () => page([block]), "GET /v1/blocks/blk_1": () => block }));
    await ready();
    await userEvent.keyboard("n");
    await userEvent.type(await screen.findByRole("combobox", { name: "What it does" }), "everybody");
    await userEvent.click(await screen.findByRole("option", { name: /Tell everybody/ }));
    expect(await screen.findByLabelText(/Words/)).toBeVisible();
    expect(await screen.findByText("Saved as a draft")).toBeVisible();
  });
});
