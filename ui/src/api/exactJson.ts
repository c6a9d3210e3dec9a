/**
 * JSON whose numbers stay what was written: balances in wei are longer than a number of the browser holds.
 * A number that would lose digits becomes an `ExactNumber`, and is written again letter by letter.
 */
export type Json = null | boolean | number | string | ExactNumber | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export class ExactNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

const MARK = `exact:${Math.random().toString(36).slice(2)}:`;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Whether a number as it was written survives becoming a number of the browser. */
function survives(text: string): boolean {
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  if (text.length < 16) return true;
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(number);
  return digits(String(number)) === digits(text);
}

function digits(text: string): string {
  const [mantissa = ""] = text.toLowerCase().split("e");
  const plain = mantissa.includes(".") ? mantissa.replace(/0+$/, "") : mantissa;
  return plain.replace(/[-.]/g, "").replace(/^0+/, "");
}

export function parseJson(text: string): Json {
  let found = false;
  const marked = text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || survives(token)) return token;
    found = true;
    return JSON.stringify(MARK + token);
  });
  // Faults are told for what was written, not for what was made of it.
  if (!found) return JSON.parse(text) as Json;
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? new ExactNumber(value.slice(MARK.length)) : value,
  ) as Json;
}

export function writeJson(value: unknown, indent = 0): string {
  let found = false;
  const text = JSON.stringify(
    value,
    (_, part: unknown) => {
      if (!(part instanceof ExactNumber)) return part;
      found = true;
      return MARK + part.text;
    },
    indent,
  );
  return found ? text.replaceAll(new RegExp(`"${MARK}([^"]*)"`, "g"), "$1") : text;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** The object that something is, or an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects that a list has, or none. */
export function asObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The texts that a list has, or none. */
export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** Whether two values are written alike. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && writeJson(one) === writeJson(other));
}

/** The text that something is, or none. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
