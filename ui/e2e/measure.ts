import { writeFileSync } from "node:fs";
import { test, type Page } from "./support/app";
import { Server } from "./support/server";

/**
 * How long the main pages take to show what is on them, before the server at CHAINKEEL_URL, in CHAINKEEL_ORGANIZATION where
 * one is named: `npm run measure`. Nothing is written there. MEASURED names a file for the figures as JSON.
 */
const TIMES = 5;

type Figure = { page: string; path: string; p50: number; worst: number; all: number[] };

/** From the click to the content, in milliseconds: nothing is loading any more, and the page has its heading. */
async function opened(page: Page, path: string): Promise<number> {
  await page.goto(path, { waitUntil: "commit" });
  const shown = await page.waitForFunction(() => {
    const isThere = document.querySelector("main h1") !== null;
    const isLoading = document.querySelector('main .skeleton, main [role="status"][aria-label="Loading"]') !== null;
    return isThere && !isLoading ? performance.now() : false;
  });
  return (await shown.jsonValue()) as number;
}

async function places(server: Server): Promise<[name: string, path: string][]> {
  const first = async (path: string): Promise<string | undefined> => (await server.get(`${path}?limit=1`)).items[0]?.id;
  const [run, task, workflow] = [await first("/v1/runs"), await first("/v1/tasks"), await first("/v1/workflows")];
  return [
    ["Runs", "/runs"],
    ["Runs that failed", "/runs?status=failure"],
    ...(run ? [["One run", `/runs/${run}`] as [string, string]] : []),
    ["Tasks", "/tasks"],
    ...(task ? [["One task", `/tasks/${task}`] as [string, string]] : []),
    ["Workflows", "/workflows"],
    ...(workflow
      ? ([
          ["One workflow", `/workflows/${workflow}`],
          ["Its runs", `/workflows/${workflow}?tab=runs`],
          ["The editor", `/workflows/${workflow}/edit`],
        ] as [string, string][])
      : []),
    ["Runs by a word", "/search?q=payment"],
    ["Activity", "/activity"],
    ["Failures by cause", "/failures"],
    ["Usage", "/usage"],
    ["Health", "/health"],
    ["Events", "/events"],
    ["Hooks", "/hooks"],
    ["Dead letters", "/dead-letters"],
    ["Views", "/projections"],
    ["Tables", "/tables"],
    ["Wallets", "/wallets"],
    ["Transactions", "/transactions"],
    ["Templates", "/templates"],
    ["Connectors", "/connectors"],
    ["Members", "/members"],
    ["Audit log", "/audit"],
  ];
}

test("how long the main pages take", async ({ open }) => {
  test.setTimeout(600_000);
  const organization = process.env["CHAINKEEL_ORGANIZATION"];
  const server = new Server(undefined, organization);
  const page = await (await open({ organization })).newPage();
  const figures: Figure[] = [];
  // The files of the app are there from the second visit on, as for everybody.
  await opened(page, "/runs");
  for (const [name, path] of await places(server)) {
    const all: number[] = [];
    while (all.length < TIMES) all.push(Math.round(await opened(page, path)));
    const sorted = all.toSorted((one, other) => one - other);
    figures.push({ page: name, path, p50: sorted[TIMES >> 1] ?? 0, worst: sorted.at(-1) ?? 0, all });
  }
  const widest = Math.max(...figures.map(({ page: name }) => name.length));
  console.log(`${"page".padEnd(widest)}     p50   worst`);
  for (const { page: name, p50, worst } of figures) console.log(`${name.padEnd(widest)} ${String(p50).padStart(4)} ms ${String(worst).padStart(4)} ms`);
  const json = JSON.stringify(figures);
  console.log(json);
  if (process.env["MEASURED"]) writeFileSync(process.env["MEASURED"], `${json}\n`);
});
