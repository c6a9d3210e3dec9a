import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { belongings } from "./belongings";
import { Chain } from "./chain";
import { approval, type Definition } from "./definitions";
import { asked, shown } from "./interfaces";
import { Market, seedMoney } from "./money";
import type { Server } from "./server";

/**
 * An organization that watches chains and pays from a treasury: workflows that run, wait and fail, what they asked people,
 * and what belongs to them. Specs open pages on it, and the pictures in docs/ show it.
 */

const NODE_PATH = /^\/(prices|validators|payments|balances)\//;

/** The providers that its workflows call, on this machine: they answer, and one of them is down. */
export class Providers {
  private constructor(
    readonly at: string,
    private readonly server: HttpServer,
  ) {}

  static async open(): Promise<Providers> {
    const server = createServer((request, response) => {
      const path = request.url ?? "/";
      const answer = (status: number, body: object) => {
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(JSON.stringify(body));
      };
      if (path.startsWith("/validators/1182")) return answer(503, { error: "beacon node is syncing", behind: 412 });
      if (path.startsWith("/prices/")) return answer(200, { pair: "ETH/USD", price: "3124.55", sources: 7, at: "2026-11-30T18:00:00Z" });
      if (path.startsWith("/validators/")) return answer(200, { index: Number(path.split("/")[2]), status: "active_ongoing", balance: "32014553211000000000", effectiveness: 0.9912 });
      if (path.startsWith("/payments/")) return answer(201, { payment: `pay_${path.length}a7`, state: "accepted" });
      return NODE_PATH.test(path) ? answer(200, { wei: "182403551200000000000", block: 23814066 }) : answer(404, { error: "no such path" });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Providers(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** `money` is of a chain, where there is one. */
export type Seeded = { workflows: Record<string, string>; runs: Record<string, string>; money?: Record<string, string> };

export async function seed(server: Server, providers: Providers): Promise<Seeded> {
  const workflows: Record<string, string> = {};
  for (const { key, name, description, tags, definition } of workflowsAt(providers.at)) {
    workflows[key] = await server.live(name, definition, { description });
    await server.put(`/v1/workflows/${workflows[key]}/tags`, { tags });
  }
  workflows["counterparty"] = await server.live("Take a counterparty on", await counterparty(server), { description: "Asks the desk who they are before anything is traded with them." });
  await drafts(server, workflows);
  const wallets = await belongings(server);
  const started = await runs(server, workflows);
  const chain = await Chain.open();
  if (!chain) return { workflows, runs: started };
  const market = await Market.open(chain);
  const { runs: paid, transactions } = await seedMoney(server, chain, market, wallets);
  market.close();
  return { workflows, runs: { ...started, ...paid }, money: transactions };
}

/** A task that is asked, and a run that is shown, as interfaces of the organization say. */
async function counterparty(server: Server): Promise<Definition> {
  const form = (await server.post("/v1/ui-components", asked())).id;
  const display = (await server.post("/v1/ui-components", shown())).id;
  return {
    uiComponent: { componentId: display },
    nodes: {
      root: { type: "manual", payload: {}, title: "A counterparty applies", children: ["look"] },
      look: { type: "manual-task", title: "Look at them", payload: { title: "Take {{$trigger.body.name}} on?", queue: "desk", priority: "MEDIUM", uiComponent: { componentId: form }, data: { name: "{{$trigger.body.name}}", volume: "{{$trigger.body.volume}}" } }, children: ["note"] },
      note: { type: "log", branch: "completed", title: "Note it", payload: { message: "{{$trigger.body.name}}: {{look.result.data.decision}}" } },
    },
  };
}

function workflowsAt(at: string): { key: string; name: string; description: string; tags: string[]; definition: Definition }[] {
  return [
    {
      key: "deviation",
      name: "Price deviation watch",
      description: "Compares the price of two sources each minute, and stops trading when they part by more than two per cent.",
      tags: ["prices", "critical"],
      definition: {
        nodes: {
          root: { type: "webhook", payload: {}, title: "Each minute", children: ["first", "second"] },
          first: { type: "http-request", title: "Price by the exchange", payload: { url: `${at}/prices/exchange` }, children: ["both"] },
          second: { type: "http-request", title: "Price by the oracle", payload: { url: `${at}/prices/oracle` }, children: ["both"] },
          both: { type: "join", title: "Both are there", payload: { mode: "all" }, children: ["apart"] },
          apart: { type: "if", title: "More than 2 % apart?", payload: { condition: { $and: [{ "{{first.result.body.price}}": { $ne: "{{second.result.body.price}}" } }] } }, children: ["halt", "fine"] },
          halt: { type: "fail", branch: "then", title: "Halt the desk", payload: { code: "prices_apart", message: "The exchange says {{first.result.body.price}}, the oracle {{second.result.body.price}}" } },
          fine: { type: "log", branch: "else", title: "Note the price", payload: { message: "ETH/USD {{first.result.body.price}} from {{first.result.body.sources}} sources" } },
        },
      },
    },
    {
      key: "validators",
      name: "Validator health",
      description: "Asks each validator how it is; what answers nothing is told to the one on duty.",
      tags: ["staking"],
      definition: {
        nodes: {
          root: { type: "manual", payload: {}, title: "Every epoch", children: ["ask"] },
          ask: { type: "http-request", title: "Ask the beacon node", payload: { url: `${at}/validators/{{$trigger.body.validator}}` }, retryPolicy: { maxAttempts: 2, strategy: "fixed", initialInterval: 200 }, children: ["effective"] },
          effective: { type: "if", title: "Effective enough?", payload: { condition: { $and: [{ "{{ask.result.body.effectiveness}}": { $gte: 0.98 } }] } }, children: ["good", "poor"] },
          good: { type: "log", branch: "then", title: "Note it", payload: { message: "Validator {{$trigger.body.validator}} is at {{ask.result.body.effectiveness}}" } },
          poor: { type: "manual-task", branch: "else", title: "Have somebody look", payload: { title: "Look after validator {{$trigger.body.validator}}", queue: "staking", priority: "MEDIUM" } },
        },
      },
    },
    { key: "payout", name: "Payouts above the limit", description: "A payout above the limit is approved by somebody of the treasury within four hours.", tags: ["treasury", "approval"], definition: approval() },
    {
      key: "payroll",
      name: "Payroll in USDC",
      description: "Pays everybody once, five at a time; what fails is retried and paid to nobody twice.",
      tags: ["treasury", "payroll"],
      definition: {
        inputSchema: [{ key: "recipients", type: "array", required: true, description: "Objects with account and amount" }],
        nodes: {
          root: { type: "manual", payload: {}, title: "At the end of the month", children: ["each"] },
          each: { type: "for-each", title: "Each recipient", payload: { array: "{{$inputs.recipients}}", mode: "parallel", maxConcurrency: 5 }, loopBody: ["pay"], children: ["report"] },
          pay: { type: "http-request", title: "Pay", payload: { method: "POST", url: `${at}/payments/{{$item.account}}`, body: { amount: "{{$item.amount}}" } }, children: ["paid"] },
          paid: { type: "log", title: "Book it", payload: { message: "{{$item.amount}} USDC to {{$item.account}}: {{pay.result.body.payment}}" } },
          report: { type: "log", title: "Report", payload: { message: "{{each.result.iterationCount}} were paid" } },
        },
      },
    },
    {
      key: "public",
      name: "Proof of reserves",
      description: "Tells everybody what the vault of an asset holds, and at which block it was counted.",
      tags: ["public"],
      definition: {
        visibility: "public_execute",
        publicWidgetConfig: { title: "What the vault holds", buttonText: "Count now", successMessage: "Counted at the newest final block.", publicOutputs: ["told"], allowedOrigins: ["https://shop.example"] },
        inputSchema: [
          { key: "asset", type: "string", required: true, description: "As ETH or USDC" },
          { key: "details", type: "boolean", description: "With each address" },
        ],
        nodes: {
          root: { type: "manual", payload: {}, title: "Somebody asks", children: ["count"] },
          count: { type: "http-request", title: "Count the vault", payload: { url: `${at}/balances/vault` }, children: ["told"] },
          told: { type: "format", title: "Say it", payload: { template: "The vault holds {{@wei}} wei of {{@asset}}.", data: { wei: "{{count.result.body.wei}}", asset: "{{$inputs.asset}}" } } },
        },
      },
    },
    {
      key: "settlement",
      name: "Settlement after finality",
      description: "Books a deposit once its block is final, and asks the counterparty when that takes too long.",
      tags: ["settlement"],
      definition: {
        nodes: {
          root: { type: "manual", payload: {}, title: "A deposit was seen", children: ["balance"] },
          balance: { type: "http-request", title: "Read the balance", payload: { url: `${at}/balances/{{$trigger.body.account}}` }, children: ["final"] },
          final: { type: "wait", title: "Until the block is final", payload: { timeoutMs: 3_600_000, triggerType: "signal", triggerConfig: { signal: "final" } }, children: ["book", "late"] },
          book: { type: "log", branch: "resumed", title: "Book the deposit", payload: { message: "{{balance.result.body.wei}} wei are booked" } },
          late: { type: "fail", branch: "timed_out", title: "Never final", payload: { message: "The block was not final within an hour" } },
        },
      },
    },
  ];
}

async function drafts(server: Server, workflows: Record<string, string>): Promise<void> {
  const nodes = { root: { type: "manual", payload: {}, children: ["quote"] }, quote: { type: "http-request", payload: {}, children: ["bridge"] } };
  workflows["draft"] = await server.draft("Rebalance the bridge", { nodes }, { description: "Not finished: which bridge is cheapest is still open." });
  const { definition } = await server.get(`/v1/workflows/${workflows["validators"]}`);
  definition.nodes.ask.retryPolicy.maxAttempts = 5;
  definition.nodes.told = { type: "log", branch: "else", title: "Tell the one on duty", payload: { message: "The one on duty is told" } };
  definition.nodes.effective.children.push("told");
  await server.put(`/v1/workflows/${workflows["validators"]}`, { definition });
  const paused = await server.live("Sweep of dust to the vault", { nodes: { root: { type: "manual", payload: {}, children: ["note"] }, note: { type: "log", payload: { message: "swept" } } } });
  await server.post(`/v1/workflows/${paused}/pause`);
}

async function runs(server: Server, workflows: Record<string, string>): Promise<Record<string, string>> {
  const started: Record<string, string> = {};
  const start = async (key: string, payload: object) => (started[key] = await server.run(workflows[key] ?? "", payload));
  const account = (letter: string) => `0x${letter.repeat(40)}`;
  for (const validator of [1180, 1181, 1183, 1184]) await start("validators", { validator });
  const down = await start("validators", { validator: 1182 });
  const recipients = ["a", "b", "c", "d", "e", "f", "1", "2"].map((letter, index) => ({ account: account(letter), amount: `${3_200 + index * 175}.50` }));
  await start("payroll", { recipients });
  const waits = await start("settlement", { account: account("7"), amount: "182403551200000000000" });
  await start("settlement", { account: account("9"), amount: "990000000000000000" });
  for (const [amount, recipient, invoice] of [
    ["125000.00", "Northwind Validators", "2026-1187"],
    ["48250.75", "Helvetia Custody AG", "2026-1190"],
    ["9999999999999999.123456789012345678", "Market maker reserve", "2026-1191"],
  ]) {
    started["task"] = (await server.taskOf(await start("payout", { amount, currency: "USDC", recipient, invoice }))).id;
  }
  const approved = await start("payout", { amount: "61000.00", currency: "USDC", recipient: "Audit fees", invoice: "2026-1171" });
  const { id } = await server.taskOf(approved);
  await server.post(`/v1/tasks/${id}/claim`);
  await server.post(`/v1/tasks/${id}/complete`, { data: { approved: true, note: "Seen by the board" } });
  const rejected = await start("payout", { amount: "500000.00", currency: "USDC", recipient: "Unknown counterparty", invoice: "2026-1166" });
  await server.post(`/v1/tasks/${(await server.taskOf(rejected)).id}/reject`, { reason: "There is no contract with them" });
  const cancelled = await start("settlement", { account: account("3"), amount: "1" });
  await server.post(`/v1/runs/${cancelled}/cancel`, { reason: "The deposit was a test" });
  await start("public", { asset: "ETH" });
  const known = await start("counterparty", { name: "Helvetia Custody AG", volume: 1_400_000 });
  const answered = await server.taskOf(known);
  await server.post(`/v1/tasks/${answered.id}/claim`);
  await server.post(`/v1/tasks/${answered.id}/complete`, { data: { decision: "yes", limit: 500_000, action: "decide" } });
  started["form"] = (await server.taskOf(await start("counterparty", { name: "Meridian Markets Ltd", volume: 82_000 }))).id;
  const price = await start("deviation", { pair: "ETH/USD" });
  await server.runIs(down, "failure");
  await server.runIs(price, "success");
  await server.runIs(waits, "waiting");
  await server.runIs(known, "success");
  return { ...started, failed: down, waits, price, approved, known };
}
