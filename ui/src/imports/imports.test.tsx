import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open, type Answers } from "../../test/page";
import { readFile } from "./read";

// They are compiled at their first visit, which takes its time.
beforeAll(async () => void (await Promise.all([import("../workflows/WorkflowsPage"), import("../workflows/WorkflowPage")])), 60_000);

const definition = { nodes: { root: { type: "manual", payload: {} } } };

describe("what a file holds", () => {
  it("is a workflow as it is exported or applied, or a bare definition", () => {
    expect(readFile("a.json", JSON.stringify({ name: "N", tags: ["x"], limits: { maxRuns: 3 }, definition })).found).toEqual([{ from: "a.json", name: "N", description: undefined, tags: ["x"], limits: { maxRuns: 3 }, definition }]);
    expect(readFile("a.json", JSON.stringify(definition)).found[0]?.definition).toEqual(definition);
  });

  it("may be several: in a list, or one on each line", () => {
    expect(readFile("a", JSON.stringify([{ name: "A", definition }, definition])).found).toHaveLength(2);
    expect(readFile("a", JSON.stringify({ workflows: [{ name: "A", definition }] })).found).toHaveLength(1);
    expect(readFile("a", `${JSON.stringify({ name: "A", definition })}\n${JSON.stringify({ name: "B", definition })}\n`).found.map(({ name }) => name)).toEqual(["A", "B"]);
  });

  it("is told for what it is where it is no workflow", () => {
    const why = (value: unknown) => readFile("a", typeof value === "string" ? value : JSON.stringify(value)).faults[0]?.why;
    expect(why("{")).toContain("not JSON");
    expect(why({ a: 1 })).toContain("has no `nodes`");
    expect(why({ name: "M", match_conditions: {} })).toContain("chainkeel import openzeppelin-monitor");
    expect(why({ nodes: {}, entry: "a", result: "b" })).toContain("block");
    expect(why({ name: "T", cases: [] })).toContain("test of a workflow");
  });
});

describe("importing", () => {
  const path = `/v1/workflows/${workflow.id}`;
  const answers: Answers = {
    "POST /v1/workflows/validate": () => ({ valid: false, problems: [{ path: "/nodes/root", message: "<b>is not live</b>" }] }),
    "POST /v1/workflows": () => workflow,
    [`PUT ${path}/tags`]: () => workflow,
    [`GET ${path}`]: () => workflow,
  };

  it("takes files that are dropped on the list, shows their problems, and makes drafts of them", async () => {
    const { requests } = await open("/workflows", answers);
    await screen.findByRole("button", { name: "Import" });
    const files = [new File([JSON.stringify({ name: "First", tags: ["x"], definition })], "first.json"), new File([JSON.stringify(definition)], "second.json"), new File(["no"], "third.json")];
    fireEvent.drop(document, { dataTransfer: { types: ["Files"], files } });
    const dialog = within(await screen.findByRole("dialog"));
    expect(await dialog.findByRole("textbox", { name: "Name of second.json" })).toHaveValue("second");
    expect(dialog.getByText("third.json", { exact: false })).toBeVisible();
    expect((await dialog.findAllByText("<b>is not live</b>")).length).toBe(2);
    expect(requests.some(({ line }) => line === "POST /v1/workflows")).toBe(false);
    await userEvent.click(dialog.getByRole("checkbox", { name: "Import second" }));
    await userEvent.click(dialog.getByRole("button", { name: "Create the draft" }));
    await waitFor(() => expect(requests.filter(({ line }) => line === "POST /v1/workflows").map(({ body }) => (body as { name: string }).name)).toEqual(["First"]));
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT ${path}/tags`, body: { tags: ["x"] } }));
  });

  it("takes text, and a name before it makes anything", async () => {
    const { requests } = await open("/workflows", answers);
    await userEvent.click(await screen.findByRole("button", { name: "Import" }));
    fireEvent.change(await screen.findByRole("textbox", { name: "Or text" }), { target: { value: JSON.stringify(definition) } });
    expect(screen.getByRole("button", { name: "Create the draft" })).toBeDisabled();
    await userEvent.type(screen.getByRole("textbox", { name: "Name of the text" }), "Mine");
    await userEvent.click(screen.getByRole("button", { name: "Create the draft" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/workflows", body: { name: "Mine", definition } }));
  });
});
