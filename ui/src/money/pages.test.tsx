import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { at } from "../../test/mock/world.mjs";
import { approvals, chains, deeds, document, intentOf, policies, signature, transaction, wallet } from "../../test/mock/money.mjs";
import { open, page, type Answers } from "../../test/page";

const path = `/v1/transactions/${transaction.id}`;
const base: Answers = {
  "GET /v1/chains": () => page(chains),
  "GET /v1/wallets": () => page([wallet]),
  "GET /v1/users": () => page([{ id: "user_ada", email: "ada@example.com", name: "Ada" }]),
};
const me = (actor: string): Answers => ({
  "GET /v1/whoami": () => ({ actor, kind: "user", organization: { id: "org_1", name: "Northwind" }, permissions: ["wallets:read", "wallets:approve", "wallets:manage", "policies:read", "policies:manage", "installation:manage"] }),
});
const shown = (more: object, history: unknown[]): Answers => ({ ...base, [`GET ${path}`]: () => ({ ...transaction, approval: null, ...more, history }) });

describe("a transaction", () => {
  it("tells its life from the wish to the cost, with what the call says", async () => {
    await open(`/transactions/${transaction.id}`, shown({ status: "succeeded", endedAt: at(20), nonce: 7, hash: `0x${"ab".repeat(32)}`, blockNumber: 13 }, [intentOf("transfer"), ...deeds]));
    const life = await screen.findByRole("region", { name: "Its life" });
    expect(await within(life).findByText("transfer")).toBeVisible();
    expect(within(life).getByText("2,500,000", { exact: false })).toBeVisible();
    expect(within(life).getByText(/Allowed the call/)).toBeVisible();
    expect(within(life).getByText("Replaced at a higher price, for the first time")).toBeVisible();
    expect(within(life).getByText("Its block stays")).toBeVisible();
    expect(within(life).getAllByText("0.00000453077973725")[0]).toBeVisible();
    expect(screen.getAllByRole("link", { name: "Show the transaction in the explorer" })[0]).toHaveAttribute("href", `https://sepolia.basescan.org/tx/0x${"ab".repeat(32)}`);
    expect(screen.queryByText("Mainnet · real money")).toBeNull();
  });

  it("lets whoever is named approve what they looked at, with a reason", async () => {
    const { requests } = await open(`/transactions/${transaction.id}`, { ...shown({ status: "awaiting_approval", approval: approvals }, [intentOf("send")]), ...me("user_ada"), [`POST ${path}/approve`]: () => transaction });
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("Why"), "as agreed");
    await userEvent.click(within(dialog).getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${path}/approve`, body: { digest: approvals.digest, comment: "as agreed" } }));
  });

  it("does not let its causer approve it, and says why", async () => {
    await open(`/transactions/${transaction.id}`, { ...shown({ status: "awaiting_approval", approval: approvals }, [intentOf("send")]), ...me("user_cause") });
    expect(await screen.findByText("You caused it: somebody else has to approve it.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("says what calling it off means before and after it has a nonce", async () => {
    const { requests } = await open(`/transactions/${transaction.id}`, { ...shown({ status: "broadcast", nonce: 3 }, [intentOf("send")]), [`POST ${path}/cancel`]: () => transaction });
    await userEvent.click(await screen.findByRole("button", { name: "Call off" }));
    expect(await screen.findByText(/a transaction that moves nothing is sent in its place/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Call it off" }));
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain(`POST ${path}/cancel`));
  });

  it("is framed where its chain moves real money", async () => {
    await open(`/transactions/${transaction.id}`, shown({ chainId: 8453, status: "denied", endedAt: at(1) }, [intentOf("send")]));
    expect(await screen.findByText("Mainnet · real money")).toBeVisible();
  });
});

describe("lists of money", () => {
  it("ask for what they are narrowed to", async () => {
    const { requests, router } = await open("/transactions", { ...base, "GET /v1/transactions": () => page([transaction]) });
    expect(await screen.findByText("1.5")).toBeVisible();
    await userEvent.selectOptions(screen.getByLabelText("Status"), "awaiting_approval");
    await waitFor(() => expect(requests.some(({ line }) => line.startsWith("GET /v1/transactions?limit=50&status=awaiting_approval"))).toBe(true));
    expect(router.state.location.searchStr).toBe("?status=awaiting_approval");
  });

  it("teach where there is nothing, in every tab", async () => {
    const nothing = { "GET /v1/transactions": () => page([]), "GET /v1/signatures": () => page([]), "GET /v1/payments": () => page([]), "GET /v1/sales": () => page([]), "GET /v1/x402-endpoints": () => page([]) };
    await open("/transactions", { ...base, ...nothing });
    expect(await screen.findByText("No workflow has wanted a transaction")).toBeVisible();
    for (const [tab, title] of [["Signed documents", "No document was to be signed"], ["Payments (x402)", "No request was paid for"], ["Sales (x402)", "No run was sold"], ["Paid endpoints", "No endpoint is paid"]] as const) {
      await userEvent.click(screen.getByRole("tab", { name: tab }));
      expect(await screen.findByText(title)).toBeVisible();
    }
  });

  it("take an endpoint up after it was paid once", async () => {
    const offer = { network: "eip155:84532", tokenAddress: "0x33", tokenName: "USDC", price: "10000", payTo: "0x1111111111111111111111111111111111111111", maxTimeoutSeconds: 60 };
    const { requests } = await open("/transactions?tab=endpoints", {
      ...base,
      "GET /v1/x402-endpoints": () => page([]),
      "POST /v1/x402-endpoints/probe": () => ({ status: 402, paymentRequired: true, offers: [offer], problems: [] }),
      "POST /v1/x402-endpoints/test": () => ({}),
      "POST /v1/x402-endpoints": () => ({}),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Try an endpoint" }));
    await userEvent.type(screen.getByLabelText(/URL/), "https://api.example.com/weather");
    await userEvent.click(screen.getByRole("button", { name: "See what it asks" }));
    await userEvent.type(await screen.findByLabelText(/Name/), "Weather");
    await userEvent.click(screen.getByRole("button", { name: "Pay it once and take it up" }));
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain("POST /v1/x402-endpoints"));
    expect(requests.find(({ line }) => line === "POST /v1/x402-endpoints/test")?.body).toMatchObject({ maxPrice: "10000" });
  });
});

describe("a document", () => {
  it("is shown by its types, and rejected in place", async () => {
    const own = `/v1/signatures/${signature.id}`;
    const { requests } = await open(`/signatures/${signature.id}`, { ...base, ...me("user_ada"), [`GET ${own}`]: () => ({ ...signature, approval: approvals, history: [document] }), [`POST ${own}/reject`]: () => signature });
    expect(await screen.findByText("without end", { exact: false })).toBeVisible();
    expect(screen.getByText("spender")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Reject" }));
    await userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Reject" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `POST ${own}/reject`, body: { digest: approvals.digest } }));
  });
});

describe("wallets", () => {
  const held = { walletId: wallet.id, address: wallet.address, isPartial: false, chains: [{ chainId: 84532, chain: "base-sepolia", problem: null, isLow: true, blockNumber: 13, balances: [{ tokenAddress: null, symbol: "ETH", balance: "12225669536441058640", decimals: 18 }] }] };
  const answers: Answers = {
    ...base,
    [`GET /v1/wallets/${wallet.id}/balances`]: () => held,
    [`GET /v1/wallets/${wallet.id}/floors`]: () => page([]),
    [`GET /v1/wallets/${wallet.id}`]: () => wallet,
    "GET /v1/transactions": () => page([]),
  };

  it("show what they have to the last digit", async () => {
    await open("/wallets", answers);
    expect(await screen.findByText("12.22566953644105864")).toBeVisible();
    expect(screen.getByText("below its floor", { exact: false })).toBeVisible();
  });

  it("are held to a floor, written in coins and sent in the smallest unit", async () => {
    const { requests } = await open(`/wallets/${wallet.id}`, { ...answers, [`PUT /v1/wallets/${wallet.id}/floors/base-sepolia`]: () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: "Set a floor" }));
    await userEvent.type(screen.getByLabelText(/At least/), "0.02");
    await userEvent.selectOptions(screen.getByLabelText(/^Chain/, { selector: "dialog select" }), "base-sepolia");
    await userEvent.click(screen.getByRole("button", { name: "Set the floor" }));
    await waitFor(() => expect(requests).toContainEqual({ line: `PUT /v1/wallets/${wallet.id}/floors/base-sepolia`, body: { floor: "20000000000000000" } }));
  });

  it("never keep a key that is brought along in the page", async () => {
    const { requests } = await open("/wallets", { ...answers, "POST /v1/wallets/import": () => wallet });
    await userEvent.click(await screen.findByRole("button", { name: "Import a key" }));
    await userEvent.type(screen.getByLabelText(/^Name/), "Old");
    expect(screen.getByLabelText(/Private key/)).toHaveAttribute("type", "password");
    await userEvent.type(screen.getByLabelText(/Private key/), "0xabc");
    await userEvent.click(screen.getByRole("button", { name: "Import" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/wallets/import", body: { name: "Old", privateKey: "0xabc" } }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("policies", () => {
  it("say in words what they say, and withdraw a change that waits", async () => {
    const { requests } = await open("/policies/suppliers", { ...base, "GET /v1/policies/suppliers": () => policies[0], "POST /v1/policies/suppliers/withdraw": () => ({ name: "suppliers" }) });
    expect(await screen.findByText("At most 5 coins of Base Sepolia in a day, counted by organization")).toBeVisible();
    expect(screen.getByText("1 or more")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Denies weekend" })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Withdraw it" }));
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain("POST /v1/policies/suppliers/withdraw"));
  });

  it("are asked about a transaction, and answer with each rule that spoke", async () => {
    const decision = { outcome: "deny", reasons: [{ kind: "notAllowed", call: [], action: "native", near: [{ policy: "suppliers", rule: "suppliers", fact: "counterparty", why: "other" }] }], limits: [], policies: [{ policy: "suppliers", version: 1, isMonitored: false }], monitored: null, claims: [] };
    const { requests } = await open("/policies", { ...base, "GET /v1/policies": () => ({ items: policies, delaySeconds: 0 }), "POST /v1/policies/simulate": () => decision });
    await screen.findByRole("link", { name: "suppliers" });
    await userEvent.click(screen.getByRole("button", { name: "Ask the policies" }));
    await userEvent.type(await screen.findByLabelText(/^To/), "0x2222222222222222222222222222222222222222");
    await userEvent.click(screen.getByRole("button", { name: "Ask" }));
    expect(await screen.findByText("is another", { exact: false })).toBeVisible();
    expect(requests.find(({ line }) => line === "POST /v1/policies/simulate")?.body).toMatchObject({ wallet: wallet.id, transaction: { from: wallet.address, value: "0", data: "0x" } });
  });
});
