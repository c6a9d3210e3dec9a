import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open } from "../../test/page";

const path = `/v1/workflows/${workflow.id}`;
type Body = { definition: { n: number }; expectedCurrentVersion: number };

/** A server whose answers to a save come when the test says so. */
function slow() {
  let version = workflow.version;
  const waiting: (() => void)[] = [];
  const answers = {
    [`GET ${path}`]: () => ({ ...workflow, version }),
    [`POST ${path}/validate`]: () => ({ valid: true, problems: [] }),
    [`PUT ${path}`]: async (request: Request) => {
      const { definition } = (await request.clone().json()) as Body;
      await new Promise<void>((resolve) => waiting.push(resolve));
      version += 1;
      return { ...workflow, version, definition };
    },
  };
  return { answers, waiting };
}
const edit = async (n: number) => fireEvent.change(await screen.findByRole("textbox", { name: "Definition" }), { target: { value: `{"nodes":{},"n":${n}}` } });
const saves = (requests: { line: string; body: unknown }[]) => requests.filter(({ line }) => line === `PUT ${path}`).map(({ body }) => body as Body);

describe("a draft", () => {
  it("saves what was typed while it was being saved, over the version that this made", async () => {
    const { answers, waiting } = slow();
    const { requests } = await open(`/workflows/${workflow.id}?tab=definition`, answers);
    await edit(1);
    await waitFor(() => expect(waiting).toHaveLength(1));
    await edit(2);
    await edit(3);
    waiting[0]?.();
    expect(await screen.findByText("Not saved yet")).toBeVisible();
    await waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.();
    expect(await screen.findByText("Saved as a draft")).toBeVisible();
    expect(saves(requests).map(({ definition, expectedCurrentVersion }) => [definition.n, expectedCurrentVersion])).toEqual([
      [1, workflow.version],
      [3, workflow.version + 1],
    ]);
    expect(screen.getByRole("textbox", { name: "Definition" })).toHaveValue('{"nodes":{},"n":3}');
  });

  it("is saved when its page is left, and not while it is no JSON", async () => {
    const { answers } = slow();
    const { requests, router } = await open(`/workflows/${workflow.id}?tab=definition`, answers);
    await edit(1);
    await router.navigate({ to: "/workflows", search: {} });
    await waitFor(() => expect(saves(requests)).toHaveLength(1));
    await router.navigate({ to: "/workflows/$workflowId", params: { workflowId: workflow.id }, search: { tab: "definition" } });
    fireEvent.change(await screen.findByRole("textbox", { name: "Definition" }), { target: { value: "{" } });
    await router.navigate({ to: "/workflows", search: {} });
    expect(saves(requests)).toHaveLength(1);
  });
});
