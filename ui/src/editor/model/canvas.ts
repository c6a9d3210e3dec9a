/** Changes of the groups and notes of a definition. Each gives a new one, and leaves what it was given as it is. */
import { asObject, type JsonObject } from "../../api/exactJson";
import type { Definition } from "../../api/types";
import { CANVAS, canvasOf, type CanvasOf, type Frame, type Note } from "../../graph/canvasOf";
import type { Names } from "./expressions";
import { ROOT } from "./ids";

/** A definition with these groups and notes; without any, nothing of them is left. */
function withCanvas(definition: Definition, { frames, notes }: CanvasOf): Definition {
  const { [CANVAS]: old, ...props } = asObject(definition["props"]);
  const kept: JsonObject = {};
  const filled = frames.filter(({ nodes }) => nodes.length > 0);
  if (filled.length > 0) kept["frames"] = filled.map(writtenFrame);
  if (notes.length > 0) kept["notes"] = notes.map(writtenNote);
  const isEmpty = Object.keys(kept).length === 0;
  if (isEmpty && old === undefined) return definition;
  const next = isEmpty ? props : { ...props, [CANVAS]: kept };
  // The definition keeps its fields in their order; props that hold nothing go.
  const entries = Object.entries({ ...definition, props: next }).filter(([name]) => name !== "props" || Object.keys(next).length > 0);
  return Object.fromEntries(entries) as Definition;
}

function writtenFrame({ id, name, nodes, colour, isFolded }: Frame): JsonObject {
  return { id, name, nodes, ...(colour !== "plain" && { colour }), ...(isFolded && { folded: true }) };
}

function writtenNote({ id, text, x, y, width, height, colour, beside }: Note): JsonObject {
  return { id, text, x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height), colour, ...(beside !== undefined && { beside }) };
}

/** A short name that none of them has. */
function freeIn(taken: { id: string }[], stem: string): string {
  for (let number = 1; ; number += 1) {
    if (!taken.some(({ id }) => id === `${stem}${number}`)) return `${stem}${number}`;
  }
}

type MadeItem = { definition: Definition; id: string };

/** A group around these nodes. A node is in one group: it leaves the one in which it was. */
export function group(definition: Definition, ids: string[], name: string): MadeItem | undefined {
  const canvas = canvasOf(definition);
  const nodes = ids.filter((id) => Object.hasOwn(definition.nodes, id));
  if (nodes.length === 0) return undefined;
  const id = freeIn(canvas.frames, "group");
  const frames = [...leave(canvas.frames, nodes), { id, name, nodes, colour: "plain" as const, isFolded: false }];
  return { definition: withCanvas(definition, { ...canvas, frames }), id };
}

function leave(frames: Frame[], ids: string[]): Frame[] {
  return frames.map((frame) => ({ ...frame, nodes: frame.nodes.filter((name) => !ids.includes(name)) }));
}

export function ungroup(definition: Definition, id: string): Definition {
  const canvas = canvasOf(definition);
  return withCanvas(definition, { ...canvas, frames: canvas.frames.filter((frame) => frame.id !== id) });
}

export function setFrame(definition: Definition, id: string, change: Partial<Omit<Frame, "id">>): Definition {
  const canvas = canvasOf(definition);
  return withCanvas(definition, { ...canvas, frames: canvas.frames.map((frame) => (frame.id === id ? { ...frame, ...change } : frame)) });
}

/** Nodes into a group, or out of all. */
export function moveTo(definition: Definition, ids: string[], frame: string | undefined): Definition {
  const canvas = canvasOf(definition);
  const frames = leave(canvas.frames, ids).map((each) => (each.id === frame ? { ...each, nodes: [...each.nodes, ...ids] } : each));
  return withCanvas(definition, { ...canvas, frames });
}

/** The group in which a node is. */
export function frameOf(definition: Definition, id: string | undefined): Frame | undefined {
  return id === undefined ? undefined : canvasOf(definition).frames.find(({ nodes }) => nodes.includes(id));
}

export function addNote(definition: Definition, note: Omit<Note, "id">): MadeItem {
  const canvas = canvasOf(definition);
  const id = freeIn(canvas.notes, "note");
  return { definition: withCanvas(definition, { ...canvas, notes: [...canvas.notes, { ...note, id }] }), id };
}

