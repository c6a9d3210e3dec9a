import { expect, isSettled, test, type Page } from "./support/app";
import { wide } from "./support/definitions";

const NODES = 1_000;
/** Below this the app is broken, whatever else the machine does; how many there are is printed. */
const FLOOR = 3;
const STEPS = 90;

/** How many frames a second were drawn while this was done, and the longest time without one in milliseconds. */
async function frames(page: Page, deed: () => Promise<void>): Promise<{ perSecond: number; longest: number }> {
  await page.evaluate(() => {
    const drawn: number[] = [];
    const count = (at: number) => {
      drawn.push(at);
      // One that was counted for before ends with its own.
      if (kept.drawn === drawn) requestAnimationFrame(count);
    };
    const kept = globalThis as unknown as { drawn?: number[] };
    kept.drawn = drawn;
    requestAnimationFrame(count);
  });
  await deed();
  return page.evaluate(() => {
    const kept = globalThis as unknown as { drawn?: number[] };
    const drawn = kept.drawn ?? [];
    delete kept.drawn;
    const pauses = drawn.slice(1).map((at, index) => at - (drawn[index] ?? at));
    return { perSecond: (1_000 * pauses.length) / ((drawn.at(-1) ?? 1) - (drawn[0] ?? 0)), longest: Math.max(...pauses) };
  });
}

const whereabouts = (page: Page) => page.locator(".react-flow__viewport").evaluate((element) => element.style.transform);

/** The place next to this one where nothing is drawn: whoever pulls at a node moves the node. */
async function between(page: Page, x: number, y: number): Promise<[number, number]> {
  return page.evaluate(
    ([left, top]) => {
      for (let away = 0; away < 120; away += 3) {
        for (let turn = 0; turn < 2 * Math.PI; turn += Math.PI / 8) {
          const place: [number, number] = [left + away * Math.cos(turn), top + away * Math.sin(turn)];
          if (document.elementFromPoint(...place)?.classList.contains("react-flow__pane")) return place;
        }
      }
      throw new Error("there is no place between the nodes");
    },
    [x, y] as [number, number],
  );
}

/** Pulls the graph about, as a hand does. */
async function pan(page: Page): Promise<void> {
  const pane = page.locator(".react-flow__pane");
  await pane.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = await pane.boundingBox();
  if (!box) throw new Error("there is no graph");
  const [x, y] = await between(page, box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.move(x, y);
  const before = await whereabouts(page);
  await page.mouse.down();
  for (let step = 1; step <= STEPS; step += 1) {
    const turn = (2 * Math.PI * step) / STEPS;
    await page.mouse.move(x + 260 * Math.sin(turn), y + 140 * Math.sin(2 * turn));
    if (step === STEPS / 3) await expect.poll(() => whereabouts(page), { message: "it follows the hand" }).not.toBe(before);
  }
  await page.mouse.up();
}

async function zoom(page: Page): Promise<void> {
  for (let step = 0; step < 24; step += 1) await page.mouse.wheel(0, step < 12 ? -120 : 120);
}

for (const [what, at] of [
  ["the editor", "/edit"],
  ["the page of the workflow", ""],
]) {
  test(`a graph of a thousand nodes is moved in ${what} without stalling`, async ({ page, server }) => {
    const workflow = await server.draft("A thousand nodes", wide(NODES));
    const began = Date.now();
    await page.goto(`/workflows/${workflow}${at}`);
    await isSettled(page);
    await expect(page.locator(".react-flow__node").first()).toBeVisible();
    const opened = Date.now() - began;
    const figures: string[] = [`it was there after ${opened} ms`];
    const drawn = () => page.locator(".react-flow__node").count();
    figures.push(`${await drawn()} in sight`);
    const whole = await frames(page, () => pan(page));
    figures.push(`moved as a whole: ${whole.perSecond.toFixed(0)} frames a second, none for ${whole.longest.toFixed(0)} ms`);
    const zoomed = await frames(page, () => zoom(page));
    figures.push(`zoomed: ${zoomed.perSecond.toFixed(0)}, none for ${zoomed.longest.toFixed(0)} ms`);
    for (let step = 0; step < 6; step += 1) await page.mouse.wheel(0, -240);
    const near = await frames(page, () => pan(page));
    figures.push(`moved from near: ${near.perSecond.toFixed(0)}, none for ${near.longest.toFixed(0)} ms`);
    figures.push(`${await drawn()} in sight then`);
    console.log(`${NODES} nodes in ${what}: ${figures.join("; ")}`);
    for (const { perSecond } of [whole, zoomed, near]) expect(perSecond).toBeGreaterThan(FLOOR);
  });
}
