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
});
