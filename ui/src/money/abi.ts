/** What calldata says, by the signature of its function. */
import { keccak256 } from "./keccak";

type Kind = { name: string; base: string; parts: Kind[]; list: Kind | undefined; size: number | undefined };
export type Value = { name: string; type: string; text: string | undefined; parts: Value[] };
export type Signature = { name: string; inputs: Kind[]; canonical: string; selector: string };

/** Deeper or longer than this nobody reads, and a hostile length must not make the browser stand still. */
const DEEPEST = 8;
const LONGEST = 512;

/** Parts between commas that stand in no bracket of their own. */
function split(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at <= text.length; at += 1) {
    const letter = text[at];
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (at < text.length && (letter !== "," || depth > 0)) continue;
    const part = text.slice(from, at).trim();
    if (part !== "") parts.push(part);
    from = at + 1;
  }
  return parts;
}

function kindOf(text: string): Kind | undefined {
  const shape = /^(tuple)?(\(.*\)|[a-z]+\d*)((?:\[\d*\])*)(?:\s+.*?(\w+))?$/s.exec(text.trim().replace(/\s+(memory|calldata|storage|payable)\b/g, ""));
  if (!shape) return undefined;
  const [, , body = "", lists = "", name = ""] = shape;
  const parts = body.startsWith("(") ? split(body.slice(1, -1)).map(kindOf) : [];
  if (parts.includes(undefined)) return undefined;
  const base = body.startsWith("(") ? "tuple" : body === "uint" || body === "int" ? `${body}256` : body;
  if (base !== "tuple" && !/^(u?int\d+|address|bool|string|bytes([1-9]|[12]\d|3[0-2])?|function)$/.test(base)) return undefined;
  let kind: Kind = { name, base, parts: parts as Kind[], list: undefined, size: undefined };
  for (const [, size] of lists.matchAll(/\[(\d*)\]/g)) {
    kind = { name, base: "list", parts: [], list: kind, size: size ? Number(size) : undefined };
  }
  return kind;
}

function typeOf(kind: Kind): string {
  if (kind.list) return `${typeOf(kind.list)}[${kind.size ?? ""}]`;
  return kind.base === "tuple" ? `(${kind.parts.map(typeOf).join(",")})` : kind.base;
}

/** A function as Solidity writes it: `transfer(address to, uint256 amount)`; what stands behind it is not looked at. */
export function signatureOf(text: string): Signature | undefined {
  const [, name, rest] = /^\s*(?:function\s+)?(\w+)\s*(\(.*)$/s.exec(text) ?? [];
  if (!name || !rest) return undefined;
  let depth = 0;
  const end = [...rest].findIndex((letter) => {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    return depth === 0;
  });
  if (end < 0) return undefined;
  const inputs = split(rest.slice(1, end)).map(kindOf);
  if (inputs.includes(undefined)) return undefined;
  const canonical = `${name}(${(inputs as Kind[]).map(typeOf).join(",")})`;
  return { name, inputs: inputs as Kind[], canonical, selector: `0x${keccak256(canonical).slice(0, 8)}` };
}

const isDynamic = (kind: Kind): boolean =>
  kind.list ? kind.size === undefined || isDynamic(kind.list) : kind.base === "bytes" || kind.base === "string" || kind.parts.some(isDynamic);

/** How many bytes a kind takes where it stands. */
function widthOf(kind: Kind): number {
  if (isDynamic(kind)) return 32;
  if (kind.list) return (kind.size ?? 0) * widthOf(kind.list);
  return kind.base === "tuple" ? kind.parts.reduce((sum, part) => sum + widthOf(part), 0) : 32;
}

class Unreadable extends Error {}

function word(hex: string, at: number): string {
  const found = hex.slice(at * 2, at * 2 + 64);
  if (found.length !== 64) throw new Unreadable();
  return found;
}

function length(hex: string, at: number): number {
  const found = BigInt(`0x${word(hex, at)}`);
  if (found > BigInt(hex.length)) throw new Unreadable();
  return Number(found);
}

function readAll(kinds: Kind[], hex: string, base: number, depth: number): Value[] {
  let at = base;
  return kinds.map((kind) => {
    const from = isDynamic(kind) ? base + length(hex, at) : at;
    at += widthOf(kind);
    return read(kind, hex, from, depth + 1);
  });
}

function read(kind: Kind, hex: string, at: number, depth: number): Value {
  if (depth > DEEPEST) throw new Unreadable();
  const value = (text: string | undefined, parts: Value[] = []): Value => ({ name: kind.name, type: typeOf(kind), text, parts });
  if (kind.list) {
    const { list } = kind;
    const count = kind.size ?? length(hex, at);
    if (count > LONGEST) throw new Unreadable();
    const items = Array.from({ length: count }, (_, index) => ({ ...list, name: String(index + 1) }));
    return value(undefined, readAll(items, hex, kind.size === undefined ? at + 32 : at, depth));
  }
  if (kind.base === "tuple") return value(undefined, readAll(kind.parts, hex, at, depth));
  if (kind.base === "bytes" || kind.base === "string") {
    const size = length(hex, at);
    const body = hex.slice((at + 32) * 2, (at + 32 + size) * 2);
    if (body.length !== size * 2) throw new Unreadable();
    if (kind.base === "bytes") return value(`0x${body}`);
    return value(new TextDecoder().decode(Uint8Array.from(body.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))));
  }
  const held = word(hex, at);
  if (kind.base === "address") return value(`0x${held.slice(24)}`);
  if (kind.base === "bool") return value(BigInt(`0x${held}`) === 0n ? "false" : "true");
  if (kind.base.startsWith("bytes")) return value(`0x${held.slice(0, Number(kind.base.slice(5)) * 2)}`);
  if (kind.base.startsWith("uint")) return value(String(BigInt(`0x${held}`)));
  if (kind.base.startsWith("int")) return value(String(BigInt.asIntN(256, BigInt(`0x${held}`))));
  return value(`0x${held}`);
}

/** The arguments of a call; nothing where the bytes are none of this function. */
export function argumentsOf(signature: Signature, data: string): Value[] | undefined {
  if (!data.toLowerCase().startsWith(signature.selector)) return undefined;
  try {
    return readAll(signature.inputs, data.slice(10).toLowerCase(), 0, 0);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
