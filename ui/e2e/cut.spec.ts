import { createServer, connect, type Server as TcpServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, isSettled, test, type Page } from "./support/app";
import { stepwise } from "./support/definitions";
import { url } from "./support/server";

/** Stands before the server, and cuts what goes through it. */
class Wire {
  private readonly open = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly door: TcpServer,
    readonly at: string,
  ) {}

  static async laid(): Promise<Wire> {
    const { hostname, port } = new URL(url());
    const door = createServer();
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    const wire = new Wire(door, `http://127.0.0.1:${(door.address() as AddressInfo).port}`);
    door.on("connection", (here) => {
      if (wire.isCut) return void here.resetAndDestroy();
      const there = connect(Number(port), hostname);
      for (const [end, other] of [[here, there], [there, here]] as const) {
        wire.open.add(end);
        end.on("error", () => other.destroy());
        end.on("close", () => {
          wire.open.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
    return wire;
  }

  /** Resets each connection, and takes no further ones. */
  cut(): void {
    this.isCut = true;
    for (const end of this.open) end.resetAndDestroy();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.door.close();
  }
}

/** The events that the page shows, by their numbers. */
async function shown(page: Page): Promise<number[]> {
  const ledger = page.getByRole("region", { name: "Ledger" });
  const found = new Map<number, true>();
  const box = ledger.locator(".ledger-scroll");
  const height = await box.evaluate((element) => element.scrollHeight);
  for (let top = 0; top <= height; top += 200) {
    await box.evaluate((element, to) => {
      element.scrollTop = to;
    }, top);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    for (const number of await ledger.locator(".event-number").allTextContents()) found.set(Number(number), true);
  }
  return [...found.keys()].sort((one, other) => one - other);
}

test("the network is cut during a run, the page goes on by itself, and nothing is missing", async ({ open, server, complaints }) => {
  complaints.expect(/Failed to load resource: net::ERR_/);
  const wire = await Wire.laid();
  const run = await server.run(await server.live("Step by step", stepwise(6)));
  const step = (number: number) => server.post(`/v1/runs/${run}/signal`, { signal: `step-${number}`, payload: {} });
  const isAt = (number: number) => server.until(() => server.get(`/v1/runs/${run}`), (it) => it.executionState[`wait-${number}`]?.status === "waiting", `it waits at ${number}`);
  const context = await open({ baseURL: wire.at, organization: server.organization });
  const page = await context.newPage();
  await page.goto(`/runs/${run}`);
  await isSettled(page);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();

  await test.step("connections are reset while it goes on", async () => {
    await isAt(1);
    await step(1);
    await isAt(2);
    wire.cut();
    await step(2);
    await isAt(3);
    await expect(page.getByText("Reconnecting", { exact: true })).toBeVisible();
    await step(3);
    await isAt(4);
    wire.mend();
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
  });

  await test.step("the device has no network", async () => {
    await context.setOffline(true);
    await expect(page.getByText("This device has no network", { exact: false })).toBeVisible();
    // A connection that is open stays so in this browser: it ends as it does where a network goes.
    wire.cut();
    await step(4);
    await isAt(5);
    wire.mend();
    await context.setOffline(false);
    await step(5);
    await isAt(6);
    await step(6);
    await server.runIs(run, "success");
  });

  await test.step("what is shown is what is on the ledger", async () => {
    await expect(page.locator("h1")).toContainText("Succeeded");
    const ledger = (await server.ledger(run)).map(({ sequence }) => sequence);
    await expect(page.getByRole("region", { name: "Ledger" }).getByText(`${ledger.length} events`)).toBeVisible();
    expect(await shown(page)).toEqual(ledger);
  });
  wire.close();
});
