import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { chains, signature, transaction, wallet } from "../../test/mock/money.mjs";
import { events, run } from "../../test/mock/world.mjs";
import { open, page, type Answers } from "../../test/page";

const { id } = run as { id: string };
const answers: Answers = {
  [`GET /v1/runs/${id}`]: () => run,
  [`GET /v1/runs/${id}/stream`]: () => events,
  "GET /v1/chains": () => page(chains),
  "GET /v1/wallets": () => page([wallet]),
  "GET /v1/transactions": () => page([transaction]),
  "GET /v1/signatures": () => page([signature]),
  "GET /v1/payments": () => page([]),
};

describe("the money of a run", () => {
  it("is a tab where the run wants any, with each intent's state", async () => {
    const { requests } = await open(`/runs/${id}?tab=timeline`, answers);
    await userEvent.click(await screen.findByRole("tab", { name: "Money" }));
    expect(await screen.findByText("1.5")).toBeVisible();
    expect(screen.getAllByText("Needs approval")).toHaveLength(2);
    expect(screen.getByRole("link", { name: "Permit" })).toHaveAttribute("href", `/signatures/${signature.id}`);
    expect(requests.map(({ line }) => line)).toContain(`GET /v1/transactions?runId=${id}&limit=100`);
  });

  it("has no tab where there is none", async () => {
    await open(`/runs/${id}?tab=timeline`, { ...answers, "GET /v1/transactions": () => page([]), "GET /v1/signatures": () => page([]) });
    expect(await screen.findByRole("tab", { name: "Timeline" })).toBeVisible();
    expect(screen.queryByRole("tab", { name: "Money" })).toBeNull();
  });
});
