import { describe, expect, it } from "vitest";
import { ExactNumber, parseJson, type Json } from "../../api/exactJson";
import type { Definition, DefinitionNode } from "../../api/types";
import { begin, redo, step, undo } from "../../common/history";
import { isDrawable, linksOf } from "../../graph/linksOf";
import { copy, duplicate, paste, readNodes } from "./clipboard";
import { add, connect, disconnect, insertBetween, remove, rename } from "./edit";
import { expressionOf, renameInText, renameInValue } from "./expressions";
import { freeId, nameFault } from "./ids";
import { before, branchesIn, linkFault, loopsAround } from "./links";

const known: Record<string, string[]> = { if: ["then", "else"], switch: ["default"] };
const branchesOf = (node: DefinitionNode) => branchesIn(node, known[node.type] ?? []);
const log: DefinitionNode = { type: "log", payload: { message: "x" } };

/** root → ask → check –then→ pay → told, –else→ refuse; pay is undone by refund, and falls back to other. */
const world = (): Definition => ({
  props: { limit: 1 },
  emit: [{ event: "paid", payload: { id: "{{pay.result.id}}" } }],
  nodes: {
    root: { type: "manual", payload: {}, children: ["ask"] },
    ask: { type: "http-request", payload: { url: "https://example.org" }, children: ["check"] },
    check: { type: "if", payload: { condition: { $and: [{ "{{ask.result.n}}": { $gt: "{{$nodes.ask.result.least}}" } }] } }, children: ["pay", "refuse"] },
    pay: { type: "http-request", branch: "then", payload: { url: "{{ask.result.url}}" }, compensatedBy: "refund", onFailure: { action: "fallback", node: "other" }, children: ["told"] },
    refuse: { type: "log", branch: "else", payload: { message: "no" } },
    told: { type: "log", payload: { message: "{{pay.result.id || 'ask.result'}} of {{other.result.id}}" } },
    refund: { type: "log", payload: { message: "{{pay.result.id}}" } },
    other: { type: "log", payload: { message: "other" }, children: ["told"] },
  },
});
const link = (definition: Definition, from: string, to: string) => {
  const found = linksOf(definition).find((each) => each.from === from && each.to === to);
  if (!found) throw new Error(`${from} does not lead to ${to}`);
  return found;
};
const lines = (definition: Definition) => linksOf(definition).map(({ from, to, bond, branch }) => `${from} ${bond === "child" ? (branch ?? "") : bond}> ${to}`.replace(" >", ">"));

describe("adding", () => {
  it("makes the first node the trigger, and others followers under a free name", () => {
    const first = add({ nodes: {} }, { type: "manual", payload: {} }, undefined);
    expect(first.id).toBe("root");
    const second = add(first.definition, log, { after: "root" });
    const third = add(second.definition, log, { after: "log" });
    expect(third.id).toBe("log-2");
    expect(lines(third.definition)).toEqual(["root> log", "log> log-2"]);
  });

  it("stands on the branch that is said, or in a loop", () => {
    expect(add(world(), log, { after: "check", branch: "else" }).definition.nodes["log"]?.branch).toBe("else");
    const loop = add(world(), { type: "for-each", payload: {} }, { after: "told" });
    expect(lines(add(loop.definition, log, { after: loop.id, bond: "loop" }).definition)).toContain("for-each loop> log");
  });

  it("leaves what it was given as it is", () => {
    const definition = world();
    const text = JSON.stringify(definition);
    add(definition, log, { after: "check" });
    insertBetween(definition, link(definition, "check", "pay"), log, branchesOf);
    remove(definition, ["ask", "pay"], branchesOf);
    rename(definition, "ask", "quote");
    duplicate(definition, ["pay", "told"], branchesOf);
    expect(JSON.stringify(definition)).toBe(text);
  });
});

describe("inserting between two nodes", () => {
  it("keeps the place among the followers, and takes the branch over", () => {
    const { definition } = insertBetween(world(), link(world(), "check", "pay"), log, branchesOf);
    expect(definition.nodes["check"]?.children).toEqual(["log", "refuse"]);
    expect(definition.nodes["log"]).toMatchObject({ branch: "then", children: ["pay"] });
    expect(definition.nodes["pay"]?.branch).toBeUndefined();
  });

  it("leaves a branch that another parent chooses", () => {
    const start = connect(add(world(), { type: "if", payload: {} }, { after: "root" }).definition, "if", "pay");
    const { definition } = insertBetween(start, link(start, "check", "pay"), log, branchesOf);
    expect(definition.nodes["pay"]?.branch).toBe("then");
  });
});

