import { describe, expect, it } from "vitest";
import type { JsonObject } from "../api/exactJson";
import type { Definition } from "../api/types";
import { align } from "./align";
import { compare } from "./compare";

const live: Definition = {
  lane: "default",
  nodes: {
    root: { children: ["ask"], payload: {}, type: "manual" },
    ask: { children: ["old"], payload: { url: "https://a.example", method: "GET" }, retryPolicy: { maxAttempts: 2, jitter: 0 }, type: "http-request" },
    old: { payload: { message: "x" }, type: "log" },
  },
};
const draft: Definition = {
  nodes: {
    root: { type: "manual", payload: {}, children: ["ask"] },
    ask: { type: "http-request", payload: { method: "GET", url: "https://b.example" }, retryPolicy: { maxAttempts: 2 }, children: ["fresh"] },
    fresh: { type: "log", payload: { message: "x" } },
  },
};
const diff: JsonObject = { nodes: [{ change: "changed", node: "ask", values: [{ path: "/payload/url", before: "https://a.example", after: "https://b.example" }] }, { change: "renamed", node: "fresh", from: "old" }], edges: [], settings: [] };

describe("a draft beside what was published", () => {
  it("is told in its terms: defaults that were written out are no changes", () => {
    const { nodes, settings } = compare(live, align(live, draft, diff));
    expect(nodes.map(({ id, standing }) => `${id} ${standing}`)).toEqual(["root same", "ask changed", "fresh changed"]);
    expect(nodes[1]?.differences).toEqual([{ path: "/payload/url", before: "https://a.example", after: "https://b.example" }]);
    expect(nodes[2]?.from).toBe("old");
    expect(settings).toEqual([]);
  });

  it("keeps where its lines lead", () => {
    expect(align(live, draft, diff).nodes["ask"]?.children).toEqual(["fresh"]);
  });
});
