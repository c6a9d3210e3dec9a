import { describe, expect, it } from "vitest";
import type { Definition } from "../../api/types";
import { canvasOf, foldedGraph } from "../../graph/canvasOf";
import { linksOf, type DefinedLink } from "../../graph/linksOf";
import { carry, quickly } from "../../graph/plan";
import { addNote, frameOf, group, moveTo, pasteCanvas, removeNote, setFrame, setNote, ungroup } from "./canvas";
import { copy, readCanvas, readNodes } from "./clipboard";
import { frameAt, linkNear, nodeAt } from "./drop";
import { remove, rename } from "./edit";
import { moveInto, reconnect, reorder } from "./moves";
import { followed } from "./pins";
import { inputOf } from "./sample";

const given = (): Definition => ({
  props: { limit: 5 },
  nodes: {
    root: { type: "manual", payload: {}, children: ["a", "b"] },
    a: { type: "log", payload: {}, children: ["c"] },
    b: { type: "if", payload: {}, children: ["d", "e"] },
    c: { type: "log", payload: {} },
    d: { type: "log", branch: "then", payload: {} },
    e: { type: "log", branch: "else", payload: {} },
  },
});
const branchesOf = ({ type }: { type: string }) => (type === "if" ? ["then", "else"] : []);
const note = { text: "Mind\nthe gap", x: 10, y: 20, width: 200, height: 96, colour: "amber" as const, beside: "c" };
const grouped = (definition: Definition, ids: string[], name = "Group") => group(definition, ids, name)?.definition ?? definition;

describe("groups", () => {
  it("stand in the props, beside what is there, and leave nothing behind", () => {
    const before = given();
    const made = grouped(before, ["a", "c"], "Books");
    expect(made.props).toEqual({ limit: 5, $canvas: { frames: [{ id: "group1", name: "Books", nodes: ["a", "c"] }] } });
    expect(ungroup(made, "group1")).toEqual(before);
    const bare: Definition = { nodes: before.nodes };
    expect(ungroup(grouped(bare, ["a"]), "group1")).toEqual(bare);
  });

  it("have a node in one of them at most, and go with their last node", () => {
    const made = grouped(grouped(given(), ["a", "c"]), ["c", "d"]);
    expect(canvasOf(made).frames.map(({ nodes }) => nodes)).toEqual([["a"], ["c", "d"]]);
    expect(canvasOf(moveTo(made, ["a"], "group2")).frames.map(({ id, nodes }) => [id, nodes])).toEqual([["group2", ["c", "d", "a"]]]);
    expect(frameOf(moveTo(made, ["c"], undefined), "c")).toBeUndefined();
  });

  it("follow their nodes to other names, and lose those that are taken out", () => {
    const made = grouped(given(), ["a", "c"]);
    expect(frameOf(rename(made, "a", "first"), "first")?.nodes).toEqual(["first", "c"]);
    expect(canvasOf(remove(made, ["a"], branchesOf)).frames[0]?.nodes).toEqual(["c"]);
    expect(canvasOf(remove(made, ["a", "c"], branchesOf)).frames).toEqual([]);
  });

  it("that are folded stand for their nodes, and lead where they lead", () => {
    const made = setFrame(grouped(given(), ["b", "d", "e"]), "group1", { isFolded: true, colour: "blue" });
    const drawn = foldedGraph(Object.keys(made.nodes), linksOf(made), canvasOf(made));
    expect(drawn.names).toEqual(["root", "a", "frame:group1", "c"]);
    expect(drawn.links.map(({ from, to }) => `${from}>${to}`)).toEqual(["root>a", "root>frame:group1", "a>c"]);
    expect(drawn.frames).toEqual([]);
  });

  it("that nobody can read are none, and what is wrong in them is left out", () => {
    const odd = { ...given(), props: { $canvas: { frames: [{ id: "x", nodes: ["a", "gone", 7] }, "text", { id: "y", nodes: ["a"] }], notes: [{ id: "n", x: "far", text: 5, colour: "pink" }] } } } as unknown as Definition;
    expect(canvasOf(odd).frames).toEqual([{ id: "x", name: "", nodes: ["a"], colour: "plain", isFolded: false }]);
    expect(canvasOf(odd).notes).toMatchObject([{ x: 0, text: "", colour: "amber", beside: undefined }]);
    expect(canvasOf({ ...given(), props: { $canvas: [] } })).toEqual({ frames: [], notes: [] });
  });

  it("are nothing that expressions can read", () => {
    const input = inputOf(grouped(given(), ["a"]), "c", { states: {}, pinned: {}, trigger: undefined });
    expect(input["$props"]).toEqual({ limit: 5 });
  });
});

describe("notes", () => {
  it("are made, changed and taken away", () => {
    const made = addNote(given(), note);
    expect(canvasOf(made.definition).notes).toEqual([{ ...note, id: "note1" }]);
    expect(canvasOf(setNote(made.definition, "note1", { text: "else", width: 300 })).notes[0]).toMatchObject({ text: "else", width: 300, beside: "c" });
    expect(removeNote(made.definition, "note1")).toEqual(given());
  });

  it("go along with their node to another name, and to what led to it when it is taken out", () => {
    const { definition } = addNote(given(), note);
    expect(canvasOf(rename(definition, "c", "last")).notes[0]?.beside).toBe("last");
    expect(canvasOf(remove(definition, ["c"], branchesOf)).notes[0]?.beside).toBe("a");
    expect(canvasOf(remove(definition, ["c", "a"], branchesOf)).notes[0]?.beside).toBe("root");
  });

  it("and whole groups are copied and pasted with their nodes", () => {
    const { definition } = addNote(grouped(given(), ["a", "c"], "Books"), note);
    const text = copy(definition, ["a", "c"], ["note1"]);
    expect(Object.keys(readNodes(text) ?? {})).toEqual(["a", "c"]);
    const copied = readCanvas(text, { ...definition.nodes, ...readNodes(text) });
    const twins = { ...definition, nodes: { ...definition.nodes, "a-2": { type: "log" }, "c-2": { type: "log" } } } as Definition;
    const pasted = pasteCanvas(twins, copied, new Map([["a", "a-2"], ["c", "c-2"]]));
    expect(canvasOf(pasted.definition).frames.map(({ id, nodes }) => [id, nodes])).toEqual([["group1", ["a", "c"]], ["group2", ["a-2", "c-2"]]]);
    expect(canvasOf(pasted.definition).notes[1]).toEqual({ ...note, id: "note2", beside: "c-2" });
    // A part of a group makes no group.
    expect(copy(definition, ["a"])).not.toContain("Books");
  });
});

