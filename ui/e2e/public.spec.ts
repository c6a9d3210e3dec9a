import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barriers, RULES } from "./support/axe";
import { expect, overhang, PHONE, test } from "./support/app";
import { greeting } from "./support/definitions";
import { url } from "./support/server";

/** What the browser says by itself where it is refused something. */
const NOT_FOUND = /Failed to load resource: the server responded with a status of 404 .*\/(v1\/public\/workflows|p)\/wf_/;
const NOT_FRAMED = /(frame-ancestors|refused to connect|chrome-error)/;

/** A page of somebody else, with whatever is put into it. */
class Shop {
  page = "";
  private constructor(
    readonly at: string,
    private readonly door: HttpServer,
  ) {}

  static async open(): Promise<Shop> {
    const door = createServer((request, response) => {
      response.writeHead(request.url === "/" ? 200 : 204, { "Content-Type": "text/html; charset=utf-8" });
      response.end(request.url === "/" ? `<!doctype html><html lang="en"><title>A shop</title><body><h1>A shop</h1>${shop.page}</body></html>` : "");
    });
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    const shop = new Shop(`http://127.0.0.1:${(door.address() as AddressInfo).port}`, door);
    return shop;
  }

  close(): void {
    this.door.closeAllConnections();
    this.door.close();
  }
}

test("everybody sees a public workflow on a page of its own and starts a run there, and nothing else is shown", async ({ open, server, complaints }) => {
  const workflow = await server.live("Greets everybody", greeting([]));
  const closed = await server.live("Greets nobody", { ...greeting([]), visibility: "org" });
  const context = await open({ key: "", ...PHONE });
  await context.addInitScript({ content: RULES });
  const page = await context.newPage();

  await test.step("it is for everybody", async () => {
    await page.goto(`/p/${workflow}`);
    await expect(page.getByRole("heading", { name: "A greeting", level: 1 })).toBeVisible();
    await expect(page.getByText("It greets whoever asks.")).toBeVisible();
    await expect(page.getByText("The greeting", { exact: true })).toBeVisible();
    expect(await page.content()).not.toContain("a secret of the house");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await barriers(page)).toEqual([]);
    }
    expect(await overhang(page)).toBeLessThanOrEqual(0);
  });

  await test.step("what is missing is said, and nothing is started", async () => {
    await page.getByRole("button", { name: "Greet me" }).tap();
    await expect(page.locator("[aria-invalid=true]")).toBeVisible();
    expect((await server.get(`/v1/runs?workflowId=${workflow}`)).items).toEqual([]);
  });

  await test.step("a run is started, and its result shown", async () => {
    await page.getByLabel(/^name/i).fill("Ada <b>Lovelace</b>");
    await page.getByRole("button", { name: "Greet me" }).tap();
    await expect(page.getByText("You were greeted.")).toBeVisible();
    await expect(page.getByText("Hello Ada <b>Lovelace</b>")).toBeVisible();
    expect(await barriers(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    const { items } = await server.get(`/v1/runs?workflowId=${workflow}`);
    expect(items).toHaveLength(1);
  });

  await test.step("one that is not public is not there", async () => {
    complaints.expect(NOT_FOUND);
    await page.goto(`/p/${closed}`);
    await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  });

  expect(await context.cookies()).toEqual([]);
});

test("the form of a public workflow works in a frame of a page that may embed it, and nowhere else", async ({ page: ours, open, server, complaints }) => {
  const [shop, thief] = [await Shop.open(), await Shop.open()];
  const workflow = await server.live("Greets customers", greeting([shop.at]));

  await test.step("what is put into the page is what the app hands out", async () => {
    await ours.goto(`/workflows/${workflow}?tab=share`);
    const snippet = ours.getByRole("region", { name: "To hand out" }).locator("pre");
    await expect(snippet).toContainText("<iframe");
    shop.page = thief.page = (await snippet.textContent()) ?? "";
    expect(shop.page).toContain(`src="${url()}/embed/${workflow}"`);
  });

  const context = await open({ key: "" });
  const page = await context.newPage();
  await test.step("in the frame it is as high as its form, and starts a run", async () => {
    await page.goto(shop.at);
    const frame = page.frameLocator("iframe");
    await expect(frame.getByRole("button", { name: "Greet me" })).toBeVisible();
    const height = () => page.locator("iframe").evaluate((element) => element.getBoundingClientRect().height);
    const needed = () => page.frames()[1]?.evaluate(() => document.body.scrollHeight) ?? Promise.resolve(0);
    await expect.poll(async () => Math.abs((await height()) - (await needed())), { timeout: 20_000, message: "the frame is as high as the form" }).toBeLessThan(3);
    await frame.getByLabel(/^name/i).fill("Grace");
    await frame.getByRole("button", { name: "Greet me" }).click();
    await expect(frame.getByText("Hello Grace")).toBeVisible();
    // Only the form: the graph is for the page of its own.
    await expect(frame.getByText("What it does")).toHaveCount(0);
  });

  await test.step("the frame has no origin, and reaches nothing of the page around it", async () => {
    const inside = page.frames().find((each) => each.url().includes("/embed/"));
    const reached = await inside?.evaluate(() => {
      const attempt = (reach: () => unknown): string => {
        try {
          return String(reach());
        } catch {
          return "refused";
        }
      };
      return [window.origin, attempt(() => window.parent.document.title), attempt(() => window.localStorage.length), attempt(() => document.cookie)];
    });
    expect(reached).toEqual(["null", "refused", "refused", "refused"]);
  });

  await test.step("a page that is not named shows none", async () => {
    complaints.expect(NOT_FRAMED);
    await page.goto(thief.at);
    await expect(page.getByRole("heading", { name: "A shop" })).toBeVisible();
    await page.waitForLoadState("load");
    await expect.poll(() => page.frames().some((each) => each.url().startsWith("chrome-error:")), { timeout: 20_000, message: "the frame is refused" }).toBe(true);
    await expect(page.frameLocator("iframe").getByRole("button", { name: "Greet me" })).toHaveCount(0);
  });
  shop.close();
  thief.close();
});
