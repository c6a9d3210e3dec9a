import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

/** What looks for barriers. It is put into a page before the page, where its policy does not reach. */
export const RULES = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
type Found = { violations: { id: string; impact: string | null; help: string; nodes: { html: string; target: unknown; failureSummary?: string }[] }[] };

/** What keeps people from using a page: what axe calls serious or critical. */
export async function barriers(page: Page, within = "html"): Promise<string[]> {
  const { violations } = await page.evaluate(async (root) => {
    const { axe } = globalThis as unknown as { axe: { run: (root: string, options: object) => Promise<Found> } };
    return axe.run(root, { resultTypes: ["violations"] });
  }, within);
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.flatMap(({ id, help, nodes }) => nodes.slice(0, 4).map(({ html, failureSummary }) => `${id}: ${help}\n    ${html.slice(0, 300)}\n    ${failureSummary?.replaceAll("\n", "\n    ")}`));
}
