import { describe, expect, it } from "vitest";
import type { Definition, NodeRecord } from "../../api/types";
import { layOut } from "../../graph/layout";
import { linksOf } from "../../graph/linksOf";
import { inputOf, readingsOf, recordOf } from "./sample";
import { nextTo } from "./walk";

const definition: Definition = {
  props: { limit: 1 },
  variableDefs: [{ name: "note", type: "string", default: "none" }],
  inputSchema: [{ key: "lines", type: "array" }],
  nodes: {
    root: { type: "manual", children: ["ask", "aside"] },
    ask: { type: "http-request", children: ["lines"] },
    aside: { type: "log" },
    lines: { type: "for-each", loopBody: ["book"], children: ["end"] },
    book: { type: "log" },
    end: { type: "log" },
  },
};
const record = (more: object) => ({ status: "success", attempt: 1, ...more }) as NodeRecord;
const states = {
  root: record({ result: { body: { lines: [1, 2] }, headers: {} } }),
  ask: record({ result: { status: 200 } }),
  aside: record({ result: { message: "x" } }),
  lines: record({ input: { array: [7, 8] } }),
  "book.0": record({ result: { message: "7" } }),
};

describe("what a node can read", () => {
  it("is what is before it, the item of its loop, and what the definition has", () => {
    expect(inputOf(definition, "book", { states, pinned: {}, trigger: undefined })).toEqual({
      $trigger: { body: { lines: [1, 2] }, headers: {} },
      $inputs: { lines: [1, 2] },
      $props: { limit: 1 },
      $vars: { note: "none" },
      $item: 7,
      $index: 0,
      ask: { result: { status: 200 } },
    });
    expect(recordOf(states, "book")?.result).toEqual({ message: "7" });
  });

  it("is what is pinned and the trigger's example, where nothing has run", () => {
    const input = inputOf(definition, "end", { states: {}, pinned: { ask: { status: 201 } }, trigger: { body: {} } });
    expect(input).toMatchObject({ $trigger: { body: {} }, ask: { result: { status: 201 } } });
    expect(input).not.toHaveProperty("aside");
    expect(inputOf(definition, "root", { states, pinned: {}, trigger: undefined })).not.toHaveProperty("$trigger");
  });
});

describe("what expressions come to", () => {
  it("is told where they are paths, and left to the run where they are more", () => {
    const input = { $trigger: { body: { lines: [{ "a b": 7 }], none: null } }, ask: { result: { n: 1 } } };
    const payload = { a: "{{ $trigger.body.lines[0]['a b'] }} and {{root.result.body.none}}", "{{$nodes.ask.result.n}}": ["{{ask.result.m}}", "{{other.result}}", "{{ask.result.n + 1}}", "{{1.5}}", "plain"] };
    expect(readingsOf(payload, input).map(({ expression, state, value }) => [expression, state, value])).toEqual([
      ["$nodes.ask.result.n", "known", 1],
      ["$trigger.body.lines[0]['a b']", "known", 7],
      ["root.result.body.none", "known", null],
      ["ask.result.m", "missing", undefined],
      ["other.result", "later", undefined],
      ["ask.result.n + 1", "later", undefined],
      ["1.5", "later", undefined],
    ]);
  });
});

describe("the arrows", () => {
  const spots = layOut(Object.keys(definition.nodes), linksOf(definition));

  it("go to what is nearest in their direction, and nowhere beyond the edge", () => {
    expect(nextTo(spots, undefined, "down")).toBe("root");
    expect(["ask", "aside"]).toContain(nextTo(spots, "root", "down"));
    expect(nextTo(spots, "lines", "up")).toBe("ask");
    expect(nextTo(spots, "root", "up")).toBeUndefined();
    const [one, other] = (spots.get("ask")?.x ?? 0) < (spots.get("aside")?.x ?? 0) ? ["ask", "aside"] : ["aside", "ask"];
    expect(nextTo(spots, one, "right")).toBe(other);
    expect(nextTo(spots, other, "left")).toBe(one);
  });

  it("reach every node from the trigger", () => {
    const reached = new Set(["root"]);
    const open = ["root"];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const direction of ["up", "down", "left", "right"] as const) {
        const next = nextTo(spots, at, direction);
        if (next === undefined || reached.has(next)) continue;
        reached.add(next);
        open.push(next);
      }
    }
    expect([...reached].sort()).toEqual(Object.keys(definition.nodes).sort());
  });
});
