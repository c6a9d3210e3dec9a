import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CHAIN, type Authorization, type Chain } from "./chain";
import type { Definition } from "./definitions";
import type { Server } from "./server";

/** What an organization does with money, on a chain of its own: it pays, asks before it pays much, signs, buys and sells. */

const SUPPLIER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const STRANGER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const EXCHANGE = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const SELLER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
/** Six decimals. */
const unit = (amount: number): string => String(amount * 1_000_000);
/** More blocks than the chain may take back. */
const FINAL = 200;

type Presented = { payload: { authorization: Authorization; signature: string } };
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64");
const decoded = (header: unknown): Presented => JSON.parse(Buffer.from(String(header), "base64").toString("utf8")) as Presented;

/** A seller who wants a token for a quote, and a facilitator who takes it for others: both carry out what they are shown. */
export class Market {
  private constructor(
    readonly at: string,
    private readonly door: HttpServer,
  ) {}

  static async open(chain: Chain): Promise<Market> {
    let at = "";
    const requirement = () => ({ scheme: "exact", network: `eip155:${CHAIN}`, amount: unit(2), asset: chain.token, payTo: SELLER, maxTimeoutSeconds: 300, extra: { name: "Coupons", version: "2" } });
    const receipt = async ({ payload: { authorization, signature } }: Presented) => ({ success: true, transaction: await chain.take(authorization, signature), network: `eip155:${CHAIN}`, payer: authorization.from });
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const say = (status: number, body: object, headers: Record<string, string> = {}) => response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
      if (request.url === "/verify") return say(200, { isValid: true });
      if (request.url === "/settle") return say(200, await receipt((JSON.parse(Buffer.concat(chunks).toString("utf8")) as { paymentPayload: Presented }).paymentPayload));
      const paid = request.headers["payment-signature"];
      const demand = { x402Version: 2, error: "pay first", resource: { url: `${at}/quote`, description: "A firm quote for ten minutes", mimeType: "application/json" }, accepts: [requirement()] };
      if (paid === undefined) return say(402, {}, { "PAYMENT-REQUIRED": encoded(demand) });
      return say(200, { pair: "ETH/USD", ask: "3126.10", firmFor: 600 }, { "PAYMENT-RESPONSE": encoded(await receipt(decoded(paid))) });
    };
    const door = createServer((request, response) => void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error))));
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    at = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
    return new Market(at, door);
  }

  close(): void {
    this.door.closeAllConnections();
    this.door.close();
  }
}

export type Money = { runs: Record<string, string>; transactions: Record<string, string> };

export async function seedMoney(server: Server, chain: Chain, market: Market, wallets: { treasury: string; buyer: string }): Promise<Money> {
  const [treasury, buyer] = [await server.get(`/v1/wallets/${wallets.treasury}`), await server.get(`/v1/wallets/${wallets.buyer}`)];
  for (const wallet of [treasury, buyer]) await chain.fund(wallet.address, BigInt(unit(250_000)));
  const board = await server.post("/v1/service-accounts", { name: "Board of the treasury", permissions: ["wallets:read", "wallets:approve", "tasks:read"] });
  await server.post("/v1/policies", { name: "treasury", document: policy(chain.token, board.id, treasury.address) });
  const runs: Record<string, string> = {};
  const supplier = await server.live("Pay a supplier", payout(chain.token, treasury.id), { description: "Sends what an invoice asks for; from 5,000 on the board is asked." });
  const pay = (to: string, amount: number) => server.run(supplier, { to, amount: unit(amount) });
  runs["sent"] = await pay(SUPPLIER, 1_250);
  runs["asked"] = await pay(SUPPLIER, 18_400);
  runs["denied"] = await pay(STRANGER, 75);
  const deadline = Math.floor(Date.now() / 1_000) + 3_000;
  runs["signed"] = await server.run(await server.live("Permit for the exchange", permit(chain.token, treasury)), { deadline });
  runs["bought"] = await server.run(await server.live("Buy a firm quote", purchase(market.at, chain.token, buyer.id)));
  for (const run of [runs["signed"], runs["bought"]]) await server.runIs(run, "success");
  await server.runIs(runs["denied"], "failure");
  await sell(server, chain, market, treasury.id, buyer);
  // At last: with each block the time of the chain goes on, and what was authorized has an end.
  await mined(server, chain, runs["sent"]);
  const listed = await server.until(() => server.get("/v1/transactions"), ({ items }) => items.length >= 3, "three transactions are listed");
  const transactions = Object.fromEntries(Object.entries(runs).map(([key, run]) => [key, listed.items.find(({ runId }: { runId: string }) => runId === run)?.id ?? ""]));
  return { runs, transactions };
}

/** Blocks come until the run is over: its transaction is final then. */
async function mined(server: Server, chain: Chain, run: string): Promise<void> {
  const further = async () => {
    await chain.mine();
    const shown = await server.get(`/v1/runs/${run}`);
    if (JSON.stringify(shown.executionState).includes("waiting")) await chain.mine(FINAL);
    return shown.status;
  };
  await server.until(further, (status) => status === "success", "what was paid is final");
}

