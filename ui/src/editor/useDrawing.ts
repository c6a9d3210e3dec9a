/** What is drawn of a draft, and where. What has not changed is the same object as before, so that it is not drawn again. */
import { MarkerType, Position, type Node } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { baseOf, foldedGraph, frameKey, noteKey, type Frame } from "../graph/canvasOf";
import { HEIGHT, WIDTH, type Spot } from "../graph/layout";
import { isDrawable, keyOf, linksOf, wordOf, type DefinedLink } from "../graph/linksOf";
import type { Rect } from "../graph/plan";
import { useLayout } from "../graph/useLayout";
import type { DrawnFold, DrawnFrame, DrawnNote } from "../graph/CanvasItems";
import type { DrawnEdge } from "./EditorEdge";
import type { DrawnNode } from "./EditorNode";
import { setFrame } from "./model/canvas";
import { ROOT } from "./model/ids";
import { recordOf } from "./model/sample";
import type { Editor } from "./useEditor";

export type DrawnLink = DefinedLink & { own: DefinedLink };
export type Drawing = { links: DrawnLink[]; spots: Map<string, Spot>; frames: Map<string, Rect>; names: string[]; isSettled: boolean };
export type AnyDrawn = DrawnNode | DrawnFrame | DrawnFold | DrawnNote;

/** Where lines begin and end, known before anything is measured. */
const HANDLES = [
  { type: "target" as const, position: Position.Top, x: WIDTH / 2, y: 0, width: 1, height: 1 },
  { type: "source" as const, position: Position.Bottom, x: WIDTH / 2, y: HEIGHT, width: 1, height: 1 },
];
const MARKER = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" };
const ORIGIN = { x: 0, y: 0 };

/** Where the nodes of a draft stand, and how they lead to one another. */
export function useDrawing({ definition, canvas }: Editor): Drawing {
  const links = useMemo(() => (isDrawable(definition) ? linksOf(definition) : []), [definition]);
  const plan = useMemo(() => foldedGraph(Object.keys(definition.nodes), links, canvas), [definition, links, canvas]);
  const placed = useLayout(plan);
  return { links: plan.links, names: plan.names, ...placed };
}

/** Keeps what was made as long as what it was made of is the same. */
function useKept<T>(): (key: string, of: readonly unknown[], make: () => T) => T {
  const kept = useRef(new Map<string, { of: readonly unknown[]; made: T }>());
  return (key, of, make) => {
    const old = kept.current.get(key);
    if (old && old.of.length === of.length && old.of.every((part, index) => Object.is(part, of[index]))) return old.made;
    const made = make();
    kept.current.set(key, { of, made });
    return made;
  };
}

/** What is being dragged stands where the pointer is. */
export type Moving = ReadonlyMap<string, Partial<Rect>>;

