/** Amounts of coins and tokens: whole numbers of the smallest unit, which no number of the browser holds. */
import { ExactNumber } from "../api/exactJson";

/** A whole number as the API writes one: digits, or hexadecimal with `0x`. */
export function asWhole(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  const text = value instanceof ExactNumber ? value.text : typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^(0x[\da-f]+|-?\d+)$/i.test(text)) return undefined;
  return BigInt(text);
}

/** Digits in groups of three. */
export function grouped(digits: bigint | string): string {
  return String(digits).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** An amount in units of people, with every digit that it has. */
export function inUnits(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? "-" : "";
  const digits = String(amount < 0n ? -amount : amount).padStart(decimals + 1, "0");
  const fraction = decimals === 0 ? "" : digits.slice(-decimals).replace(/0+$/, "");
  return `${sign}${grouped(digits.slice(0, digits.length - decimals))}${fraction ? `.${fraction}` : ""}`;
}

/** What somebody wrote in units of people, in the smallest unit; nothing where it is no such amount. */
export function fromUnits(text: string, decimals: number): string | undefined {
  const parts = /^(\d+)(?:\.(\d*))?$/.exec(text.trim().replaceAll(",", ""));
  const fraction = parts?.[2] ?? "";
  if (!parts || fraction.length > decimals) return undefined;
  return String(BigInt(`${parts[1]}${fraction.padEnd(decimals, "0")}`));
}

/** From here on the power over a token counts as without end (docs/policies.md). */
export const ENDLESS = 2n ** 96n - 1n;

/** An address or a hash in a few letters. */
export function shortened(text: string): string {
  return text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;
}

/** A stretch of seconds in words: 86400 is a day. */
export function stretch(seconds: number): string {
  for (const [size, word] of [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${word}${seconds === size ? "" : "s"}`;
  }
  return `${seconds.toLocaleString()} second${seconds === 1 ? "" : "s"}`;
}
