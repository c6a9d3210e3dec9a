import { expect, has, isSettled, test, type Locator, type Page } from "./support/app";
import { note } from "./support/definitions";

const CONFLICT = "Somebody else changed this workflow meanwhile";
/** What the browser says by itself where a save is turned down. */
const TURNED_DOWN = /Failed to load resource: the server responded with a status of (409|412)/;

const messageIn = (page: Page): Locator => page.locator(".node-settings").getByLabel(/^message/i).first();

async function write(page: Page, message: string): Promise<void> {
  await page.locator('.react-flow__node[data-id="note"]').click();
  await messageIn(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(message);
  await has(messageIn(page), message);
}

async function isSaved(page: Page): Promise<void> {
  await expect(page.getByText("Saved as a draft")).toBeVisible();
}

test("two tabs on one draft tell a conflict, lose nothing, and let the person choose", async ({ page: one, open, server, complaints }) => {
  complaints.expect(TURNED_DOWN);
  const workflow = await server.draft("Two of us", note("as it was"));
  const messageOf = async () => (await server.get(`/v1/workflows/${workflow}`)).definition.nodes.note.payload.message;
  // A browser of its own: in one browser the tabs would hear of one another sooner.
  const other = await (await open({ organization: server.organization })).newPage();
  for (const page of [one, other]) {
    await page.goto(`/workflows/${workflow}/edit`);
    await isSettled(page);
  }

  await test.step("who is faster is saved", async () => {
    await write(one, "by the first");
    await isSaved(one);
    await server.until(messageOf, (message) => message === "by the first", "the first one is saved");
  });

  await test.step("who is slower is told, and has not overwritten anything", async () => {
    await write(other, "by the second");
    await expect(other.getByText(CONFLICT)).toBeVisible();
    expect(await messageOf()).toBe("by the first");
    // What was typed is still there.
    await has(messageIn(other), "by the second");
  });

  await test.step("they put theirs over it", async () => {
    await other.getByRole("button", { name: "Save mine over it" }).click();
    await isSaved(other);
    await expect(other.getByText(CONFLICT)).toHaveCount(0);
    expect(await messageOf()).toBe("by the second");
  });

  await test.step("the first one is overtaken in turn, and takes what is there", async () => {
    await write(one, "once more by the first");
    await expect(one.getByText(CONFLICT)).toBeVisible();
    expect(await messageOf()).toBe("by the second");
    await one.getByRole("button", { name: "Take theirs" }).click();
    await expect(one.getByText(CONFLICT)).toHaveCount(0);
    await has(messageIn(one), "by the second");
  });

  await test.step("what they gave up is a step back away", async () => {
    await one.getByRole("button", { name: "Undo" }).click();
    await has(messageIn(one), "once more by the first");
    await isSaved(one);
    await server.until(messageOf, (message) => message === "once more by the first", "it is saved over what was seen");
  });
});

test("six tabs at once are live or look in, and all can be used", async ({ page, server }) => {
  const workflow = await server.live("Six of them", note());
  const context = page.context();
  const tabs = [page];
  while (tabs.length < 6) tabs.push(await context.newPage());
  for (const tab of tabs) {
    await tab.goto("/runs");
    await isSettled(tab);
  }
  for (const tab of tabs) await expect(tab.getByText("Live", { exact: true })).toBeVisible();
  // Each hears of it, and none waits for another's connection.
  await server.run(workflow);
  for (const tab of tabs) {
    await expect(tab.getByRole("row", { name: /Six of them/ })).toHaveCount(1);
    await tab.getByRole("link", { name: "Workflows" }).first().click();
    await expect(tab.getByRole("link", { name: "Six of them" })).toBeVisible();
  }
});
