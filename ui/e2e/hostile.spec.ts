import { expect, isSettled, overhang, test, type Page } from "./support/app";
import type { Server } from "./support/server";

/** What strangers call their things. */
const MARKUP = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
const TURNED = "\u202Eexe.tnemyap\u202C \u2067\u0634\u062D\u0646\u2069";
const CODE = "javascript:alert(1)//{{constructor.constructor('return 1')()}}${7*7}";
const ZERO = "a\\u0000b \u0007\u001b[31m\u2028\u2029\ufeff";
const NAMES = [MARKUP, TURNED, CODE, ZERO];
const LONG = `${"w".repeat(5_000)} ${"\u{1F4A5}".repeat(1_250)}`;

/** The name as the server keeps it: it may refuse signs that no name has. */
async function named<T>(name: string, make: (name: string) => Promise<T>): Promise<{ made: T; name: string }> {
  try {
    return { made: await make(name), name };
  } catch (error) {
    expect(String(error), "it is refused clearly, or taken").toMatch(/ 4(00|13|22) /);
    const tamed = [...name].filter((sign) => !/\p{Cc}/u.test(sign)).join("").slice(0, 40).trim();
    return { made: await make(tamed), name: tamed };
  }
}

/** It is there as a text, runs nothing, and makes nothing wider. */
async function isText(page: Page, text: string): Promise<void> {
  await isSettled(page);
  const head = text.slice(0, 24);
  await expect
    .poll(() => page.evaluate((words) => document.body.textContent?.includes(words) ?? false, head), { message: `${JSON.stringify(head)} is shown on ${page.url()}`, timeout: 20_000 })
    .toBe(true);
  const owned = await page.evaluate(() => [...document.querySelectorAll("main img, main script, main iframe, main svg image")].map((element) => element.outerHTML.slice(0, 200)));
  expect(owned).toEqual([]);
  expect(await page.title()).not.toBe("owned");
  expect(await overhang(page), `${page.url()} is wider than its window`).toBeLessThanOrEqual(0);
}

async function made(server: Server, name: string): Promise<{ workflow: string; workflowName: string; run: string; task: string; connectorName: string }> {
  const payload = { message: LONG, [name]: name };
  const definition = {
    nodes: {
      root: { type: "manual", payload: {}, title: name.slice(0, 60), children: ["ask"] },
      ask: { type: "manual-task", title: name.slice(0, 60), payload: { title: "{{$trigger.body.title}}", description: "{{$trigger.body.title}} {{$trigger.body.title}}", queue: "strangers", data: { given: "{{$trigger.body}}" } } },
    },
  };
  const workflow = await named(name, (given) => server.live(given, definition, { description: name }));
  const run = await server.run(workflow.made, { ...payload, title: name });
  const task = await server.taskOf(run);
  const connector = await named(name, (given) => server.post("/v1/connectors", { name: given, type: "telegram", description: given, data: { botToken: "123456:ABCdefGhIJKlmNoPQRsTUVwxyZ0123456789" } }));
  return { workflow: workflow.made, workflowName: workflow.name, run, task: task.id, connectorName: connector.name };
}

/** What else strangers write into, and where it is read. */
async function belongings(server: Server, name: string): Promise<Record<string, string>> {
  const told = { title: "", template: "", form: "" };
  const document = await named(name, (title) => server.post("/v1/knowledge/documents", { title, text: `${name} ${LONG}`.slice(0, 9_000), tags: [] }));
  told.title = document.name;
  const definition = { nodes: { root: { type: "manual", payload: {}, children: ["note"] }, note: { type: "log", title: name.slice(0, 60), payload: { message: name } } } };
  told.template = (await named(name, (given) => server.post("/v1/templates", { name: given, description: name, category: "Strangers", definition }))).name;
  const field = (label: string) => ({ fieldKey: "a", label, type: "text", helpText: label, placeholder: label });
  // No text of an interface may look like an expression.
  told.form = (await named(name.replaceAll("{{", "{ {"), (given) => server.post("/v1/ui-components", { name: given, componentType: "Form", title: given, fields: [field(given)] }))).name;
  await server.post("/v1/tables/strangers/rows", { rows: [{ text: name.replaceAll("\\u0000", "") }] });
  await server.put(`/v1/organization/storage/default/strange-${NAMES.indexOf(name)}`, { value: { [name]: name } });
  await server.post("/v1/events", { event: "stranger.came", payload: { name, [name]: LONG.slice(0, 2_000) }, source: "stranger" });
  return { ...told, document: document.made.id };
}

