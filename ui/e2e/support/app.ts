import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";
import { adminKey, Server, url } from "./server";

export { expect };
export type { BrowserContext, Locator, Page };

/** What the browser complained of, in all pages of a test. A test that did not expect it fails. */
export class Complaints {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [];

  /** A complaint that belongs to what is tried, as of a network that is cut. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  hear(complaint: string): void {
    this.heard.push(complaint);
  }

  /** Those that nobody expected. */
  unexpected(): string[] {
    return this.heard.filter((complaint) => !this.expected.some((pattern) => pattern.test(complaint)));
  }
}

async function listen(context: BrowserContext, complaints: Complaints): Promise<void> {
  context.on("console", (message) => {
    const { url: place } = message.location();
    if (["error", "warning", "assert"].includes(message.type())) complaints.hear(`console.${message.type()}: ${message.text()} (${place})`);
  });
  context.on("weberror", (error) => complaints.hear(`not caught: ${error.error().stack ?? error.error().message}`));
  await context.exposeBinding("reportToTest", (_, report: string) => complaints.hear(report));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event;
      const report = `the policy refused: ${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber} ${sample}`;
      (globalThis as unknown as { reportToTest: (report: string) => void }).reportToTest(report);
    });
  });
}

type Opened = BrowserContextOptions & { key?: string | undefined; organization?: string | undefined };

type Fixtures = {
  complaints: Complaints;
  /** The server, in an organization that was just founded. */
  server: Server;
  /** Opens a browser of its own, signed in by a key: the admin's, another one, or `""` for none. */
  open: (options?: Opened) => Promise<BrowserContext>;
  /** A page of somebody with the admin key in that organization. */
  page: Page;
};

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

export const test = base.extend<Fixtures>({
  complaints: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      expect(complaints.unexpected(), "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
  // eslint-disable-next-line no-empty-pattern
  server: async ({}, use, { title }) => use(await new Server().founded(title.slice(0, 60))),
  open: async ({ browser, complaints, contextOptions, viewport, locale, timezoneId }, use) => {
    const opened: BrowserContext[] = [];
    await use(async ({ key = adminKey(), organization, ...options } = {}) => {
      const context = await browser.newContext({ ...contextOptions, viewport, baseURL: url(), ...(locale && { locale }), ...(timezoneId && { timezoneId }), ...options });
      opened.push(context);
      context.setDefaultTimeout(20_000);
      await listen(context, complaints);
      if (key) await signIn(context, key, organization);
      return context;
    });
    for (const context of opened) await context.close();
  },
  page: async ({ open, server }, use) => {
    const context = await open({ organization: server.organization });
    await use(await context.newPage());
  },
});

/** In every tab of this browser, as if the key had been given at the door and the organization chosen. */
async function signIn(context: BrowserContext, key: string, organization: string | undefined): Promise<void> {
  const kept = { "chainkeel.key": key, ...(organization !== undefined && { "chainkeel.organization": organization }) };
  await context.addInitScript((entries) => {
    try {
      for (const [name, value] of Object.entries(entries)) sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A page that is not the app's keeps nothing.
    }
  }, kept);
}

/** Goes on by the key Tab until the focus is there: what cannot be reached so is not for everybody. */
export async function tabTo(page: Page, target: Locator, most = 80): Promise<void> {
  await target.first().waitFor();
  for (let step = 0; step < most; step += 1) {
    // A field of code stands in a shadow root, which has a focus of its own.
    if (await target.evaluateAll((elements) => elements.some((element) => (element.getRootNode() as Document | ShadowRoot).activeElement === element))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${target} cannot be reached with the key Tab`);
}

/** A field has this in it, be it one of code or a plain one. */
export async function has(field: Locator, text: string): Promise<void> {
  await expect.poll(() => field.first().evaluate((element) => ("value" in element ? String(element.value) : (element.textContent ?? ""))).catch(() => undefined), { timeout: 20_000, message: `${field} says "${text}"` }).toBe(text);
}

/** By keyboard alone: to a thing, and Enter. */
export async function tabAndEnter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Whether a page is wider than its window. */
export async function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The content is there, and nothing is being loaded into it. */
export async function isSettled(page: Page): Promise<void> {
  await expect(page.locator("main h1").first()).toBeVisible();
  await expect(page.locator('main [role="status"][aria-label="Loading"], main .skeleton')).toHaveCount(0);
}
