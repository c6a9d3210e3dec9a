/**
 * Groups of nodes and notes beside them. A definition has no field for what only people see; its `props` are data that everything keeps:
 * drafts, versions, exports, runs. They stand there as `$canvas`.
 */
import { asObject, asObjects, asText, isObject, type Json } from "../api/exactJson";
import type { Definition } from "../api/types";
import type { Link, Spot } from "./layout";

export const CANVAS = "$canvas";
export const COLOURS = ["plain", "blue", "green", "amber", "red"] as const;
export type Colour = (typeof COLOURS)[number];

export type Frame = { id: string; name: string; nodes: string[]; colour: Colour; isFolded: boolean };
/** It stands so far from the upper left corner of a node, or from where the graph begins. */
export type Note = { id: string; text: string; x: number; y: number; width: number; height: number; colour: Colour; beside: string | undefined };
export type CanvasOf = { frames: Frame[]; notes: Note[] };

const NONE: CanvasOf = { frames: [], notes: [] };

/** What the definition has, as far as it can be read. */
export function canvasOf(definition: Definition): CanvasOf {
  const kept = asObject(definition["props"])[CANVAS];
  if (!isObject(kept)) return NONE;
  const taken = new Set<string>();
  const frames = asObjects(kept["frames"]).map((each): Frame => {
    const nodes = (Array.isArray(each["nodes"]) ? each["nodes"] : []).filter((name): name is string => typeof name === "string" && Object.hasOwn(definition.nodes, name) && !taken.has(name));
    nodes.forEach((name) => taken.add(name));
    return { id: asText(each["id"]) ?? "", name: asText(each["name"]) ?? "", nodes, colour: colourOf(each["colour"]), isFolded: each["folded"] === true };
  });
  const notes = asObjects(kept["notes"]).map((each): Note => {
    const beside = asText(each["beside"]);
    return {
      id: asText(each["id"]) ?? "",
      text: asText(each["text"]) ?? "",
      x: numberOf(each["x"], 0),
      y: numberOf(each["y"], 0),
      width: Math.max(SMALLEST.width, numberOf(each["width"], 200)),
      height: Math.max(SMALLEST.height, numberOf(each["height"], 120)),
      colour: colourOf(each["colour"], "amber"),
      beside: beside !== undefined && Object.hasOwn(definition.nodes, beside) ? beside : undefined,
    };
  });
  return { frames: frames.filter(({ id, nodes }) => id !== "" && nodes.length > 0), notes: notes.filter(({ id }) => id !== "") };
}

export const SMALLEST = { width: 96, height: 48 };

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 1e6 ? value : otherwise;
}

function colourOf(value: Json | undefined, otherwise: Colour = "plain"): Colour {
  return COLOURS.find((colour) => colour === value) ?? otherwise;
}

/** The id that a frame or a note has in a drawing. No node has a colon in its name. */
export const frameKey = (id: string) => `frame:${id}`;
export const noteKey = (id: string) => `note:${id}`;

type Drawn<L extends Link> = { names: string[]; links: (L & { own: L })[]; frames: { id: string; nodes: string[] }[] };

/** What of a graph is drawn: a group that is folded stands for its nodes, and leads where they lead. */
export function foldedGraph<L extends Link>(names: string[], links: L[], { frames }: CanvasOf): Drawn<L> {
  const standIn = new Map(frames.filter(({ isFolded }) => isFolded).flatMap(({ id, nodes }) => nodes.map((name) => [name, frameKey(id)] as const)));
  const seen = (name: string) => standIn.get(name) ?? name;
  const drawn = new Map<string, L & { own: L }>();
  for (const own of links) {
    const [from, to] = [seen(own.from), seen(own.to)];
    const isWhole = from === own.from && to === own.to;
    if (from === to) continue;
    const key = isWhole ? JSON.stringify(own) : JSON.stringify([from, to]);
    if (!drawn.has(key)) drawn.set(key, { ...own, from, to, own });
  }
  const open = frames.filter(({ isFolded }) => !isFolded).map(({ id, nodes }) => ({ id: frameKey(id), nodes }));
  return { names: [...new Set(names.map(seen))], links: [...drawn.values()], frames: open };
}

const ORIGIN: Spot = { x: 0, y: 0 };

/** Where a note is counted from: its node, or the folded group in which that is. */
export function baseOf(beside: string | undefined, spots: ReadonlyMap<string, Spot>, frames: Frame[]): Spot {
  if (beside === undefined) return ORIGIN;
  const folded = frames.find(({ nodes, isFolded }) => isFolded && nodes.includes(beside));
  return spots.get(beside) ?? (folded && spots.get(frameKey(folded.id))) ?? ORIGIN;
}
