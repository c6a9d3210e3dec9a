import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { nodes, path, ready, saves, server, settled, some } from "../../test/editor";
import { workflow } from "../../test/mock/rooms.mjs";
import { open } from "../../test/page";

// It is compiled at its first visit, which takes its time.
beforeAll(async () => void (await import("./EditorPage")), 60_000);

const at = `/workflows/${workflow.id}/edit`;
const kept = (requests: { line: string; body: unknown }[]) => (saves(requests).at(-1)?.definition["props"] ?? {}) as { $canvas?: unknown };

describe("groups and notes by keyboard", () => {
  it("are made, named, folded and taken apart, and saved with the draft", async () => {
    const { requests } = await open(at, server(some));
    await ready();
    await userEvent.keyboard("{ArrowDown}g");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await userEvent.clear(name);
    await userEvent.type(name, "Books");
    await userEvent.click(screen.getByRole("button", { name: "Fold" }));
    await waitFor(() => expect(nodes()).toEqual(["frame:group1", "root"]));
    await waitFor(() => expect(kept(requests)).toEqual({ $canvas: { frames: [{ id: "group1", name: "Books", nodes: ["note"], folded: true }] } }), { timeout: 10_000 });
    await userEvent.click(screen.getByRole("button", { name: "Ungroup" }));
    await waitFor(() => expect(nodes()).toEqual(["root", "note"]));
    await settled();
    expect(kept(requests)).toEqual({});
  });

  it("as text beside a node, which moves by the arrows", async () => {
    const { requests } = await open(at, server(some));
    await ready();
    await userEvent.keyboard("m");
    const text = await screen.findByRole("textbox", { name: "Text" });
    await waitFor(() => expect(text).toHaveFocus());
    await userEvent.type(text, "Mind the gap");
    expect(await screen.findByLabelText("Note: Mind the gap")).toBeInTheDocument();
    await userEvent.keyboard("{Escape}{ArrowRight}{ArrowRight}{Shift>}{ArrowDown}{/Shift}");
    await waitFor(() => expect(kept(requests)).toMatchObject({ $canvas: { notes: [{ text: "Mind the gap", x: 276, y: 0, height: 106, beside: "root" }] } }), { timeout: 10_000 });
    await settled();
  });
});

describe("the palette", () => {
  it("puts what is pressed after the chosen node", async () => {
    await open(at, server(some));
    await ready();
    await userEvent.click(screen.getByRole("button", { name: "Palette" }));
    const panel = await screen.findByRole("complementary", { name: "What a node can do" });
    await userEvent.type(within(panel).getByRole("searchbox"), "delay");
    within(panel).getByRole("button", { name: "Delay" }).focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(nodes()).toContain("delay"));
    await settled();
  });
});

describe("a pin", () => {
  it("follows its node to another name, after the draft is saved", async () => {
    const pinned = { ...some, pinnedOutputs: { note: { message: "told" } } };
    const { requests } = await open(at, server(pinned, { [`PUT ${path}/pinned-outputs`]: async (request) => ({ ...pinned, version: 99, ...((await request.clone().json()) as object) }) }));
    await ready();
    await userEvent.keyboard("{ArrowDown}");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await userEvent.clear(name);
    await userEvent.type(name, "said{Enter}");
    await waitFor(() => expect(requests.find(({ line }) => line.endsWith("/pinned-outputs"))?.body).toMatchObject({ pinnedOutputs: { said: { message: "told" } } }), { timeout: 10_000 });
    const lines = requests.map(({ line }) => line).filter((line) => line.startsWith("PUT"));
    expect(lines[0]).toBe(`PUT ${path}`);
    await settled();
  });
});
