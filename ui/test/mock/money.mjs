// Money as the API tells it, for tests of its pages.
import { at, id } from "./world.mjs";

export const chains = [
  { isTestnet: false, chainId: 8453, slug: "base", name: "Base", symbol: "ETH", confirmations: 10, finality: "tags", explorer: null },
  { isTestnet: true, chainId: 84532, slug: "base-sepolia", name: "Base Sepolia", symbol: "ETH", confirmations: 10, finality: "tags", explorer: { transaction: "https://sepolia.basescan.org/tx/{hash}", address: "https://sepolia.basescan.org/address/{address}", block: "https://sepolia.basescan.org/block/{number}" } },
];
export const wallet = { id: id("wal", 0), organizationId: id("org", 0), address: "0x8781056b10828479F0c488d9b803484b371C7044", name: "Treasury", isDefault: true, status: "active", backend: "pkcs11", provenance: "created", createdBy: "admin", createdAt: at(0) };
const origin = { runId: id("run", 1), nodeId: "pay", workflowId: id("wf", 0), startedBy: "admin", trigger: "manual" };
export const transaction = {
  id: id("int", 1), walletId: wallet.id, chainId: 84532, runId: origin.runId, nodeId: "pay", workflowId: origin.workflowId, status: "awaiting_approval", to: "0x1111111111111111111111111111111111111111",
  value: "1500000000000000000", nonce: null, hash: null, blockNumber: null, reason: null, acceptedAt: at(0), updatedAt: at(1), endedAt: null,
};
const word = (value) => BigInt(value).toString(16).padStart(64, "0");
export const intentOf = (kind) => ({
  event: "intent_accepted", position: 30,
  content: { at: at(0), by: "reactions", intent: { intentId: transaction.id, walletId: wallet.id, address: wallet.address.toLowerCase(), chainId: 84532, origin, until: "final", expiresAt: at(86400),
    call: kind === "transfer" ? { to: "0x3333333333333333333333333333333333333333", value: "0x0", data: `0xa9059cbb${word("0x1111111111111111111111111111111111111111")}${word(2500000)}` } : { to: transaction.to, value: "0x14d1120d7b160000", data: "0x" } } },
});
const hash = `0x${"ab".repeat(32)}`;
const inclusion = { hash, from: wallet.address, nonce: 7, blockNumber: 13, blockHash: `0x${"cd".repeat(32)}`, isSuccess: true, gasUsed: 22490, gasPrice: "201457525" };
const order = { chainId: 84532, nonce: 7, gasLimit: 26988, fees: { kind: "dynamic", maxFee: "402915049", maxPriorityFee: "1" } };
export const deeds = [
  ["policy_decided", { isAllowed: true, feeBudget: "0x13c78a7a3698", reasons: { outcome: "allow", reasons: [{ kind: "allowed", call: [], policy: "suppliers", rule: "suppliers" }], limits: [], claims: [], monitored: null, policies: [{ policy: "suppliers", version: 1, isMonitored: false }] } }],
  ["simulated", { gasLimit: 26988 }],
  ["nonce_reserved", { nonce: 7 }],
  ["sign_requested", { transaction: order }],
  ["signed", { hash, transaction: "0x02f8" }],
  ["broadcast_attempted", { hash, outcome: { said: "accepted" } }],
  ["sign_requested", { transaction: order }],
  ["included", { inclusion }],
  ["finalized", { inclusion }],
].map(([event, content], n) => ({ event, position: 31 + n, content: { intentId: transaction.id, at: at(n + 1), ...content } }));
export const approvals = { digest: `0x${"dd".repeat(32)}`, askedBy: "user_cause", askedAt: at(1), state: "pending", needs: [{ policy: "suppliers", approval: "large", approvers: ["user_ada", "user_bob"], needed: 2, missing: 2, expiresAt: at(86400) }], grantedBy: [], rejectedBy: null };
export const signature = { id: id("int", 2), walletId: wallet.id, chainId: 84532, runId: origin.runId, nodeId: "sign", workflowId: origin.workflowId, user: null, primaryType: "Permit", verifyingContract: "0x3333333333333333333333333333333333333333", digest: approvals.digest, status: "awaiting_approval", reason: null, acceptedAt: at(0), updatedAt: at(0), endedAt: null };
export const document = {
  event: "accepted", position: 40,
  content: { at: at(0), intent: { address: wallet.address, origin, expiresAt: at(86400), document: { primaryType: "Permit", domain: { name: "USD Coin", version: "2" }, types: { EIP712Domain: [{ name: "name", type: "string" }, { name: "version", type: "string" }], Permit: [{ name: "spender", type: "address" }, { name: "value", type: "uint256" }, { name: "deadline", type: "uint256" }] }, message: { spender: "0x5555555555555555555555555555555555555555", value: String(2n ** 256n - 1n), deadline: "1900000000" } } } },
};
const policyDocument = {
  form: 1, description: "Pays known suppliers.",
  rules: [{ id: "suppliers", effect: "allow", when: { chain: { in: [84532] }, action: { in: ["native"] }, counterparty: { in: [transaction.to] }, token: "any" } }, { id: "weekend", effect: "deny", when: { time: { days: ["sat", "sun"], from: "00:00", until: "24:00" } } }],
  limits: [{ id: "a-day", measure: { token: { chain: 84532, address: `0x${"0".repeat(40)}` } }, most: "5000000000000000000", per: "day", by: "organization" }],
  approvals: [{ id: "large", when: { token: { in: [`0x${"0".repeat(40)}`] }, amount: { atLeast: "1000000000000000000" } }, approvers: ["user_ada"], needed: 1, within: 86400 }],
};
export const policies = [{ name: "suppliers", current: { version: 1, mode: "enforce", document: policyDocument, by: "admin", at: at(0) }, waiting: { next: null, by: "user_ada", countsFrom: at(86400) } }];
