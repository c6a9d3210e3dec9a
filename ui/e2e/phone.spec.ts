import { expect, isSettled, overhang, PHONE, test, type Page } from "./support/app";
import { approval } from "./support/definitions";

async function fits(page: Page): Promise<void> {
  await isSettled(page);
  expect(await overhang(page), `${page.url()} is wider than the phone`).toBeLessThanOrEqual(0);
}

test("a task is claimed, read and approved on a phone, and its run goes on", async ({ open, server }) => {
  const workflow = await server.live("Payouts above the limit", approval());
  const run = await server.run(workflow, { amount: "125000.000000000000000001", currency: "USDC", recipient: "Northwind Validators", invoice: "2026-1187" });
  const task = await server.taskOf(run);
  const context = await open({ ...PHONE, organization: server.organization });
  const page = await context.newPage();

  await test.step("find it in the inbox", async () => {
    await page.goto("/");
    await page.getByRole("navigation", { name: "Most used" }).getByRole("link", { name: "Tasks" }).tap();
    await fits(page);
    await page.getByRole("link", { name: /Approve the payout of 125000/ }).tap();
    await fits(page);
    // What is approved is read to the last digit.
    await expect(page.getByText("125000.000000000000000001").first()).toBeVisible();
  });

  await test.step("claim it", async () => {
    await page.getByRole("button", { name: "Claim" }).tap();
    await expect(page.getByRole("button", { name: "Give back" })).toBeVisible();
  });

  await test.step("answer what the form asks", async () => {
    const complete = page.getByRole("button", { name: "Complete" });
    await complete.tap();
    // Nothing is sent before the question is answered.
    await expect(page.getByRole("alert").first()).toBeVisible();
    expect((await server.get(`/v1/tasks/${task.id}`)).status).toBe("in_progress");
    await page.getByRole("radio", { name: "Yes" }).tap();
    await page.getByLabel("Note for the books").fill("Seen with the contract of March");
    await fits(page);
    await complete.tap();
    await expect(page.getByRole("heading", { name: "The answer" })).toBeVisible();
  });

  await test.step("the run goes on", async () => {
    await server.runIs(run, "success");
    await page.locator(`a[href^="/runs/${run}"]`).first().tap();
    await fits(page);
    await expect(page.locator("h1")).toContainText("Succeeded");
  });
});
