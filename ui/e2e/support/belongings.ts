import { approval } from "./definitions";
import type { Server } from "./server";

/** What is not workflows: connectors, members, keys, wallets, policies, tables and what else has pages. */
export async function belongings(server: Server): Promise<{ treasury: string; buyer: string }> {
  const connector = (name: string, type: string, data: object, description: string) => server.post("/v1/connectors", { name, type, data, description });
  await connector("Treasury alerts", "slack", { botToken: "xoxb-2048-seeded-for-pictures" }, "Tells the channel #treasury");
  await connector("Prices", "coingecko", { apiKey: "CG-seeded-for-pictures" }, "Read by the price watch");
  await connector("Deliveries of the exchange", "webhook-secret", { secret: "a-secret-of-the-sender-0123456789" }, "Signs what the exchange sends");
  for (const [email, role] of [
    ["grace.hopper@example.org", "admin"],
    ["barbara.liskov@example.org", "developer"],
    ["on-duty@example.org", "operator"],
  ]) {
    await server.post("/v1/organization/invitations", { email, role });
  }
  const account = await server.post("/v1/service-accounts", { name: "Settlement engine", permissions: ["runs:read", "workflows:run"] });
  await server.post("/v1/api-keys", { name: "Settlement engine, production", serviceAccountId: account.id });
  const treasury = (await server.post("/v1/wallets", { name: "Treasury" })).id;
  const buyer = (await server.post("/v1/wallets", { name: "Gas station" })).id;
  await server.post("/v1/policies", { name: "suppliers", document: SUPPLIERS });
  await server.post("/v1/tables", { name: "payments", schema: PAYMENTS });
  const rows = Array.from({ length: 12 }, (_, row) => ({ invoice: `2026-${1_101 + row}`, amount: (row + 1) * 1_250.5, state: row % 3 === 2 ? "open" : "paid" }));
  await server.post("/v1/tables/payments/rows", { rows });
  const definition = { entry: ["note"], result: "note", nodes: { note: { type: "log", payload: { message: "told" } } } };
  await server.post("/v1/blocks", { name: "Tell the one on duty", description: "Looks up who is on duty, and tells them.", category: "Alerts", definition });
  await server.post("/v1/templates", { name: "Payout with an approval", description: "Somebody of the treasury says yes before anything is paid.", category: "Treasury", definition: approval() });
  await server.post("/v1/execution-webhooks", { name: "Back office", url: "https://back-office.example.com/hooks", subscribedEventTypes: ["run.completed", "run.failed"] });
  await happenings(server);
  await server.post("/v1/knowledge/documents", { title: "Who is paid, and how", text: HANDBOOK, tags: ["treasury", "handbook"], source: "https://handbook.example.com/treasury" });
  await server.post("/v1/knowledge/documents", { title: "When a validator is down", text: "Look whether the beacon node is syncing before anything is restarted. A validator that attests twice is slashed; one that rests loses little.", tags: ["staking"] });
  await server.put("/v1/organization/storage/default/rates", { value: { ETHUSD: "3124.55", BTCUSD: "67012.10" } });
  await server.put("/v1/organization/storage/cursors/last-settled-block", { value: "23814066" });
  await server.post("/v1/event-definitions", { name: "deposit.final", description: "The block of a deposit is final.", payloadSchema: { type: "object", properties: { account: { type: "string" } } } });
  await server.post("/v1/validation/schemas", { namespace: "treasury", name: "payout", schema: { type: "object", properties: { amount: { type: "string" } } } });
  return { treasury, buyer };
}

/** Events that other systems told of, and the order in which they are expected. */
async function happenings(server: Server): Promise<void> {
  await server.post("/v1/event-sequences", {
    name: SEQUENCE,
    version: "1.0.0",
    description: "A payout is asked for, approved and booked within two days.",
    events: [
      { eventId: "payout.requested", order: 1 },
      { eventId: "payout.approved", order: 2 },
      { eventId: "payout.insured", order: 2, required: false },
      { eventId: "payout.booked", order: 3 },
    ],
    correlationKey: "payload.invoice",
    timeoutMs: 172_800_000,
    outOfOrder: "hold",
  });
  await server.post("/v1/event-subscriptions", { pattern: "payout.*", url: "https://ledger.example.com/events" });
  const steps = ["requested", "approved", "booked"];
  const events = ["2026-1171", "2026-1187", "2026-1190"].flatMap((invoice, index) => steps.slice(0, 3 - index).map((step) => ({ event: `payout.${step}`, payload: { invoice, amount: "61000.00" }, source: "back-office" })));
  await server.post("/v1/events/batch", { events });
}

export const SEQUENCE = "payout.settled";

const HANDBOOK = `Payouts up to 10,000 are made by whoever is on duty. Above that the treasury approves each of them within four hours, and looks at three things before it does.

The recipient is the one in the contract, letter by letter. The amount is the one on the invoice. Somebody else has seen it, and is named in the note.

What is not answered in time is not paid. It is asked for again the next day.`;

const SUPPLIERS = {
  form: 1,
  description: "Coins go to one supplier on the local chain, half an ether a day at most.",
  rules: [
    {
      id: "supplier",
      effect: "allow",
      when: { chain: { in: [31337] }, action: { in: ["native"] }, counterparty: { in: ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"] }, value: { atMost: "500000000000000000" } },
    },
  ],
};

const PAYMENTS = {
  type: "object",
  required: ["invoice"],
  properties: { invoice: { type: "string", unique: true, maxLength: 40 }, amount: { type: "number" }, state: { type: "string", enum: ["open", "paid"] } },
};
