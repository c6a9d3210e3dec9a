import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, has, isSettled, tabAndEnter, tabTo, test, type Page } from "./support/app";
import { url } from "./support/server";

/** A provider of prices, which knows one path, and answers once it is let. */
async function provider(): Promise<{ at: string; server: HttpServer; answer: () => void }> {
  let answer = () => {};
  const isLet = new Promise<void>((resolve) => (answer = resolve));
  const server = createServer(async (request, response) => {
    await isLet;
    const isKnown = request.url === "/v2/price";
    response.writeHead(isKnown ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(isKnown ? { pair: "ETH/USD", price: "3124.55" } : { error: "no such path" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, answer };
}

/** Invites somebody as an admin does, and gives what they are handed. */
async function invited(page: Page, email: string): Promise<string> {
  await page.goto("/members");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "developer" });
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  const token = await page.getByRole("dialog").locator("code", { hasText: "ck_inv_" }).textContent();
  await page.getByRole("button", { name: "I have it" }).click();
  return token ?? "";
}

async function signUp(page: Page, invitation: string): Promise<void> {
  await page.goto("/");
  await tabAndEnter(page, page.getByRole("button", { name: "Invitation" }));
  await tabTo(page, page.getByLabel("Invitation", { exact: true }));
  await page.keyboard.type(invitation);
  await tabTo(page, page.getByLabel("Your name"));
  await page.keyboard.type("Ada Lovelace");
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type("an engine weaves algebra");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Runs", level: 1 })).toBeVisible();
}

/** From a field back to the graph. While a list of words is about to open there, the first Escape is for the list. */
async function leave(page: Page): Promise<void> {
  const settings = page.locator(".node-settings :focus");
  await expect(async () => {
    await page.keyboard.press("Escape");
    await expect(settings).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 20_000 });
}

/** Adds a node behind the chosen one by the key n and a few letters. */
async function add(page: Page, words: string, name: RegExp): Promise<void> {
  await leave(page);
  await page.keyboard.press("n");
  const finder = page.getByRole("combobox");
  await expect(finder).toBeFocused();
  await page.keyboard.type(words);
  await expect(page.getByRole("dialog").getByRole("option", { selected: true })).toContainText(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

/** Into the settings of the chosen node, to a field, and writes there what it is to be. */
async function write(page: Page, label: RegExp, text: string): Promise<void> {
  const field = page.locator(".node-settings").getByLabel(label).first();
  await tabTo(page, field, 200);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
  await has(field, text);
}

async function isSaved(page: Page): Promise<void> {
  await expect(page.getByText("Saved as a draft")).toBeVisible();
}

/** From the editor on. */
async function publish(page: Page): Promise<void> {
  const way = page.getByRole("button", { name: "Publish…" }).or(page.getByRole("link", { name: "Publish…" }));
  await tabAndEnter(page, way);
  await tabAndEnter(page, page.getByRole("navigation", { name: "Stages" }).getByRole("button", { name: /Publish/ }));
  await tabAndEnter(page, page.getByRole("button", { name: "Publish", exact: true }));
  await expect(page.getByText("The draft is live")).toBeVisible();
}

test("a newcomer signs up, builds a workflow by keyboard, finds what fails in a run, mends it and runs it again from there", async ({ page: admin, open, server }) => {
  const { at, server: prices, answer } = await provider();
  const invitation = await invited(admin, `ada-${Date.now()}@example.org`);
  const context = await open({ key: "" });
  const page = await context.newPage();

  await test.step("sign up", () => signUp(page, invitation));

  await test.step("build it by keyboard", async () => {
    await tabAndEnter(page, page.getByRole("link", { name: "Workflows" }));
    await tabAndEnter(page, page.getByRole("button", { name: "New workflow" }));
    await tabTo(page, page.getByLabel("Name"));
    await page.keyboard.type("Price watch");
    await tabTo(page, page.getByLabel("Definition"));
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText('{"nodes":{}}');
    await tabAndEnter(page, page.getByRole("button", { name: "Create the draft" }));
    await isSaved(page);
    await add(page, "webhook", /webhook/i);
    await add(page, "http-request", /http/i);
    await write(page, /^url/i, `${at}/v1/price`);
    await add(page, "log", /log/i);
    await write(page, /^message/i, "One ether is {{http-request.result.body.price}} dollars");
    await isSaved(page);
    await expect(page.locator(".react-flow__node")).toHaveCount(3);
  });

  await test.step("pin data and test", async () => {
    await leave(page);
    await page.keyboard.press("ArrowUp");
    await expect(page.getByText(/^Chosen:/)).toContainText("http-request");
    await tabAndEnter(page, page.getByRole("button", { name: "Pin…" }));
    await tabTo(page, page.getByRole("dialog").getByLabel("Output"));
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText('{"status":200,"body":{"price":"3000.00"},"headers":{},"durationMs":1}');
    await tabAndEnter(page, page.getByRole("dialog").getByRole("button", { name: "Pin", exact: true }));
    await expect(page.getByRole("button", { name: "Pinned…" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await tabAndEnter(page, page.getByRole("button", { name: "Play the draft" }));
    const outcome = page.locator("#editor-view");
    await expect(outcome.getByText("after", { exact: false }).first()).toBeVisible();
    await expect(outcome.getByText("Succeeded").first()).toBeVisible();
    await expect(outcome.getByText("One ether is 3000.00 dollars").first()).toBeVisible();
  });

  const workflow = page.url().split("/").at(-2) ?? "";
  await test.step("publish", () => publish(page));

  await test.step("start it by its webhook, and watch it live", async () => {
    await page.goto("/runs");
    await expect(page.getByText("Nothing has run yet")).toBeVisible();
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    const { webhookUrl } = await server.get(`/v1/workflows/${workflow}`);
    const path = webhookUrl.slice(webhookUrl.indexOf("/v1/"));
    const heard = async () => (await fetch(url() + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"pair":"ETH/USD"}' })).status;
    await server.until(heard, (status) => status < 300, "the webhook is listened to");
    // It comes up by itself.
    const row = page.getByRole("row", { name: /Price watch/ });
    await expect(row.first()).toContainText("Running");
    await tabAndEnter(page, row.first().getByRole("link"));
    await isSettled(page);
    const asking = page.locator('.react-flow__node[data-id="http-request"]');
    await expect(asking.locator(".tone-edge-busy")).toBeVisible();
    answer();
    await expect(asking.locator(".tone-edge-bad")).toBeVisible();
    await expect(page.locator("h1")).toContainText("Failed");
  });

  await test.step("find the node that failed", async () => {
    const failed = page.locator(".react-flow__node", { has: page.locator(".tone-edge-bad") });
    await expect(failed).toHaveCount(1);
    await tabTo(page, failed);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: "Node http-request" })).toContainText("404");
  });
  const failed = page.url().split("/runs/")[1]?.split("?")[0] ?? "";

  await test.step("mend it, and publish", async () => {
    await page.goto(`/workflows/${workflow}/edit`);
    await expect(page.locator(".react-flow__node")).toHaveCount(3);
    await page.keyboard.press("ArrowDown");
    await expect(page.getByText(/^Chosen:/)).toContainText("http-request");
    await page.keyboard.press("Enter");
    await write(page, /^url/i, `${at}/v2/price`);
    await isSaved(page);
    await publish(page);
  });

  await test.step("run it again from there", async () => {
    await page.goto(`/runs/${failed}?node=http-request`);
    await tabAndEnter(page, page.getByRole("button", { name: "Run again from here…" }));
    await tabTo(page, page.getByLabel("Version"));
    await page.keyboard.press("ArrowDown");
    await expect(page.getByLabel("Version")).toHaveValue("live");
    await tabAndEnter(page, page.getByRole("dialog").getByRole("button", { name: "Run again", exact: true }));
    await expect(page).not.toHaveURL(new RegExp(failed));
    await expect(page.locator("h1")).toContainText("Succeeded");
    const again = page.url().split("/runs/")[1]?.split("?")[0] ?? "";
    const { output } = await server.runIs(again, "success");
    expect(JSON.stringify(output)).toContain("3124.55");
  });
  prices.close();
});
