/** A policy in words. What is not known here is shown as it is written, never left out. */
import { asObject, asText, isObject, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { asWhole, grouped, inUnits, stretch } from "./units";

type Clause = { fact: string; words: string; addresses: string[] };

const FACTS: Record<string, string> = {
  subject: "What is signed",
  chain: "Chain",
  from: "Signing address",
  to: "Contract or receiver called",
  action: "Kind",
  function: "Function",
  counterparty: "Who receives, or gets power",
  owner: "Whose tokens",
  token: "Token",
  amount: "Amount, in the smallest unit",
  unlimited: "Power without end",
  value: "Coins that go along, in wei",
  usd: "Worth in US dollars",
  primaryType: "Type of the document",
  domain: "Domain of the document",
  validFor: "Seconds for which it counts",
  gasPrice: "Price of one gas, in wei",
  fee: "Fees in all, in wei",
  wallet: "Wallet",
  workflow: "Workflow",
  actor: "Who began the run",
  trigger: "Trigger of the run",
  time: "When (UTC)",
};
const COIN = "0x0000000000000000000000000000000000000000";
const isAddress = (value: unknown): value is string => typeof value === "string" && /^0x[\da-f]{40}$/i.test(value);

/** All that has to hold for a rule, a limit or an approval to apply. */
export function clausesOf(when: Json | undefined, chainName: (id: number) => string): Clause[] {
  const facts = asObject(when);
  const tokens = asObject(facts["token"])["in"];
  const isCoin = Array.isArray(tokens) && tokens.length === 1 && tokens[0] === COIN;
  return Object.entries(facts).map(([name, wanted]) => {
    if (name === "amount" && isCoin) return { fact: "Amount, in coins", ...wordsOf(name, wanted, chainName, 18) };
    return { fact: FACTS[name] ?? name, ...wordsOf(name, wanted, chainName, 0) };
  });
}

function wordsOf(name: string, wanted: Json, chainName: (id: number) => string, decimals: number): { words: string; addresses: string[] } {
  const plain = (words: string) => ({ words, addresses: [] });
  if (wanted === "any") return plain("whatever it is");
  if (typeof wanted === "boolean") return plain(wanted ? "yes, also that" : "no");
  if (name === "time") return plain(timeOf(asObject(wanted)));
  if (isObject(wanted)) {
    const keys = Object.keys(wanted);
    for (const [key, word] of [
      ["in", ""],
      ["notIn", "none of: "],
    ] as const) {
      const list = wanted[key];
      if (keys.length !== 1 || !Array.isArray(list)) continue;
      const addresses = list.filter(isAddress).filter((one) => name !== "token" || one !== COIN);
      const others = list.filter((one) => !addresses.includes(one as string)).map((one) => oneOf(name, one, chainName));
      return { words: word + others.join(", "), addresses };
    }
    if (keys.length > 0 && keys.every((key) => key === "atLeast" || key === "atMost")) {
      const bound = (key: string) => (name === "usd" ? `$${String(wanted[key])}` : inUnits(asWhole(wanted[key]) ?? 0n, decimals));
      return plain([wanted["atLeast"] !== undefined && `${bound("atLeast")} or more`, wanted["atMost"] !== undefined && `${bound("atMost")} or less`].filter(Boolean).join(", "));
    }
  }
  return plain(writeJson(wanted));
}

function oneOf(name: string, one: Json, chainName: (id: number) => string): string {
  if (name === "chain" && typeof one === "number") return chainName(one);
  if (name === "token" && one === COIN) return "the chain’s own coin";
  return asText(one) ?? writeJson(one);
}

function timeOf({ days, from, until }: JsonObject): string {
  const list = Array.isArray(days) ? days.map(String).join(", ") : "every day";
  return `${list}, ${asText(from) ?? "00:00"} to ${asText(until) ?? "24:00"}`;
}

const PERIODS: Record<string, string> = { transaction: "a transaction", hour: "an hour", day: "a day", week: "a week" };

/** What a limit leaves: how much of what, in which time, counted for whom. */
export function limitInWords(limit: JsonObject, chainName: (id: number) => string): { words: string; token: string | undefined } {
  const measure = limit["measure"];
  const most = asText(limit["most"]) ?? String(limit["most"]);
  const token = asObject(asObject(measure)["token"]);
  const fees = asObject(asObject(measure)["fees"]);
  const address = asText(token["address"]);
  const ofToken = `of this token on ${chainName(Number(token["chain"]))}, in its smallest unit`;
  const what =
    measure === "transactions"
      ? `${grouped(most)} transactions`
      : measure === "usd"
        ? `$${grouped(most)}`
        : address
          ? address === COIN
            ? `${inUnits(asWhole(most) ?? 0n, 18)} coins of ${chainName(Number(token["chain"]))}`
            : `${grouped(most)} ${ofToken}`
          : fees["chain"] !== undefined
            ? `${grouped(most)} wei of fees on ${chainName(Number(fees["chain"]))}`
            : `${most} of ${writeJson(measure ?? null)}`;
  return { words: `At most ${what} in ${PERIODS[String(limit["per"])] ?? String(limit["per"])}, counted by ${String(limit["by"])}`, token: address === COIN ? undefined : address };
}

/** How many of whom have to approve, and within which time. */
export function approvalInWords(approval: JsonObject): string {
  const seconds = typeof approval["within"] === "number" ? approval["within"] : undefined;
  return `${String(approval["needed"])} of these have to approve it${seconds === undefined ? "" : ` within ${stretch(seconds)}`}`;
}
