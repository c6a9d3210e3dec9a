import { barriers, RULES } from "./support/axe";
import { expect, isSettled, overhang, test } from "./support/app";
import { SEQUENCE } from "./support/belongings";
import { walk, type Given } from "./support/pages";
import { Providers, seed, type Seeded } from "./support/seed";

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };
/** What only a chain makes: where there is none, their pages are opened on what is not there, and say so. */
const NOTHING_THERE: Record<string, string> = {
  "/transactions/$id": "int_01h455vb4pex5vsknk084sn02q",
  "/signatures/$id": "int_01h455vb4pex5vsknk084sn02q",
  "/payments/$id": "int_01h455vb4pex5vsknk084sn02q",
  "/sales/$id": "sale_01h455vb4pex5vsknk084sn02q",
};
const STAGES = ["changes", "readiness", "what-if", "review", "publish"];

/** What pages are opened on that no link leads to, or that are worth a second look. */
function given({ workflows, runs, money }: Seeded): Given {
  const workflow = workflows["validators"] ?? "";
  const at = (route: string, path: string) => ({ route, path });
  return {
    parameters: { ...(money ? { "/transactions/$id": money["asked"] ?? "" } : NOTHING_THERE), "/workflows/$workflowId": workflow, "/workflows/$workflowId/versions/$version": "1", "/runs/$runId": runs["failed"] ?? "" },
    searches: { "/sequence": `?name=${SEQUENCE}`, "/compare": `?left=${runs["failed"]}&right=${runs["validators"]}`, "/search": "?q=validator", "/workflows/$workflowId/compare": "?from=live&to=draft" },
    further: [
      at("/runs/$runId", `/runs/${runs["known"]}?tab=result`),
      at("/runs/$runId", `/runs/${runs["waits"]}?node=final`),
      at("/tasks/$taskId", `/tasks/${runs["form"]}`),
      at("/workflows/$workflowId", `/workflows/${workflows["deviation"]}?tab=trigger`),
      at("/workflows/$workflowId", `/workflows/${workflows["public"]}?tab=share`),
      at("/workflows/$workflowId/edit", `/workflows/${workflows["draft"]}/edit`),
      ...STAGES.map((stage) => at("/workflows/$workflowId/publish", `/workflows/${workflow}/publish?stage=${stage}`)),
      ...(money ? [at("/runs/$runId", `/runs/${runs["sent"]}?tab=money`), ...["sent", "denied"].map((key) => at("/transactions/$id", `/transactions/${money[key]}`))] : []),
    ],
  };
}

test("every page opens in light, in dark and on a phone, and keeps nobody out", async ({ open, server, complaints }) => {
  test.setTimeout(600_000);
  const missing = Object.values(NOTHING_THERE).join("|");
  complaints.expect(new RegExp(`Failed to load resource: the server responded with a status of 4(00|04).*(${missing})`));
  // A ledger that has just begun is not signed yet.
  complaints.expect(/Failed to load resource: the server responded with a status of 404.*\/v1\/log\/checkpoint/);
  const providers = await Providers.open();
  const seeded = await seed(server, providers);
  const context = await open({ organization: server.organization, viewport: WIDE, colorScheme: "light" });
  // It is there before the page, where the policy of the page does not reach.
  await context.addInitScript({ content: RULES });
  const page = await context.newPage();
  const faults: string[] = [];
  const visited = await walk(page, given(seeded), async ({ route, tab }) => {
    const name = tab === undefined ? route : `${route}, ${tab}`;
    const note = (how: string, found: string[]) => faults.push(...found.map((fault) => `${name}, ${how}: ${fault}`));
    const isWider = async (how: string) => {
      const by = await overhang(page);
      if (by > 0) note(how, [`it is wider than its window, by ${by} px`]);
    };
    expect(await page.title(), `${route} has no title`).toMatch(/ · Chainkeel$/);
    await isWider("wide");
    // What is around a tab was looked at with its page.
    const within = tab === undefined ? "html" : "main";
    if (tab === undefined) note("light", await barriers(page, within));
    await page.emulateMedia({ colorScheme: "dark" });
    note("dark", await barriers(page, within));
    await page.setViewportSize(NARROW);
    await page.emulateMedia({ colorScheme: "light" });
    await isSettled(page);
    await isWider("on a phone");
    note("on a phone", await barriers(page, within));
    await page.setViewportSize(WIDE);
  });
  const shown = visited.map(({ route, tab }) => (tab === undefined ? route : `(${tab})`));
  console.log(`${visited.length} views: ${shown.join(" ")}`);
  expect(faults.join("\n")).toBe("");
  providers.close();
});

test("the door opens to everybody", async ({ open }) => {
  const context = await open({ key: "" });
  await context.addInitScript({ content: RULES });
  const page = await context.newPage();
  await page.goto("/");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const way of ["Password", "API key", "Invitation"]) {
      await page.getByRole("button", { name: way, exact: true }).click();
      expect(await barriers(page)).toEqual([]);
    }
  }
  await page.setViewportSize(NARROW);
  expect(await overhang(page)).toBeLessThanOrEqual(0);
});
