import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { nodes, path, ready, saves, server, settled, some } from "../../test/editor";
import { changes, workflow } from "../../test/mock/rooms.mjs";
import { hostile, organization } from "../../test/mock/world.mjs";
import { open } from "../../test/page";

const edit = `/workflows/${workflow.id}/edit`;
/** root → ask → told, which reads ask; aside follows the trigger. */
const chain = {
  ...workflow,
  definition: {
    nodes: {
      root: { type: "manual", payload: {}, children: ["ask", "aside"] },
      ask: { type: "log", payload: { message: "asked" }, title: hostile, children: ["told"] },
      told: { type: "log", payload: { message: "{{ask.result.message}}" } },
      aside: { type: "log", payload: { message: "aside" } },
    },
  },
};
const choose = async (id: string) => {
  await waitFor(() => expect(nodes()).toContain(id));
  fireEvent.click(document.querySelector(`.react-flow__node[data-id="${id}"]`) as Element);
  return screen.findByRole("region", { name: `Settings of ${id}` });
};
const last = (requests: { line: string; body: unknown }[]) => saves(requests).at(-1)?.definition.nodes ?? {};

describe("the settings of a node", () => {
  it("give it another name, with which links and expressions go", async () => {
    const { requests } = await open(edit, server(chain));
    await ready();
    const name = within(await choose("ask")).getByRole("textbox", { name: "Name" });
    await userEvent.clear(name);
    await userEvent.type(name, "told");
    expect(screen.getByText("There is a node “told” already")).toBeVisible();
    await userEvent.clear(name);
    await userEvent.type(name, "quote{Enter}");
    await screen.findByRole("region", { name: "Settings of quote" });
    await waitFor(() => expect(last(requests)["told"]?.payload).toEqual({ message: "{{quote.result.message}}" }));
    expect(last(requests)["root"]?.children).toEqual(["quote", "aside"]);
    await settled();
  });

  it("connect and disconnect without a pointer, and offer no circle", async () => {
    const { requests } = await open(edit, server(chain));
    await ready();
    const settings = await choose("told");
    const goals = within(settings).getByRole("combobox", { name: "Lead to", hidden: true });
    expect(within(goals).getAllByRole("option", { hidden: true }).map((option) => option.textContent)).toEqual(["Choose a node…", "aside"]);
    await userEvent.selectOptions(goals, "aside");
    await userEvent.click(within(settings).getByRole("button", { name: "Take the link from ask to told away", hidden: true }));
    await waitFor(() => expect(last(requests)["told"]?.children).toEqual(["aside"]));
    await waitFor(() => expect(last(requests)["ask"]?.children).toBeUndefined());
    await settled();
  });

  it("are JSON where the catalogue does not know the type", async () => {
    const block = { ...workflow, definition: { nodes: { root: { type: "manual", payload: {}, children: ["tax"] }, tax: { type: "block", payload: { id: "blk_1" } } } } };
    const { requests } = await open(edit, server(block));
    await ready();
    const settings = await choose("tax");
    fireEvent.change(await within(settings).findByLabelText(/^Payload/), { target: { value: '{"id":"blk_2"}' } });
    await waitFor(() => expect(last(requests)["tax"]?.payload).toEqual({ id: "blk_2" }));
    await settled();
  });

  it("show what others wrote as text", async () => {
    await open(edit, server(chain));
    await ready();
    await choose("ask");
    expect(document.querySelector("img")).toBeNull();
    expect(document.querySelector('.react-flow__node[data-id="ask"] .graph-title')).toHaveTextContent("<img src=x");
  });
});