describe("removing", () => {
  it("lets what followed follow what was before", () => {
    expect(lines(remove(world(), ["ask"], branchesOf))).toContain("root> check");
    expect(remove(world(), ["ask", "root"], branchesOf).nodes["root"]).toBeDefined();
  });

  it("hands its branch on", () => {
    const left = remove(world(), ["pay"], branchesOf);
    expect(left.nodes["check"]?.children).toEqual(["told", "refuse"]);
    expect(left.nodes["told"]?.branch).toBe("then");
  });

  it("does not choose in the place of a node that chose", () => {
    const left = remove(world(), ["check"], branchesOf);
    expect(left.nodes["ask"]?.children).toBeUndefined();
    expect(left.nodes["pay"]?.branch).toBeUndefined();
  });

  it("leaves no link to what is gone", () => {
    const left = remove(world(), ["refund", "other"], branchesOf);
    expect(left.nodes["pay"]?.compensatedBy).toBeUndefined();
    expect(left.nodes["pay"]?.["onFailure"]).toBeUndefined();
    const handled = world();
    handled.nodes["pay"] = { ...(handled.nodes["pay"] as DefinitionNode), onFailure: { action: "continue", handlers: [{ code: "a", action: "fallback", node: "other" }, { code: "b", action: "stop" }] } };
    expect(remove(handled, ["other"], branchesOf).nodes["pay"]?.["onFailure"]).toEqual({ action: "continue", handlers: [{ code: "b", action: "stop" }] });
  });
});

describe("connecting", () => {
  it("refuses circles, the trigger, and what is there", () => {
    const definition = world();
    for (const [from, to] of [["told", "ask"], ["told", "told"], ["told", "root"], ["root", "ask"], ["root", "nobody"]] as const) {
      expect(linkFault(definition, from, to, "child"), `${from} ${to}`).toBeTruthy();
      expect(connect(definition, from, to)).toBe(definition);
    }
    expect(lines(connect(definition, "refuse", "told"))).toContain("refuse> told");
    expect(linkFault(definition, "ask", "told", "loop")).toMatch(/for-each/);
  });

  it("takes links of every kind away, with the branch that nobody chooses any more", () => {
    const definition = world();
    for (const each of linksOf(definition)) {
      const left = disconnect(definition, each, branchesOf);
      expect(linksOf(left).some(({ from, to, bond }) => from === each.from && to === each.to && bond === each.bond)).toBe(false);
      expect(Object.keys(left.nodes)).toEqual(Object.keys(definition.nodes));
    }
    expect(disconnect(definition, link(definition, "check", "pay"), branchesOf).nodes["pay"]?.branch).toBeUndefined();
  });
});

describe("renaming", () => {
  it("writes links and expressions anew, and keeps the order", () => {
    const renamed = rename(world(), "ask", "quote");
    expect(Object.keys(renamed.nodes)).toEqual(["root", "quote", "check", "pay", "refuse", "told", "refund", "other"]);
    expect(renamed.nodes["check"]?.payload).toEqual({ condition: { $and: [{ "{{quote.result.n}}": { $gt: "{{$nodes.quote.result.least}}" } }] } });
    // What is in quotes is a text.
    expect(renamed.nodes["told"]?.payload).toEqual({ message: "{{pay.result.id || 'ask.result'}} of {{other.result.id}}" });
    const paid = rename(world(), "pay", "settle");
    expect(paid["emit"]).toEqual([{ event: "paid", payload: { id: "{{settle.result.id}}" } }]);
    expect(rename(rename(world(), "other", "b"), "refund", "c").nodes["pay"]).toMatchObject({ compensatedBy: "c", onFailure: { action: "fallback", node: "b" } });
  });

  it("leaves the trigger and taken names alone", () => {
    const definition = world();
    expect(rename(definition, "root", "start")).toBe(definition);
    expect(rename(definition, "ask", "pay")).toBe(definition);
    expect(nameFault("2nd", () => false)).toBeTruthy();
    expect(nameFault("a-b_2", () => false)).toBeUndefined();
    expect(freeId("7 über!", () => false)).toBe("ber-");
  });

  it.each([
    ["{{ask.result.a}} and {{ ask['result'] }}", "{{b.result.a}} and {{ b['result'] }}"],
    ["{{$nodes.ask.error.code}} {{$nodes['ask'].result}} {{$for.ask.item}}", "{{$nodes.b.error.code}} {{$nodes['b'].result}} {{$for.b.item}}"],
    ["{{a.result.ask.x}} {{$props.ask.x}} {{ask-2.result}} {{ask('x').result}}", "{{a.result.ask.x}} {{$props.ask.x}} {{ask-2.result}} {{ask('x').result}}"],
    ["{{length(ask.result) - 1 > 2 ? ask.result : '}} ask.result'}}", "{{length(b.result) - 1 > 2 ? b.result : '}} ask.result'}}"],
    ["{{@ask.result}} {{ask.result", "{{@ask.result}} {{ask.result"],
    ["ask.result", "ask.result"],
  ])("reads %s", (text, expected) => {
    expect(renameInText(text, new Map([["ask", "b"]]))).toBe(expected);
  });

  it("keeps exact numbers", () => {
    const value = parseJson('{"wei": 123456789012345678901234567890, "of": ["{{ask.result}}"]}');
    expect((renameInValue(value, new Map([["ask", "b"]])) as { wei: Json }).wei).toBeInstanceOf(ExactNumber);
  });
});

