import { describe, expect, it } from "vitest";
import { argumentsOf, signatureOf } from "./abi";
import { callOf, signaturesOf } from "./calls";
import { keccak256 } from "./keccak";
import { asWhole, fromUnits, inUnits, stretch } from "./units";

const word = (value: bigint | number) => BigInt(value).toString(16).padStart(64, "0");

describe("amounts", () => {
  it("keep every digit", () => {
    expect(inUnits(12225669536441058640n, 18)).toBe("12.22566953644105864");
    expect(inUnits(1234567000000n, 6)).toBe("1,234,567");
    expect(inUnits(1n, 18)).toBe("0.000000000000000001");
    expect(fromUnits("0.02", 18)).toBe("20000000000000000");
    expect(fromUnits("1.1234567", 6)).toBeUndefined();
    expect(fromUnits("a", 6)).toBeUndefined();
    expect(asWhole("0x1aa535d3d0c0000")).toBe(120000000000000000n);
    expect(stretch(86_400)).toBe("1 day");
  });
});

describe("calldata", () => {
  it("is named by the hash of its function", () => {
    expect(keccak256("")).toBe("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect(keccak256("a".repeat(136))).toBe("a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e");
    expect(signatureOf("transfer(address to, uint amount) view returns (bool)")?.selector).toBe("0xa9059cbb");
    expect(signatureOf("aggregate3((address,bool,bytes)[])")?.selector).toBe("0x82ad56cb");
    expect(signatureOf("no function")).toBeUndefined();
  });

  it("shows a transfer with its names", () => {
    const call = callOf({ to: "0x33", value: "0x0", data: `0xa9059cbb${word(0x11n)}${word(2_500_000)}` });
    expect(call.values?.map(({ name, text }) => [name, text])).toEqual([["to", `0x${"11".padStart(40, "0")}`], ["amount", "2500000"]]);
    expect(call.amounts).toEqual({ amount: "amount" });
  });

  it("believes the node's name of a function only where the selector is the same", () => {
    const named = signaturesOf({ function: "supply(address asset, uint256 amount)" });
    const data = `${named[0]?.selector}${word(5)}${word(7)}`;
    expect(callOf({ to: "0x44", data }, named)).toMatchObject({ namedBy: "node", values: [{ name: "asset" }, { name: "amount", text: "7" }] });
    expect(callOf({ to: "0x44", data: `0xdeadbeef${word(5)}` }, named).signature).toBeUndefined();
  });

  it("unpacks what a batch calls", () => {
    const inner = `a9059cbb${word(0x22)}${word(9)}`;
    const body = `${word(32)}${word(1)}${word(32)}${word(0x33)}${word(0)}${word(96)}${word(inner.length / 2)}${inner.padEnd(192, "0")}`;
    const call = callOf({ to: "0xca", data: `0x82ad56cb${body}` });
    expect(call.inner).toHaveLength(1);
    expect(call.inner[0]?.signature?.name).toBe("transfer");
    expect(call.inner[0]?.values?.[1]?.text).toBe("9");
  });

  it("says nothing rather than something wrong", () => {
    const signature = signatureOf("f(bytes data, uint256[] list)");
    if (!signature) throw new Error("no signature");
    expect(argumentsOf(signature, `${signature.selector}${word(64)}${word(2n ** 200n)}`)).toBeUndefined();
    expect(argumentsOf(signature, "0x12345678")).toBeUndefined();
  });
});