describe("a node between two", () => {
  it("is put there from the line, and by key", async () => {
    const { requests } = await open(edit, server(chain));
    await ready();
    await choose("told");
    await userEvent.keyboard("b");
    expect(await screen.findByRole("dialog", { name: "Insert between ask and told" })).toBeVisible();
    await userEvent.keyboard("delay");
    await waitFor(() => expect(within(screen.getByRole("dialog")).getAllByRole("option")[0]).toHaveTextContent(/delay/i));
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(nodes()).toContain("delay"));
    fireEvent.click(await screen.findByRole("button", { name: "Insert a node between root and aside" }));
    await userEvent.keyboard("delay");
    await waitFor(() => expect(within(screen.getByRole("dialog")).getAllByRole("option")[0]).toHaveTextContent(/delay/i));
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(last(requests)["root"]?.children).toEqual(["ask", "delay-2"]));
    expect(last(requests)["ask"]?.children).toEqual(["delay"]);
    expect(last(requests)["delay-2"]?.children).toEqual(["aside"]);
    await settled();
  });
});

describe("the output of a node", () => {
  it("is pinned over the version that saving the draft made", async () => {
    const pinned = { ...some, version: workflow.version + 2, pinnedOutputs: { note: { message: "yes" } } };
    const { requests } = await open(edit, server(some, { [`PUT ${path}/pinned-outputs`]: () => pinned }));
    await ready();
    await choose("note");
    await userEvent.keyboard("d");
    await choose("note");
    await userEvent.click(screen.getByRole("button", { name: "Pin…" }));
    fireEvent.change(await screen.findByLabelText("Output"), { target: { value: '{"message":"yes"}' } });
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Pin" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT ${path}/pinned-outputs`, body: { pinnedOutputs: { note: { message: "yes" } }, expectedCurrentVersion: workflow.version + 1 } }));
    await settled();
  });
});

describe("a draft that is dropped", () => {
  it("is what is live, and comes back by undo", async () => {
    const live = { ...some, hasDraft: false, version: workflow.version + 1, definition: { nodes: { root: { type: "manual", payload: {} } } } };
    let held: object = some;
    const drop = () => (held = live);
    await open(edit, server(some, { [`GET ${path}`]: () => held, [`GET ${path}/diff`]: () => ({ from: "3", to: "draft", same: false, diff: changes }), [`POST ${path}/discard-draft`]: drop, [`PUT ${path}`]: () => ({ ...live, ...some, version: workflow.version + 2 }) }));
    await ready();
    await userEvent.click(screen.getByRole("tab", { name: "Draft against live" }));
    await userEvent.click(await screen.findByRole("button", { name: "List" }));
    expect(await screen.findByText("which was", { exact: false })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Drop the draft…" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Drop it" }));
    await waitFor(() => expect(nodes()).toEqual(["root"]));
    expect(await screen.findByText("The draft is what is live.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(nodes()).toEqual(["root", "note"]));
    await settled();
  });
});

describe("a draft that is only looked at", () => {
  it("is not changed by any key", async () => {
    const whoami = () => ({ actor: "reader", kind: "user", organization, permissions: ["workflows:read", "runs:read"] });
    const { requests } = await open(edit, server(some, { "GET /v1/whoami": whoami }));
    expect(await screen.findByText(/you need the permission workflows:write/)).toBeVisible();
    const settings = await choose("note");
    await userEvent.keyboard("nd{Delete}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(within(settings).getByRole("textbox", { name: "Name" })).toBeDisabled();
    expect(nodes()).toEqual(["root", "note"]);
    expect(saves(requests)).toEqual([]);
  });
});

describe("a draft that is no graph", () => {
  it("is mended as text", async () => {
    const broken = { ...workflow, definition: { nodes: { root: { type: "manual", children: "note" } } } };
    await open(edit, server(broken));
    await userEvent.click(await screen.findByRole("button", { name: "Edit it as text" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Definition" }), { target: { value: '{"nodes":{"root":{"type":"manual"}}}' } });
    await userEvent.click(screen.getByRole("button", { name: "Graph" }));
    await waitFor(() => expect(nodes()).toEqual(["root"]));
    await settled();
  });
});
