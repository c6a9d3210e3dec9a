import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { activity, letters, projections } from "../../test/mock/rooms.mjs";
import { open, page } from "../../test/page";

describe("observing", () => {
  it("shows a rebuild's progress, and never more than there is", async () => {
    await open("/projections", { "GET /v1/projections": () => page(projections) });
    expect(await screen.findByRole("progressbar", { name: /search/ })).toHaveAttribute("aria-valuenow", "58.4");
    expect(screen.getByText(/the event has no instant/)).toBeVisible();
  });

  it("follows what happens from behind what is shown, without showing anything twice", async () => {
    const first = activity[0] as { position: number };
    const { requests } = await open("/activity", {
      "GET /v1/activity": () => page(activity),
      "GET /v1/activity/stream": () => [{ ...first, type: "run.started" }, { ...first, position: first.position + 1, type: "run.started", summary: "Brand new" }],
    });
    expect(await screen.findByText("Brand new")).toBeVisible();
    expect(screen.getAllByRole("listitem").length).toBeGreaterThanOrEqual(activity.length + 1);
    expect(requests.some(({ line }) => line === "GET /v1/activity/stream")).toBe(true);
  });

  it("tries what was given up for one cause again together", async () => {
    const { requests } = await open("/dead-letters", { "GET /v1/dead-letters": () => page(letters), "POST /v1/dead-letters/reprocess": () => ({ reprocessed: 3 }) });
    await userEvent.click(await screen.findByRole("button", { name: "Try all again" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/dead-letters/reprocess", body: { ids: ["dl_0", "dl_1", "dl_2"] } }));
  });

  it("orders a rebuild within a bound, a rest, and a bound for good", async () => {
    const { requests } = await open("/projections", {
      "GET /v1/projections": () => page(projections.slice(0, 1)),
      "POST /v1/projections/run_history/rebuild": () => ({}),
      "POST /v1/projections/run_history/pause": () => ({}),
      "PUT /v1/projections/run_history/throttle": () => ({}),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Rebuild…" }));
    await userEvent.type(screen.getByLabelText("Events a second at most"), "500");
    await userEvent.click(screen.getByRole("button", { name: "Rebuild" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/projections/run_history/rebuild", body: { perSecond: 500 } }));
    await userEvent.click(await screen.findByRole("button", { name: "Pause run_history" }));
    await waitFor(() => expect(requests.some(({ line }) => line === "POST /v1/projections/run_history/pause")).toBe(true));
    await userEvent.click(screen.getByRole("button", { name: "Bound…" }));
    await userEvent.click(screen.getByRole("button", { name: "Bound it" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "PUT /v1/projections/run_history/throttle", body: { perSecond: null } }));
  });

  it("shows how far a rebuild is, and what came of one", async () => {
    const rebuild = { name: "run_history", state: "folding", orderedAt: "2026-11-30T18:00:00Z", orderedBy: "ada", position: 250, target: 1000, eventsPerSecond: 75, perSecond: null };
    const [first, second] = projections as [object, object];
    await open("/projections", { "GET /v1/projections": () => page([{ ...first, rebuild }, { ...second, rebuild: { ...rebuild, name: "search", state: "done", outcome: "different", finishedAt: "2026-11-30T18:01:00Z" } }]) });
    expect(await screen.findByRole("progressbar", { name: "Rebuild of run_history" })).toHaveAttribute("aria-valuenow", "25");
    expect(screen.getByText(/about 10\.0 s left/)).toBeVisible();
    expect(screen.getByText(/differed from what the ledger makes/)).toBeVisible();
  });
});
