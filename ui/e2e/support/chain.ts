import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A chain of the test's own, an anvil at CHAINKEEL_CHAIN that the server reads as 31337. Where none is named, what needs
 * one is left out.
 */
export const CHAIN = 31_337;
/** The contracts of tests/contracts, which scripts/get-chain compiles. */
const CONTRACTS = join(import.meta.dirname, "../../../target/tools/contracts");
const COINS = 2n * 10n ** 18n;
/** The first halves of hashes of signatures. */
const MINT = "40c10f19";
const TRANSFER_BY_AUTHORIZATION = "e3ee160e";

export type Authorization = { from: string; to: string; value: string; validAfter: string; validBefore: string; nonce: string };

export const word = (value: string | bigint | number): string => (typeof value === "string" && value.startsWith("0x") ? value.slice(2) : BigInt(value).toString(16)).toLowerCase().padStart(64, "0");

export class Chain {
  private constructor(
    private readonly at: string,
    private readonly sender: string,
    readonly token: string,
  ) {}

  /** The chain with a token on it whose holders authorize transfers, at the time of now. */
  static async open(): Promise<Chain | undefined> {
    const at = process.env["CHAINKEEL_CHAIN"];
    if (!at) return undefined;
    const bare = new Chain(at, "", "");
    const [sender = ""] = (await bare.ask("eth_accounts")) as string[];
    const made = new Chain(at, sender, "");
    await made.ask("evm_setNextBlockTimestamp", Math.floor(Date.now() / 1_000)).catch(() => undefined);
    const code = readFileSync(join(CONTRACTS, "Coupons.bin"), "utf8").trim();
    const { contractAddress } = await made.sent({ data: `0x${code}`, gas: "0x600000" });
    return new Chain(at, sender, contractAddress);
  }

  /** Coins for fees, and units of the token. */
  async fund(address: string, units: bigint): Promise<void> {
    await this.ask("anvil_setBalance", address, `0x${COINS.toString(16)}`);
    await this.sent({ to: this.token, data: `0x${MINT}${word(address)}${word(units)}`, gas: "0x20000" });
  }

  /** Carries out what a holder of the token authorized; the transaction. */
  async take({ from, to, value, validAfter, validBefore, nonce }: Authorization, signature: string): Promise<string> {
    const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)];
    const words = [from, to, BigInt(value), BigInt(validAfter), BigInt(validBefore), nonce, `0x${v}`].map(word).join("");
    return (await this.sent({ to: this.token, data: `0x${TRANSFER_BY_AUTHORIZATION}${words}${r}${s}`, gas: "0x30000" })).transactionHash;
  }

  async mine(blocks = 1): Promise<void> {
    await this.ask("anvil_mine", `0x${blocks.toString(16)}`);
  }

  private async sent(transaction: object): Promise<{ contractAddress: string; transactionHash: string }> {
    const hash = await this.ask("eth_sendTransaction", { from: this.sender, ...transaction });
    await this.mine();
    return (await this.ask("eth_getTransactionReceipt", hash)) as { contractAddress: string; transactionHash: string };
  }

  private async ask(method: string, ...params: unknown[]): Promise<unknown> {
    const response = await fetch(this.at, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}
