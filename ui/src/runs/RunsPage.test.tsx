import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { hostile, runs } from "../../test/mock/world.mjs";
import { open, page } from "../../test/page";

describe("the list of runs", () => {
  it("shows runs with the names of their workflows, whatever these hold, as text", async () => {
    await open("/runs", { "GET /v1/runs": () => page(runs) });
    const table = await screen.findByRole("table");
    expect((await within(table).findAllByText("Pay a supplier")).length).toBeGreaterThan(0);
    expect((await within(table).findAllByText(hostile.trim(), { exact: false })).length).toBeGreaterThan(0);
    expect(document.querySelector("img")).toBeNull();
  });

  it("asks the server for what it is narrowed to, and keeps it in the address", async () => {
    const { requests, router } = await open("/runs", { "GET /v1/runs": () => page(runs) });
    await screen.findByRole("table");
    await userEvent.click(screen.getByRole("button", { name: "Failed" }));
    await screen.findByRole("table");
    expect(requests.map(({ line }) => line)).toContain("GET /v1/runs?status=failure&limit=50");
    expect(router.state.location.searchStr).toBe("?status=failure");
  });

  it("goes on by the cursor as its end comes near, and makes only the rows in sight", async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ ...(runs[index % runs.length] as object), id: `run_${index}` }));
    const { requests } = await open("/runs", {
      "GET /v1/runs": (_, url) =>
        url.searchParams.has("cursor") ? page(many.slice(12)) : { ...page(many.slice(0, 12)), hasMore: true, cursor: "next" },
    });
    await waitFor(() => expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", `${many.length + 1}`));
    expect(requests.filter(({ line }) => line.includes("cursor=next"))).toHaveLength(1);
    expect(screen.getAllByRole("row").length).toBeLessThan(many.length);
  });

  it("teaches where there is nothing, and shows the cure where it is refused", async () => {
    await open("/runs", { "GET /v1/runs": () => page([]) });
    expect(await screen.findByText("Nothing has run yet")).toBeVisible();
  });

  it("says what to do about a refusal", async () => {
    await open("/runs", {
      "GET /v1/runs": () => new Response(JSON.stringify({ code: "forbidden", title: "x", message: "needs runs:read", requestId: "req_7", details: [] }), { status: 403 }),
    });
    expect(await screen.findByText("needs runs:read")).toBeVisible();
    expect(await screen.findByText("req_7")).toBeVisible();
  });
});