const link = (definition: Definition, from: string, to: string) => linksOf(definition).find((each) => each.from === from && each.to === to) as DefinedLink;
const of = (moved: ReturnType<typeof moveInto>) => ("definition" in moved ? moved.definition : undefined);

describe("what is dragged", () => {
  it("into a line stands between its ends, and leaves no gap where it was", () => {
    const moved = of(moveInto(given(), "a", link(given(), "b", "d"), branchesOf));
    expect(moved?.nodes["root"]?.children).toEqual(["c", "b"]);
    expect(moved?.nodes["b"]?.children).toEqual(["a", "e"]);
    expect(moved?.nodes["a"]).toEqual({ type: "log", payload: {}, children: ["d"], branch: "then" });
    expect(moved?.nodes["d"]?.branch).toBeUndefined();
  });

  it("and chooses among its followers, or is the trigger, stays", () => {
    expect(moveInto(given(), "b", link(given(), "a", "c"), branchesOf)).toHaveProperty("fault");
    expect(moveInto(given(), "root", link(given(), "a", "c"), branchesOf)).toHaveProperty("fault");
    expect(of(moveInto(given(), "c", link(given(), "a", "c"), branchesOf))).toEqual(given());
  });

  it("by the end of a line leads elsewhere, and never in a circle", () => {
    const moved = of(reconnect(given(), link(given(), "b", "d"), "b", "c", branchesOf));
    expect(moved?.nodes["b"]?.children).toEqual(["e", "c"]);
    expect(moved?.nodes["c"]?.branch).toBe("then");
    expect(moved?.nodes["d"]?.branch).toBeUndefined();
    expect(reconnect(given(), link(given(), "root", "a"), "c", "a", branchesOf)).toMatchObject({ fault: expect.stringContaining("circle") });
  });

  it("sideways is listed in the order in which it stands", () => {
    const places: Record<string, number> = { a: 300, b: 100 };
    expect(reorder(given(), "a", (id) => places[id] ?? 0).nodes["root"]?.children).toEqual(["b", "a"]);
    const before = given();
    expect(reorder(before, "b", (id) => ({ a: 0, b: 50 })[id] ?? 0)).toBe(before);
  });

  it("is held upon what is near", () => {
    const definition = grouped(given(), ["a", "c"]);
    const graph = foldedGraph(Object.keys(definition.nodes), linksOf(definition), canvasOf(definition));
    const placed = quickly(graph);
    const [from, to] = [placed.spots.get("a"), placed.spots.get("c")];
    const middle = { x: ((from?.x ?? 0) + (to?.x ?? 0)) / 2 + 108, y: ((from?.y ?? 0) + 60 + (to?.y ?? 0)) / 2 };
    expect(linkNear(graph.links, placed.spots, middle)).toMatchObject({ from: "a", to: "c" });
    expect(linkNear(graph.links, placed.spots, middle, "a")).toBeUndefined();
    expect(frameAt(placed.frames, middle)).toBe("group1");
    expect(nodeAt(placed.spots, { x: (from?.x ?? 0) + 5, y: (from?.y ?? 0) + 5 })).toBe("a");
    expect(linkNear(graph.links, placed.spots, { x: -999, y: -999 })).toBeUndefined();
  });
});

describe("a drawing", () => {
  it("stays where it was while it is laid out anew, and what is new stands below what leads to it", () => {
    const before = { spots: new Map([["a", { x: 500, y: 40 }]]), frames: new Map() };
    const plan = { names: ["a", "b"], links: [{ from: "a", to: "b" }], frames: [] };
    const { spots } = carry(before, plan, quickly(plan));
    expect(spots.get("a")).toEqual({ x: 500, y: 40 });
    expect(spots.get("b")?.x).toBe(500);
    expect(spots.get("b")?.y).toBeGreaterThan(100);
  });
});

describe("pins", () => {
  const pins = { a: { n: 1 }, z: { n: 2 } };
  it("follow their nodes to other names and back, whichever the draft has", () => {
    const renamings = [{ from: "a", to: "b" }, { from: "b", to: "c" }];
    expect(followed(pins, { c: {}, z: {} }, renamings)).toEqual({ c: { n: 1 }, z: { n: 2 } });
    expect(followed({ c: { n: 1 } }, { a: {} }, renamings)).toEqual({ a: { n: 1 } });
    expect(followed(pins, { a: {}, z: {} }, renamings)).toBe(pins);
  });

  it("of nodes that were taken out stay, and none is put upon another", () => {
    expect(followed(pins, { z: {} }, [{ from: "x", to: "y" }])).toBe(pins);
    expect(followed(pins, { z: {} }, [{ from: "a", to: "z" }])).toBe(pins);
  });
});
