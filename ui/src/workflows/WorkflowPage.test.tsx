import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open } from "../../test/page";

const path = `/v1/workflows/${workflow.id}`;
const answers = {
  [`GET ${path}`]: () => workflow,
  [`POST ${path}/validate`]: () => ({ valid: false, problems: [{ path: "/nodes/pay", nodeId: "pay", message: "is required" }] }),
};
const edit = async () => {
  const field = await screen.findByRole("textbox", { name: "Definition" });
  fireEvent.change(field, { target: { value: '{"nodes":{}}' } });
};

describe("the page of a workflow", () => {
  it("links each problem of the draft to its node", async () => {
    await open(`/workflows/${workflow.id}?tab=definition`, answers);
    expect((await screen.findByText("pay")).closest("a")).toHaveAttribute("href", expect.stringContaining("node=pay"));
  });

  it("saves a draft by itself, over the version that was seen", async () => {
    const { requests } = await open(`/workflows/${workflow.id}?tab=definition`, { ...answers, [`PUT ${path}`]: () => ({ ...workflow, version: workflow.version + 1 }) });
    await edit();
    expect(await screen.findByText("Saved as a draft")).toBeVisible();
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT ${path}`, body: { definition: { nodes: {} }, expectedCurrentVersion: workflow.version } }));
  });

  it("overwrites nobody: who was overtaken chooses", async () => {
    const { requests } = await open(`/workflows/${workflow.id}?tab=definition`, {
      ...answers,
      [`PUT ${path}`]: () => new Response(JSON.stringify({ code: "version-conflict", message: "it is at 13", details: [] }), { status: 409 }),
    });
    await edit();
    expect(await screen.findByText(/Somebody else changed this workflow/)).toBeVisible();
    expect(requests.filter(({ line }) => line.startsWith("PUT"))).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Take theirs" }));
    expect(requests.filter(({ line }) => line.startsWith("PUT"))).toHaveLength(1);
  });
});

describe("a draft that is no graph", () => {
  it("is told, and not drawn", async () => {
    const broken = { ...workflow, definition: { nodes: { root: null, a: { type: "log", children: "b" } } } };
    await open(`/workflows/${workflow.id}`, { ...answers, [`GET ${path}`]: () => broken });
    expect(await screen.findByText(/The draft is no graph/)).toBeVisible();
  });
});