test("hostile texts are text in data, events, templates and interfaces", async ({ page, server }) => {
  await server.post("/v1/tables", { name: "strangers", schema: { type: "object", properties: { text: { type: "string" } } } });
  const worlds = [];
  for (const name of NAMES) worlds.push(await belongings(server, name));
  const pages: [path: string, texts: string[]][] = [
    ["/knowledge", worlds.map(({ title }) => title ?? "")],
    ...worlds.map(({ document, title }): [string, string[]] => [`/knowledge/${document}`, [title ?? "", "wwwwwwww"]]),
    ["/templates", worlds.map(({ template }) => template ?? "")],
    ["/interfaces", worlds.map(({ form }) => form ?? "")],
    ["/tables/strangers", [MARKUP, TURNED]],
    ["/storage", ["strange-0"]],
    ["/events", ["stranger.came"]],
  ];
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(viewport);
    for (const [path, texts] of pages) {
      await page.goto(path);
      for (const text of texts) await isText(page, text);
    }
  }
});

test("hostile names are text on every page", async ({ page, server }) => {
  const worlds = [];
  for (const name of NAMES) {
    const account = await named(name, (given) => server.post("/v1/service-accounts", { name: given, permissions: ["runs:read"] }));
    await named(name, (given) => server.post("/v1/api-keys", { name: given, serviceAccountId: account.made.id }));
    const world = await made(server, name);
    worlds.push({ ...world, accountName: account.name, title: (await server.get(`/v1/tasks/${world.task}`)).title });
  }
  const shows = (path: string, texts: string[]) =>
    test.step(path.slice(0, 40), async () => {
      await page.goto(path);
      for (const text of texts) await isText(page, text);
    });
  const names = worlds.map(({ workflowName }) => workflowName);
  await shows("/runs", names);
  await shows("/workflows", names);
  await shows("/activity", names);
  await shows("/tasks", worlds.map(({ title }) => title));
  await shows("/connectors", worlds.map(({ connectorName }) => connectorName));
  await shows("/keys", worlds.map(({ accountName }) => accountName));
  for (const { workflow, workflowName, run, task, title } of worlds) {
    await shows(`/workflows/${workflow}`, [workflowName]);
    await shows(`/workflows/${workflow}?tab=definition`, [workflowName]);
    await shows(`/workflows/${workflow}/edit`, [workflowName]);
    await shows(`/runs/${run}?node=ask`, [workflowName]);
    await shows(`/runs/${run}?tab=data`, ["wwwwwwww"]);
    await shows(`/tasks/${task}`, [title]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  const some = worlds.flatMap(({ run, task, workflow }) => [`/runs/${run}?tab=data`, `/tasks/${task}`, `/workflows/${workflow}`]);
  for (const path of ["/runs", "/workflows", "/tasks", "/connectors", "/keys", ...some]) {
    await page.goto(path);
    await isSettled(page);
    expect(await overhang(page), `${path} is wider than the phone`).toBeLessThanOrEqual(0);
  }
});

test("an organization and a search by a hostile name are text", async ({ open, server, complaints }) => {
  complaints.expect(/Failed to load resource: the server responded with a status of 4(00|04|22)/);
  const { made: organization } = await named(MARKUP, (given) => server.post("/v1/organizations", { name: given }));
  const page = await (await open({ organization: organization.id })).newPage();
  await page.goto(`/workflows?search=${encodeURIComponent(MARKUP)}`);
  await isText(page, organization.name);
  await expect(page.getByText("No workflow fits")).toBeVisible();
  await page.goto(`/runs/${encodeURIComponent("<img src=x onerror=alert(1)>")}`);
  await expect(page.getByRole("alert").or(page.locator(".note.bad")).first()).toBeVisible();
  expect(await page.title()).not.toBe("owned");
});
