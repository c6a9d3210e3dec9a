import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSettled, test, type Page } from "./support/app";
import { Providers, seed, type Seeded } from "./support/seed";
import { Server } from "./support/server";

/**
 * The pictures of docs/screenshots: the main pages, light and dark, of an organization that is made for them. By
 * `scripts/screenshots`; PICTURES names another folder, and there they are PNG.
 */
const OWN = process.env["PICTURES"];
const PLACE = OWN ?? join(import.meta.dirname, "../../docs/screenshots");
const QUALITY = 88;

/** `before` is done on the page before its picture is taken. */
type Picture = { name: string; path: (of: Seeded) => string; before?: (page: Page) => Promise<void> };

/** Its graph stands where it is to stay. */
const isLaidOut = (page: Page): Promise<void> => page.locator(".react-flow[data-settled]").waitFor();

const PICTURES: Picture[] = [
  { name: "runs", path: () => "/runs" },
  { name: "run", path: ({ runs }) => `/runs/${runs["failed"]}?node=ask`, before: isLaidOut },
  { name: "run-live", path: ({ runs }) => `/runs/${runs["waits"]}`, before: isLaidOut },
  { name: "tasks", path: () => "/tasks" },
  { name: "task", path: ({ runs }) => `/tasks/${runs["task"]}` },
  { name: "workflows", path: () => "/workflows" },
  { name: "workflow", path: ({ workflows }) => `/workflows/${workflows["deviation"]}`, before: isLaidOut },
  {
    name: "editor",
    path: ({ workflows }) => `/workflows/${workflows["validators"]}/edit`,
    before: async (page) => {
      await isLaidOut(page);
      await page.locator('.react-flow__node[data-id="ask"]').click();
      await page.locator(".node-settings").waitFor();
    },
  },
  { name: "publish", path: ({ workflows }) => `/workflows/${workflows["validators"]}/publish?stage=changes` },
  { name: "transaction", path: ({ money }) => `/transactions/${money?.["asked"]}` },
  { name: "wallets", path: () => "/wallets" },
  { name: "table", path: () => "/tables/payments" },
  { name: "activity", path: () => "/activity" },
  { name: "failures", path: () => "/failures" },
  { name: "connectors", path: () => "/connectors" },
  { name: "audit", path: () => "/audit" },
  { name: "public", path: ({ workflows }) => `/p/${workflows["public"]}` },
];

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  if (OWN !== undefined) {
    await page.screenshot({ path: join(PLACE, `${name}.png`) });
    return;
  }
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  writeFileSync(join(PLACE, `${name}.webp`), Buffer.from(data, "base64"));
}

test("the main pages, light and dark", async ({ open }) => {
  test.setTimeout(300_000);
  mkdirSync(PLACE, { recursive: true });
  const server = await new Server().founded("Northwind Treasury");
  const providers = await Providers.open();
  const seeded = await seed(server, providers);
  const context = await open({ organization: server.organization, viewport: { width: 1280, height: 800 }, colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  for (const { name, path, before } of PICTURES) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(path(seeded));
    await isSettled(page);
    await page.waitForLoadState("networkidle").catch(() => undefined);
    await before?.(page);
    await take(page, `${name}-light`);
    await page.emulateMedia({ colorScheme: "dark" });
    await take(page, `${name}-dark`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`/tasks/${seeded.runs["task"]}`);
    await isSettled(page);
    await take(page, `phone-${colorScheme}`);
  }
  providers.close();
});
