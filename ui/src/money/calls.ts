/** What a transaction does, call by call. */
import { asObject, asText, isObject, type Json } from "../api/exactJson";
import { argumentsOf, signatureOf, type Signature, type Value } from "./abi";
import { asWhole } from "./units";

/** How the meaning of an argument is known: by the standard of its function, or not at all. */
type Meaning = "amount" | "power";
export type Call = {
  to: string | undefined;
  value: bigint;
  data: string;
  signature: Signature | undefined;
  /** Who names the function: a standard, or the node that wants the call. Both are held against the selector. */
  namedBy: "standard" | "node" | undefined;
  values: Value[] | undefined;
  /** Which argument is an amount of the token that is called, and whether it gives power over it. */
  amounts: Record<string, Meaning>;
  inner: Call[];
};

const KNOWN: [text: string, amounts?: Record<string, Meaning>][] = [
  ["transfer(address to, uint256 amount)", { amount: "amount" }],
  ["transferFrom(address from, address to, uint256 amount)", { amount: "amount" }],
  ["approve(address spender, uint256 amount)", { amount: "power" }],
  ["increaseAllowance(address spender, uint256 added)", { added: "power" }],
  ["permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)", { value: "power" }],
  ["transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)", { value: "amount" }],
  ["deposit()"],
  ["withdraw(uint256 amount)"],
  ["setApprovalForAll(address operator, bool approved)"],
  ["safeTransferFrom(address from, address to, uint256 tokenId)"],
  ["safeTransferFrom(address from, address to, uint256 tokenId, bytes data)"],
  ["safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)"],
  ["aggregate3((address target, bool allowFailure, bytes callData)[] calls)"],
  ["aggregate3Value((address target, bool allowFailure, uint256 value, bytes callData)[] calls)"],
  ["multicall(bytes[] data)"],
  ["execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)"],
  ["multiSend(bytes transactions)"],
];

const DEEPEST = 4;
let known: Map<string, { signature: Signature; amounts: Record<string, Meaning> }> | undefined;

/** The functions that are known here, by their selectors. They are hashed when the first call is looked at. */
function standards() {
  known ??= new Map(
    KNOWN.flatMap(([text, amounts = {}]) => {
      const signature = signatureOf(text);
      return signature ? [[signature.selector, { signature, amounts }] as const] : [];
    }),
  );
  return known;
}

/** The signatures that the input of a node names: whole ones, or parts of an ABI. */
export function signaturesOf(input: Json | undefined): Signature[] {
  const from = asObject(input);
  const texts: string[] = [];
  const take = (value: Json | undefined) => {
    if (typeof value === "string") texts.push(value);
    else if (Array.isArray(value)) value.forEach(take);
    else if (isObject(value) && typeof value["name"] === "string" && Array.isArray(value["inputs"])) texts.push(`${value["name"]}(${value["inputs"].map(written).join(",")})`);
  };
  take(from["function"]);
  take(from["abi"]);
  if (Array.isArray(from["calls"])) for (const call of from["calls"]) take(asObject(call)["function"]);
  return texts.map(signatureOf).filter((signature) => signature !== undefined);
}

/** A parameter of a JSON ABI as Solidity writes it. */
function written(parameter: Json): string {
  const { type, name, components } = asObject(parameter);
  const body = asText(type) ?? "";
  const whole = body.startsWith("tuple") && Array.isArray(components) ? `(${components.map(written).join(",")})${body.slice(5)}` : body;
  return `${whole} ${asText(name) ?? ""}`.trim();
}

type Asked = { to?: Json | undefined; value?: Json | undefined; data?: Json | undefined };

export function callOf(asked: Asked, named: Signature[] = [], depth = 0): Call {
  const data = asText(asked.data) ?? "0x";
  const to = asText(asked.to);
  const call: Call = { to, value: asWhole(asked.value) ?? 0n, data, signature: undefined, namedBy: undefined, values: undefined, amounts: {}, inner: [] };
  if (to === undefined || data.length < 10) return call;
  const selector = data.slice(0, 10).toLowerCase();
  const standard = standards().get(selector);
  const own = named.find((signature) => signature.selector === selector);
  call.signature = own ?? standard?.signature;
  call.namedBy = standard ? "standard" : own ? "node" : undefined;
  if (!call.signature) return call;
  call.values = argumentsOf(call.signature, data);
  if (own && standard) call.values = call.values?.map((value, at) => ({ ...value, name: standard.signature.inputs[at]?.name ?? value.name }));
  call.amounts = standard?.amounts ?? {};
  if (call.values && depth < DEEPEST) call.inner = innerOf(call, named, depth + 1);
  return call;
}

function innerOf(call: Call, named: Signature[], depth: number): Call[] {
  const argument = (name: string) => call.values?.find((value) => value.name === name);
  const part = (value: Value, name: string) => value.parts.find((inner) => inner.name === name)?.text;
  switch (call.signature?.name) {
    case "aggregate3":
    case "aggregate3Value":
      return (argument("calls")?.parts ?? []).map((one) => callOf({ to: part(one, "target"), value: part(one, "value"), data: part(one, "callData") }, named, depth));
    case "multicall":
      return (argument("data")?.parts ?? []).map((one) => callOf({ to: call.to, data: one.text }, named, depth));
    case "execTransaction":
      return [callOf({ to: argument("to")?.text, value: argument("value")?.text, data: argument("data")?.text }, named, depth)];
    case "multiSend":
      return packed(argument("transactions")?.text ?? "0x").map((one) => callOf(one, named, depth));
    default:
      return [];
  }
}

/** The calls of a MultiSend: one byte, who is called, the value, a length and so many bytes. */
function packed(bytes: string): Asked[] {
  const calls: Asked[] = [];
  let at = 2;
  while (at + 170 <= bytes.length && calls.length < 256) {
    const size = BigInt(`0x${bytes.slice(at + 106, at + 170)}`);
    if (size * 2n > BigInt(bytes.length - at - 170)) break;
    const end = at + 170 + Number(size) * 2;
    calls.push({ to: `0x${bytes.slice(at + 2, at + 42)}`, value: `0x${bytes.slice(at + 42, at + 106)}`, data: `0x${bytes.slice(at + 170, end)}` });
    at = end;
  }
  return calls;
}