export function useDrawnNodes(editor: Editor, { spots, frames, names }: Drawing, moving: Moving): AnyDrawn[] {
  const { definition, catalog, problems, may, canvas } = editor;
  const keep = useKept<AnyDrawn>();
  const keepFold = useKept<() => void>();
  const chosen = new Set([...editor.selected, ...editor.items]);
  const states = editor.samples.isFresh ? editor.samples.simulated?.executionState : undefined;
  const latest = useRef(editor);
  latest.current = editor;
  const fold = ({ id, isFolded }: Frame) => keepFold(`${id}:${isFolded}`, [], () => () => latest.current.apply(setFrame(latest.current.definition, id, { isFolded: !isFolded })));
  const at = (key: string, spot: Spot): Spot => {
    const moved = moving.get(key);
    return moved?.x !== undefined && moved.y !== undefined ? { x: moved.x, y: moved.y } : spot;
  };
  const drawnNode = (id: string): AnyDrawn | undefined => {
    const node = definition.nodes[id];
    if (!node) return undefined;
    const type = catalog.of(node.type);
    const faults = problems.of(id).length;
    const title = node.titleOverride ?? node.title ?? id;
    const status = states && recordOf(states, id)?.status;
    const { x, y } = at(id, spots.get(id) ?? ORIGIN);
    return keep(id, [x, y, chosen.has(id), node.type, title, type, faults, status, may], () => ({
      id,
      type: "node" as const,
      position: { x, y },
      width: WIDTH,
      height: HEIGHT,
      handles: HANDLES,
      selected: chosen.has(id),
      draggable: may && id !== ROOT,
      deletable: id !== ROOT,
      ariaLabel: `${title}: ${type?.name ?? node.type}${faults > 0 ? `, ${faults === 1 ? "one problem" : `${faults} problems`}` : ""}`,
      data: { id, title, type: node.type, name: type?.name ?? node.type, category: type?.category, faults, status, isTrigger: id === ROOT },
    }));
  };
  const drawnFrames = canvas.frames.map((frame): AnyDrawn | undefined => {
    const key = frameKey(frame.id);
    const { name, colour, nodes, isFolded } = frame;
    const isChosen = chosen.has(key);
    const onFold = may ? fold(frame) : undefined;
    if (isFolded) {
      const faults = nodes.reduce((sum, id) => sum + problems.of(id).length, 0);
      const spot = spots.get(key) ?? ORIGIN;
      return keep(key, [spot.x, spot.y, isChosen, name, colour, nodes.length, faults, may], () => ({
        id: key,
        type: "fold" as const,
        position: spot,
        width: WIDTH,
        height: HEIGHT,
        handles: HANDLES,
        selected: isChosen,
        draggable: false,
        ariaLabel: `${name || "A group"}, folded: ${nodes.length} nodes`,
        data: { name, colour, count: nodes.length, faults, onFold },
      }));
    }
    const rect = frames.get(key);
    if (!rect) return undefined;
    return keep(key, [rect.x, rect.y, rect.width, rect.height, isChosen, name, colour, nodes.length, may], () => ({
      id: key,
      type: "frame" as const,
      position: { x: rect.x, y: rect.y },
      width: rect.width,
      height: rect.height,
      zIndex: -1,
      selected: isChosen,
      draggable: false,
      connectable: false,
      ariaLabel: `${name || "A group"}: ${nodes.length} nodes`,
      data: { name, colour, count: nodes.length, onFold },
    }));
  });
  const drawnNotes = canvas.notes.map((note): AnyDrawn => {
    const key = noteKey(note.id);
    const base = baseOf(note.beside, spots, canvas.frames);
    const { x, y } = at(key, { x: base.x + note.x, y: base.y + note.y });
    const width = moving.get(key)?.width ?? note.width;
    const height = moving.get(key)?.height ?? note.height;
    return keep(key, [x, y, width, height, chosen.has(key), note.text, note.colour, may], () => ({
      id: key,
      type: "note" as const,
      position: { x, y },
      width,
      height,
      selected: chosen.has(key),
      draggable: may,
      connectable: false,
      ariaLabel: `Note: ${note.text.slice(0, 200) || "empty"}`,
      data: { text: note.text, colour: note.colour, mayResize: may },
    }));
  });
  const plain = names.map(drawnNode);
  return [...drawnFrames, ...plain, ...drawnNotes].filter((each) => each !== undefined);
}

export function useDrawnEdges(editor: Editor, links: DrawnLink[], over: string | undefined): DrawnEdge[] {
  const keep = useKept<DrawnEdge>();
  const chosen = editor.link && keyOf(editor.link);
  return links
    .filter(({ own }) => editor.definition.nodes[own.to])
    .map((link) => {
      const key = keyOf(link);
      const { own } = link;
      const isWhole = own.from === link.from && own.to === link.to;
      const word = isWhole ? wordOf(own)?.slice(0, 40) : undefined;
      const mayInsert = isWhole && editor.may && (own.bond === "child" || own.bond === "loop");
      return keep(key, [word, mayInsert, chosen === key, over === key, isWhole, own.branch], () => ({
        id: key,
        type: "link" as const,
        source: link.from,
        target: link.to,
        className: `edge ${own.bond}${over === key ? " over" : ""}`,
        selected: chosen === key,
        selectable: isWhole,
        reconnectable: isWhole && editor.may && own.bond !== "fallback",
        focusable: false,
        markerEnd: MARKER,
        data: { link: own, word, mayInsert },
      }));
    });
}

/** Whether something in a drawing is a node of the definition. */
export function isNode(drawn: Node): drawn is DrawnNode {
  return drawn.type === "node";
}
