import { describe, expect, it } from "vitest";
import type { Definition, NodeType } from "../api/types";
import type { Simulated } from "../editor/useSamples";
import { cut, mocksOf, sayable, triggerOf } from "./upTo";

const definition: Definition = {
  nodes: {
    root: { type: "webhook", payload: {}, children: ["check"] },
    check: { type: "if", payload: {}, children: ["ask"] },
    ask: { type: "http-request", payload: {}, branch: "then", children: ["wait"] },
    wait: { type: "wait", payload: {}, children: ["tell"] },
    tell: { type: "log", payload: {}, children: ["pay"] },
    pay: { type: "http-request", payload: {} },
  },
};
const typeOf = (type: string) => ({ role: type === "http-request" ? "action" : "logic" }) as NodeType;
const record = (status: string, more = {}) => ({ type: "x", status, attempt: 1, ...more });
const played = {
  workflowVersion: 2, status: "failure", durationMs: 5, facts: [], unusedMocks: [], output: null, failure: { code: "no", message: "not paid" },
  executionState: { root: record("success"), check: record("success"), ask: record("success"), wait: record("success"), tell: record("success", { result: { message: "x" } }), pay: record("failure", { error: { code: "no", message: "not paid" } }) },
  transactions: [{ node: "pay" }],
} as unknown as Simulated;

describe("a test up to a node", () => {
  it("shows what leads to it, and tells the rest as not played", () => {
    const shown = cut(played, definition, "tell");
    expect(shown).toMatchObject({ status: "success", failure: null, transactions: [], upTo: "tell" });
    expect(shown.executionState["tell"]?.result).toEqual({ message: "x" });
    expect(shown.executionState["pay"]).toMatchObject({ status: "not_played" });
    expect(shown.executionState["pay"]?.result).toBeUndefined();
  });

  it("tells the failure of the node itself", () => {
    expect(cut(played, definition, "pay")).toMatchObject({ status: "failure", failure: { code: "no" } });
  });
});

describe("what a test of one node is given", () => {
  const input = { $trigger: { body: { a: 1 }, headers: { "X-One": "1" } }, $props: { p: 1 }, check: { result: { branch: "then" } }, ask: { result: { status: 200 } }, wait: { result: { triggerResult: { ok: true } } }, pay: { result: {} } };

  it("answers for the effects and the waits before it, and for nothing else", () => {
    expect(mocksOf(definition, "tell", input, typeOf)).toEqual([{ node: "ask", response: { status: 200 } }, { node: "wait", response: { ok: true } }].sort((one) => (one.node === "wait" ? -1 : 1)));
  });

  it("is what the trigger brings and what nodes gave", () => {
    expect(Object.keys(sayable(input))).toEqual(["$trigger", "check", "ask", "wait", "pay"]);
    expect(triggerOf(input)).toEqual({ payload: { a: 1 }, headers: { "x-one": "1" } });
  });
});
