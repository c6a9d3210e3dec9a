import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { task, tasks } from "../../test/mock/rooms.mjs";
import { open, page } from "../../test/page";

const path = `/v1/tasks/${task.id}`;

describe("tasks", () => {
  it("are listed with whom they are for and until when", async () => {
    const { requests } = await open("/tasks", { "GET /v1/tasks": () => page(tasks) });
    expect(await screen.findByText("Say which invoice is meant")).toBeVisible();
    expect(screen.getByText("queue treasury")).toBeVisible();
    expect(screen.getAllByText(/^due /)).toHaveLength(tasks.length);
    expect(requests.some(({ line }) => line === "GET /v1/tasks?status=open&limit=50")).toBe(true);
  });

  it("are answered by the form that they ask for, and not before it is filled in", async () => {
    const { requests } = await open(`/tasks/${task.id}`, { [`GET ${path}`]: () => task, [`POST ${path}/complete`]: () => task });
    await userEvent.click(await screen.findByRole("button", { name: "Complete" }));
    expect(await screen.findByText("is required")).toBeVisible();
    expect(requests.some(({ line }) => line.startsWith("POST"))).toBe(false);
    await userEvent.click(screen.getByLabelText("Yes"));
    await userEvent.type(screen.getByLabelText("Note for the books"), "as agreed");
    await userEvent.click(screen.getByRole("button", { name: "Complete" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/complete`, body: { data: { approved: true, note: "as agreed" } } }));
  });

  it("show what the server finds wrong at its field", async () => {
    const refusal = { code: "invalid-answer", title: "x", message: "the answer is wrong", details: [{ path: "/data/note", message: "names nobody" }] };
    await open(`/tasks/${task.id}`, { [`GET ${path}`]: () => task, [`POST ${path}/complete`]: () => new Response(JSON.stringify(refusal), { status: 422 }) });
    await userEvent.click(await screen.findByLabelText("No"));
    await userEvent.click(screen.getByRole("button", { name: "Complete" }));
    await waitFor(() => expect(screen.getAllByText("names nobody").length).toBeGreaterThan(0));
  });
});
