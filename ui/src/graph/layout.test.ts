import { describe, expect, it } from "vitest";
import { HEIGHT, layOut, WIDTH } from "./layout";

const chain = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

describe("the layout", () => {
  it("puts each node below all that lead to it, and none upon another", () => {
    const names = ["root", "a", "b", "c", "d", "join", "end"];
    const links = [
      ["root", "a"], ["root", "b"], ["root", "c"], ["a", "d"], ["d", "join"], ["b", "join"], ["c", "join"], ["root", "join"], ["join", "end"],
    ].map(([from = "", to = ""]) => ({ from, to }));
    const spots = layOut(names, links);
    for (const { from, to } of links) expect(spots.get(from)?.y ?? 0).toBeLessThan(spots.get(to)?.y ?? 0);
    const all = [...spots.values()];
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) {
        expect(Math.abs(one.x - other.x) >= WIDTH || Math.abs(one.y - other.y) >= HEIGHT).toBe(true);
      }
    }
  });

  it("places every node of a circle, and of what nothing leads to", () => {
    const names = ["a", "b", "c", "alone"];
    const spots = layOut(names, [{ from: "a", to: "b" }, { from: "b", to: "c" }, { from: "c", to: "a" }]);
    expect([...spots.keys()].sort()).toEqual([...names].sort());
  });

  it("lays out a thousand nodes at once", () => {
    const names = chain(1000);
    const links = names.slice(1).map((to, index) => ({ from: `n${Math.floor(index / 3)}`, to }));
    const began = performance.now();
    expect(layOut(names, links).size).toBe(1000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
