import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open, page } from "../../test/page";
import { EXAMPLE } from "./example";
import { lineOf } from "./InterfacePage";

const ID = "ui_01h455vb4pex5vsknk084sn02q";
const CHECK = "POST /v1/ui-components/validate";
const sound = () => ({ valid: true, problems: [] });

describe("interfaces", () => {
  it("are listed, and taught where there are none", async () => {
    await open("/interfaces", { "GET /v1/ui-components": () => page([]) });
    expect(await screen.findByText("No interface yet")).toBeVisible();
  });

  it("are shown as they will be while they are written, with the faults of the server at their places", async () => {
    const { requests } = await open("/interfaces/new", {
      [CHECK]: async (request) => {
        const body = (await request.clone().json()) as { name: string };
        return body.name === "" ? { valid: false, problems: [{ path: "/name", message: "has 1 to 200 characters" }] } : sound();
      },
      "POST /v1/ui-components": () => ({ id: ID, version: 1, latestVersion: 1, retired: false, component: EXAMPLE, versions: [] }),
      [`GET /v1/ui-components/${ID}`]: () => ({ id: ID, version: 1, latestVersion: 1, retired: false, component: EXAMPLE, versions: [{ version: 1, by: "ada", at: "2026-11-30T08:00:00Z" }] }),
    });
    expect(await screen.findByLabelText(/Decision/)).toBeVisible();
    expect(await screen.findByText("Nothing is wrong with it.")).toBeVisible();
    const text = screen.getAllByLabelText("As JSON")[0] as HTMLTextAreaElement;
    fireEvent.change(text, { target: { value: JSON.stringify({ ...EXAMPLE, name: "" }, null, 2) } });
    expect(await screen.findByText("has 1 to 200 characters")).toBeVisible();
    expect(screen.getByText(/line 2/)).toBeVisible();
    await waitFor(() => expect(screen.getByRole("button", { name: "Create" })).toBeDisabled());
    fireEvent.change(text, { target: { value: "{" } });
    expect(screen.getByText(/This is not JSON/)).toBeVisible();
    fireEvent.change(text, { target: { value: JSON.stringify(EXAMPLE) } });
    await waitFor(() => expect(screen.getByRole("button", { name: "Create" })).toBeEnabled());
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(requests.some(({ line }) => line === "POST /v1/ui-components")).toBe(true));
    expect(await screen.findByRole("button", { name: "Retire…" })).toBeVisible();
  });

  it("survive what cannot be shown", async () => {
    await open("/interfaces/new", { [CHECK]: sound });
    const text = (await screen.findAllByLabelText("As JSON"))[0] as HTMLTextAreaElement;
    fireEvent.change(text, { target: { value: '{"componentType": "Form", "fields": 7, "name": "x"}' } });
    expect(await screen.findByText(/It cannot be shown as long as/)).toBeVisible();
  });
});

describe("the line of a fault", () => {
  it.each([
    ["/fields/1/label", 4],
    ["/fields/0/key", 3],
    ["", 1],
  ])("of %s is %d", (pointer, line) => {
    const text = '{\n "fields": [\n  {"key": "a", "label": "b"},\n  {"key": "c", "label": "d"}\n ]\n}';
    expect(lineOf(text, pointer)).toBe(line);
  });
});