export function setNote(definition: Definition, id: string, change: Partial<Omit<Note, "id">>): Definition {
  const canvas = canvasOf(definition);
  return withCanvas(definition, { ...canvas, notes: canvas.notes.map((note) => (note.id === id ? { ...note, ...change } : note)) });
}

export function removeNote(definition: Definition, id: string): Definition {
  const canvas = canvasOf(definition);
  return withCanvas(definition, { ...canvas, notes: canvas.notes.filter((note) => note.id !== id) });
}

/** Other names for nodes, in groups and beside notes. */
export function renameInCanvas(definition: Definition, canvas: CanvasOf, names: Names): Definition {
  if (canvas.frames.length === 0 && canvas.notes.length === 0) return definition;
  const named = (name: string) => names.get(name) ?? name;
  return withCanvas(definition, {
    frames: canvas.frames.map((frame) => ({ ...frame, nodes: frame.nodes.map(named) })),
    notes: canvas.notes.map((note) => ({ ...note, beside: note.beside === undefined ? undefined : named(note.beside) })),
  });
}

/** After nodes were taken out: groups without nodes go, and notes stand beside what led to what they stood beside. */
export function withoutGone(definition: Definition, before: Definition): Definition {
  const canvas = canvasOf(before);
  const isThere = (id: string) => Object.hasOwn(definition.nodes, id);
  if (canvas.frames.length === 0 && canvas.notes.length === 0) return definition;
  const heirOf = (id: string | undefined): string | undefined => {
    const seen = new Set<string>();
    for (let at = id; at !== undefined && !seen.has(at); ) {
      if (isThere(at)) return at;
      seen.add(at);
      const gone = at;
      at = Object.keys(before.nodes).find((name) => [...(before.nodes[name]?.children ?? []), ...(before.nodes[name]?.loopBody ?? [])].includes(gone));
    }
    return isThere(ROOT) ? ROOT : undefined;
  };
  return withCanvas(definition, {
    frames: canvas.frames.map((frame) => ({ ...frame, nodes: frame.nodes.filter(isThere) })),
    notes: canvas.notes.map((note) => (note.beside === undefined ? note : { ...note, beside: heirOf(note.beside) })),
  });
}

/** The groups and notes that go along with nodes that are copied: what of a group is among them, and the notes that are chosen. */
export function partOfCanvas(definition: Definition, nodes: ReadonlySet<string>, notes: ReadonlySet<string>): CanvasOf {
  const canvas = canvasOf(definition);
  return {
    frames: canvas.frames.map((frame) => ({ ...frame, nodes: frame.nodes.filter((name) => nodes.has(name)) })).filter((frame) => frame.nodes.length > 1 && frame.nodes.length === (canvas.frames.find(({ id }) => id === frame.id)?.nodes.length ?? 0)),
    notes: canvas.notes.filter(({ id }) => notes.has(id)),
  };
}

const ASIDE = 24;

/** Copies of groups and notes beside those that are there. Nodes have other names by then. */
export function pasteCanvas(definition: Definition, copied: CanvasOf, names: Names): { definition: Definition; notes: string[] } {
  const canvas = canvasOf(definition);
  const made: string[] = [];
  const frames = [...canvas.frames];
  for (const frame of copied.frames) frames.push({ ...frame, id: freeIn(frames, "group"), nodes: frame.nodes.map((name) => names.get(name) ?? name) });
  const notes = [...canvas.notes];
  for (const note of copied.notes) {
    const id = freeIn(notes, "note");
    const twin = note.beside === undefined ? undefined : names.get(note.beside);
    // Beside the copy of its node it stands as it stood; else a little aside of what it is a copy of.
    const aside = twin === undefined ? ASIDE : 0;
    notes.push({ ...note, id, beside: twin ?? (note.beside !== undefined && Object.hasOwn(definition.nodes, note.beside) ? note.beside : undefined), x: note.x + aside, y: note.y + aside });
    made.push(id);
  }
  return { definition: withCanvas(definition, { frames, notes }), notes: made };
}

export function canvasJson({ frames, notes }: CanvasOf): JsonObject {
  return { ...(frames.length > 0 && { frames: frames.map(writtenFrame) }), ...(notes.length > 0 && { notes: notes.map(writtenNote) }) };
}
