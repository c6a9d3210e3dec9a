import { describe, expect, it } from "vitest";
import type { Definition } from "../api/types";
import { compare } from "./compare";

const before: Definition = {
  maxRunMs: 1000,
  nodes: {
    root: { type: "webhook", payload: {}, children: ["check"] },
    check: { type: "if", payload: { condition: { limit: 10 } }, children: ["tell", "old"] },
    tell: { type: "log", payload: { message: "told" }, branch: "then" },
    old: { type: "http-request", payload: { url: "https://old.example" }, branch: "else" },
  },
};
const after: Definition = {
  maxRunMs: 2000,
  nodes: {
    root: { type: "webhook", payload: {}, children: ["check"] },
    check: { type: "if", payload: { condition: { limit: 20 } }, children: ["say", "fresh"] },
    say: { type: "log", payload: { message: "told" }, branch: "then" },
    fresh: { type: "delay", payload: { delay: "1s" }, branch: "else" },
  },
};

describe("a comparison of two definitions", () => {
  it("tells what came, went, is another, has another name, and is the same", () => {
    const { nodes } = compare(before, after);
    expect(Object.fromEntries(nodes.map(({ id, standing }) => [id, standing]))).toEqual({ root: "same", check: "changed", say: "changed", fresh: "added", old: "removed" });
    expect(nodes.find(({ id }) => id === "say")?.from).toBe("tell");
  });

  it("names the settings with what was and what is", () => {
    const { nodes, settings } = compare(before, after);
    expect(nodes.find(({ id }) => id === "check")?.differences).toEqual([{ path: "/payload/condition/limit", before: 10, after: 20 }]);
    expect(settings).toEqual([{ path: "/maxRunMs", before: 1000, after: 2000 }]);
  });

  it("follows links over another name, and tells another branch", () => {
    const { links } = compare(before, after);
    const told = links.map(({ link, standing }) => `${standing} ${link.from} ${link.to}`);
    expect(told).toEqual(["same root check", "same check say", "added check fresh", "removed check old"]);
    const turned = { nodes: { ...before.nodes, tell: { ...before.nodes["tell"], type: "log", branch: "else" } } } as Definition;
    expect(compare(before, turned).links.find(({ link }) => link.to === "tell")).toMatchObject({ standing: "changed", was: "then" });
  });

  it("does not take one of several for the one that was renamed", () => {
    const log = { type: "log", payload: { message: "x" } };
    const { nodes } = compare({ nodes: { a: log, b: log } }, { nodes: { c: log, d: log } });
    expect(nodes.map(({ standing }) => standing)).toEqual(["added", "added", "removed", "removed"]);
  });
});
