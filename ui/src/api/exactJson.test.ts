import { describe, expect, it } from "vitest";
import { asObject, ExactNumber, parseJson, writeJson } from "./exactJson";

describe("exact JSON", () => {
  it("keeps each digit of a number that is longer than a number of the browser", () => {
    const text = '{"wei":123456789012345678901234567890,"small":12,"text":"98765432109876543210"}';
    const value = asObject(parseJson(text));
    expect(value["wei"]).toBeInstanceOf(ExactNumber);
    expect(String(value["wei"])).toBe("123456789012345678901234567890");
    expect(value["small"]).toBe(12);
    expect(value["text"]).toBe("98765432109876543210");
    expect(writeJson(value)).toBe(text);
  });

  it("keeps fractions and exponents that would be rounded", () => {
    for (const number of ["0.1234567890123456789", "-9007199254740993", "1e400", "12345678901234567.25"]) {
      expect(writeJson(parseJson(`[${number}]`))).toBe(`[${number}]`);
    }
  });

  it("leaves what is written in texts alone", () => {
    const text = '{"a":"\\" 12345678901234567890 \\u0000","b":"\\\\"}';
    expect(writeJson(parseJson(text))).toBe(text);
  });

  it("tells a fault of what is not JSON", () => {
    expect(() => parseJson("{")).toThrow(SyntaxError);
  });
});