function policy(token: string, board: string, treasury: string): object {
  const [transaction, document] = [{ in: ["transaction"] }, { in: ["document"] }];
  const here = { chain: { in: [CHAIN] }, token: { in: [token] } };
  return {
    form: 1,
    description: "Suppliers and the exchange are paid in coupons; from 5,000 on the board is asked.",
    rules: [
      { id: "suppliers", effect: "allow", when: { ...here, subject: transaction, action: { in: ["transfer"] }, counterparty: { in: [SUPPLIER] } } },
      { id: "exchange", effect: "allow", when: { ...here, subject: document, action: { in: ["permit"] }, counterparty: { in: [EXCHANGE] }, validFor: { atMost: 3_600 } } },
      { id: "quotes", effect: "allow", when: { ...here, subject: document, action: { in: ["transfer"] }, counterparty: { in: [SELLER, treasury] }, validFor: { atMost: 3_600 } } },
    ],
    limits: [{ id: "daily", measure: { token: { chain: CHAIN, address: token } }, most: unit(50_000), per: "day", by: "wallet" }],
    approvals: [{ id: "large", when: { token: { in: [token] }, amount: { atLeast: unit(5_000) } }, approvers: [board], needed: 1, within: 14_400 }],
  };
}

function payout(token: string, wallet: string): Definition {
  return {
    nodes: {
      root: { type: "manual", payload: {}, title: "An invoice is due", children: ["pay"] },
      pay: { type: "send-erc20-token", title: "Pay the supplier", payload: { chainId: CHAIN, walletId: wallet, tokenAddress: token, recipientAddress: "{{$trigger.body.to}}", amount: "{{$trigger.body.amount}}", timeoutMs: 86_400_000 }, children: ["book"] },
      book: { type: "log", title: "Book it", payload: { message: "Paid by {{pay.result.transactionHash}}" } },
    },
  };
}

function domainOf(token: string): object {
  return { name: "Coupons", version: "2", chainId: CHAIN, verifyingContract: token };
}

const field = (name: string, type: string) => ({ name, type });

function permit(token: string, wallet: { id: string; address: string }): Definition {
  const types = { Permit: [field("owner", "address"), field("spender", "address"), field("value", "uint256"), field("nonce", "uint256"), field("deadline", "uint256")] };
  const message = { owner: wallet.address, spender: EXCHANGE, value: unit(3_000), nonce: "0", deadline: "{{$trigger.body.deadline}}" };
  return { nodes: { root: { type: "manual", payload: {}, children: ["permit"] }, permit: { type: "sign-typed-data", title: "Let the exchange draw", payload: { chainId: CHAIN, walletId: wallet.id, domain: domainOf(token), types, primaryType: "Permit", message } } } };
}

function purchase(at: string, token: string, wallet: string): Definition {
  const payload = { url: `${at}/quote`, chainId: CHAIN, tokenAddress: token, maxPrice: unit(5), walletId: wallet };
  return { nodes: { root: { type: "manual", payload: {}, children: ["quote"] }, quote: { type: "call-x402-endpoint", title: "Ask for a quote", payload, children: ["note"] }, note: { type: "log", payload: { message: "Firm at {{quote.result.body.ask}}" } } } };
}

/** Sells a run to a buyer who signs by a wallet of this house. */
async function sell(server: Server, chain: Chain, market: Market, payTo: string, buyer: { id: string; address: string }): Promise<void> {
  const price = { chainId: CHAIN, tokenAddress: chain.token, token: { name: "Coupons", version: "2" }, amount: unit(4), payTo, facilitator: market.at, description: "A report on a validator" };
  const definition = { nodes: { root: { type: "webhook", payload: { price, respond: { wait: true, timeoutMs: 5_000 } }, children: ["report"] }, report: { type: "log", payload: { message: "A report for {{$trigger.headers.x402-payer}}" } } } };
  const shop = await server.live("Reports for sale", definition);
  const { accepts } = await server.until(() => server.asked(`/v1/x402/${shop}`), (asked) => Array.isArray(asked?.accepts), "the report is for sale");
  const [offer] = accepts;
  const now = Math.floor(Date.now() / 1_000);
  const authorization: Authorization = { from: buyer.address, to: offer.payTo, value: unit(4), validAfter: String(now - 60), validBefore: String(now + 280), nonce: `0x${"5e".repeat(32)}` };
  const types = { TransferWithAuthorization: [field("from", "address"), field("to", "address"), field("value", "uint256"), field("validAfter", "uint256"), field("validBefore", "uint256"), field("nonce", "bytes32")] };
  const payload = { chainId: CHAIN, walletId: buyer.id, domain: domainOf(chain.token), types, primaryType: "TransferWithAuthorization", message: authorization };
  const signing = await server.live("Pay for a report", { nodes: { root: { type: "manual", payload: {}, children: ["sign"] }, sign: { type: "sign-typed-data", payload } } });
  const signed = await server.runIs(await server.run(signing), "success");
  const { signature } = signed.executionState.sign.result;
  const payment = encoded({ x402Version: 1, scheme: "exact", network: offer.network, payload: { signature, authorization } });
  await server.until(() => server.asked(`/v1/x402/${shop}`, { "X-PAYMENT": payment }), (answer) => answer?.error === undefined, "the report is sold");
}
