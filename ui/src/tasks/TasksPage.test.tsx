import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { task, tasks } from "../../test/mock/rooms.mjs";
import { open, page } from "../../test/page";

describe("the inbox", () => {
  it("is gone through by j and k, and x chooses", async () => {
    await open("/tasks", { "GET /v1/tasks": () => page(tasks) });
    await screen.findByText("Say which invoice is meant");
    await userEvent.keyboard("jj");
    expect(document.activeElement).toHaveTextContent("Say which invoice is meant");
    await userEvent.keyboard("x");
    expect(screen.getByText("1 task chosen")).toBeVisible();
    await userEvent.keyboard("k");
    expect(document.activeElement).toHaveTextContent(/Approve the payout/);
  });

  it("claims several, and tells which were refused and why", async () => {
    const refusal = { code: "task-refuses", title: "x", message: "bob has claimed it", details: [] };
    const { requests } = await open("/tasks", {
      "GET /v1/tasks": () => page(tasks),
      [`POST /v1/tasks/${tasks[0]?.id}/claim`]: () => task,
      [`POST /v1/tasks/${tasks[1]?.id}/claim`]: () => new Response(JSON.stringify(refusal), { status: 409 }),
    });
    await screen.findByText("Say which invoice is meant");
    await userEvent.keyboard("jxjx");
    await userEvent.click(screen.getByRole("button", { name: "Claim them" }));
    expect(await screen.findByText(/1 task claimed, 1 refused/)).toBeVisible();
    expect(screen.getByText("bob has claimed it")).toBeVisible();
    expect(requests.filter(({ line }) => line.endsWith("/claim"))).toHaveLength(2);
  });

  it("has the queues that somebody looks after, and remembers them", async () => {
    const { requests } = await open("/tasks?box=queues", { "GET /v1/tasks": () => page(tasks) });
    await userEvent.type(await screen.findByLabelText("Another queue of mine"), "treasury{Enter}");
    await waitFor(() => expect(requests.some(({ line }) => line.includes("queue=treasury"))).toBe(true));
    expect(screen.getByRole("button", { name: "treasury" })).toHaveAttribute("aria-pressed", "true");
  });

  it("assigns a task to somebody, and answers in somebody’s name", async () => {
    const path = `/v1/tasks/${task.id}`;
    const { requests } = await open(`/tasks/${task.id}`, { [`GET ${path}`]: () => task, [`POST ${path}/assign`]: () => task, [`POST ${path}/claim`]: () => task });
    await userEvent.click(await screen.findByRole("button", { name: "Assign…" }));
    await userEvent.type(screen.getByLabelText("To whom · required"), "ada");
    await userEvent.click(screen.getByRole("button", { name: "Assign" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/assign`, body: { assignee: "ada" } }));
    await userEvent.type(screen.getByLabelText("In the name of"), "grace");
    await userEvent.click(screen.getByRole("button", { name: "Claim" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/claim`, body: { actingAs: "grace" } }));
  });
});
