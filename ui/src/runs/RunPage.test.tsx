import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { events, run } from "../../test/mock/world.mjs";
import { open, type Answers } from "../../test/page";

const failed = run as { id: string };
const path = `/v1/runs/${failed.id}`;
const answers: Answers = {
  [`GET ${path}`]: () => run,
  [`GET ${path}/stream`]: () => events,
};

describe("the page of a run", () => {
  it("tells why it failed, what mends it, and frames what moves real money", async () => {
    await open(`/runs/${failed.id}?tab=timeline`, answers);
    expect(await screen.findByText(/Put the missing amount into the wallet/)).toBeVisible();
    expect(await screen.findByText("Mainnet · real money")).toBeVisible();
  });

  it("shows the stretches of each node from its stream", async () => {
    await open(`/runs/${failed.id}?tab=timeline`, answers);
    const lane = await screen.findByRole("button", { name: /rate/ });
    expect(within(lane).getByTitle(/Until the next attempt/)).toBeInTheDocument();
    expect(within(lane).getByTitle(/attempt 2/)).toBeInTheDocument();
  });

  it("retries with an edited input, exactly as it was written", async () => {
    const { requests } = await open(`/runs/${failed.id}?tab=timeline`, { ...answers, [`POST ${path}/retry`]: () => ({ runId: failed.id }) });
    await userEvent.click(await screen.findByRole("button", { name: "Retry" }));
    const field = await screen.findByLabelText("Input");
    await userEvent.clear(field);
    await userEvent.type(field, '{{"amount":1}');
    const dialog = screen.getByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Retry" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/retry`, body: { payload: { amount: 1 } } }));
  });

  it("sends nothing while the input is not JSON", async () => {
    await open(`/runs/${failed.id}?tab=timeline`, answers);
    await userEvent.click(await screen.findByRole("button", { name: "Retry" }));
    await userEvent.type(await screen.findByLabelText("Input"), "x");
    expect(screen.getByText(/This is not JSON/)).toBeVisible();
    expect(within(screen.getByRole("dialog")).getByRole("button", { name: "Retry" })).toBeDisabled();
  });

  it("shows what a node was given and gave", async () => {
    await open(`/runs/${failed.id}?tab=timeline&node=rate`, answers);
    const panel = await screen.findByRole("region", { name: "Node rate" });
    expect(within(panel).getByText("1.0002", { exact: false })).toBeVisible();
  });
});