describe("copying", () => {
  it("takes the links among them along, and pastes under free names", () => {
    const nodes = readNodes(copy(world(), ["pay", "told", "root"]));
    expect(Object.keys(nodes ?? {})).toEqual(["pay", "told"]);
    expect(nodes?.["pay"]).not.toHaveProperty("compensatedBy");
    expect(nodes?.["pay"]).not.toHaveProperty("onFailure");
    const { definition, ids } = paste(world(), nodes ?? {}, "refuse", branchesOf);
    expect(ids).toEqual(["pay-2", "told-2"]);
    expect(lines(definition)).toEqual(expect.arrayContaining(["refuse> pay-2", "pay-2> told-2"]));
    expect(definition.nodes["told-2"]?.payload).toEqual({ message: "{{pay-2.result.id || 'ask.result'}} of {{other.result.id}}" });
    expect(definition.nodes["pay-2"]?.branch).toBeUndefined();
    expect(paste(world(), nodes ?? {}, "check", branchesOf).definition.nodes["pay-2"]?.branch).toBe("then");
  });

  it("reads whole definitions without their trigger, and nothing that is none", () => {
    expect(Object.keys(readNodes(JSON.stringify({ name: "N", definition: world() })) ?? {})).not.toContain("root");
    for (const text of ["", "x", "[]", '{"nodes":3}', '{"nodes":{"a":{}}}', '{"nodes":{"a b":{"type":"log"}}}', '{"nodes":{}}']) expect(readNodes(text), text).toBeUndefined();
  });

  it("duplicates beside the originals", () => {
    const { definition, ids } = duplicate(world(), ["pay", "told"], branchesOf);
    expect(ids).toEqual(["pay-2", "told-2"]);
    expect(lines(definition)).toEqual(expect.arrayContaining(["check then> pay-2", "pay-2> told-2", "other> told-2"]));
  });
});

describe("a graph", () => {
  it("is drawn when it has the shape of one", () => {
    expect(isDrawable(world())).toBe(true);
    for (const nodes of [undefined, 3, { a: 3 }, { a: { type: 3 } }, { a: { type: "log", children: "b" } }, { a: { type: "log", title: {} } }, { a: { type: "log", payload: "x" } }]) expect(isDrawable({ nodes } as unknown as Definition)).toBe(false);
  });

  it("knows what is before a node, the loops around it, and the branches of a switch", () => {
    expect([...before(world(), "pay")].sort()).toEqual(["ask", "check", "root"]);
    const definition: Definition = { nodes: { root: { type: "manual", children: ["outer"] }, outer: { type: "for-each", loopBody: ["inner"] }, inner: { type: "for-each", loopBody: ["a"] }, a: { type: "log", children: ["b"] }, b: { type: "log" } } };
    expect(loopsAround(definition, "b")).toEqual(["inner", "outer"]);
    expect(branchesOf({ type: "switch", payload: { cases: [{ branch: "pay" }, { branch: "pay" }, {}] } })).toEqual(["pay", "default"]);
  });

  it("writes the expression of a place", () => {
    expect(expressionOf(["ask", "result", "a b", "0", "it's"])).toBe("{{ask.result['a b'].0['it\\'s']}}");
    expect(expressionOf(["$item"])).toBe("{{$item}}");
  });
});

describe("the history", () => {
  it("takes steps back and does them again; what is typed is one step", () => {
    const typed = step(step(step(begin("a"), "b"), "bc", "text"), "bcd", "text");
    expect(undo(typed).present).toBe("b");
    expect(redo(undo(typed)).present).toBe("bcd");
    expect(undo(undo(undo(typed))).present).toBe("a");
    expect(step(undo(typed), "x").future).toEqual([]);
  });
});
