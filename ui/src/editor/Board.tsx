import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { GripVertical } from "lucide-react";
import { useDeferredValue, useRef, useState, type PointerEvent } from "react";
import type { NodeType } from "../api/types";
import { keyOf } from "../graph/linksOf";
import { found, waysOut, whereOf } from "./AddNode";
import { Canvas } from "./Canvas";
import { iconOf } from "./icons";
import { frameAt, linkNear, nodeAt } from "./model/drop";
import { moveTo } from "./model/canvas";
import type { Drawing } from "./useDrawing";
import type { Aim, Editor } from "./useEditor";

type Props = { editor: Editor; drawing: Drawing; hasPalette: boolean; onAim: (aim: Aim) => void };

/** The canvas, with the palette beside it from which nodes are dragged. */
export function Board(props: Props) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function Inner({ editor, drawing, hasPalette, onAim }: Props) {
  const [over, setOver] = useState<string>();
  return (
    <div className="editor-board">
      {hasPalette && editor.may && <PalettePanel editor={editor} drawing={drawing} onOver={setOver} />}
      <Canvas editor={editor} drawing={drawing} over={over} onOver={setOver} onAim={onAim} />
    </div>
  );
}

type Held = { type: NodeType; x: number; y: number; isOut: boolean };
/** A pointer that has moved less was pressed, and not dragged. */
const THRESHOLD = 6;
/** So many are listed; words find the others. */
const SHOWN = 60;

/** All that a node can do, to be dragged into the graph: upon a line, upon a node, or beside everything. A press puts it after the chosen node. */
function PalettePanel({ editor, drawing, onOver }: { editor: Editor; drawing: Drawing; onOver: (link: string | undefined) => void }) {
  const flow = useReactFlow();
  const [words, setWords] = useState("");
  const [held, setHeld] = useState<Held>();
  const began = useRef<{ x: number; y: number }>(undefined);
  const wanted = useDeferredValue(words.trim().toLowerCase());
  const list = found(editor.catalog.list, wanted, false).slice(0, SHOWN);

  const under = (event: { clientX: number; clientY: number }) => {
    const canvas = document.elementFromPoint(event.clientX, event.clientY)?.closest(".editor-canvas");
    return canvas ? flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }) : undefined;
  };
  const after = (type: NodeType, id: string | undefined) => {
    const [way] = id === undefined ? [] : waysOut(editor, id);
    editor.place(type, { kind: "after", id }, whereOf(way));
  };
  const drop = (type: NodeType, event: PointerEvent) => {
    const point = under(event);
    if (!point) return;
    const link = linkNear(drawing.links, drawing.spots, point);
    const node = nodeAt(drawing.spots, point);
    if (link) editor.place(type, { kind: "between", link: link.own }, {});
    else if (node !== undefined && editor.definition.nodes[node]) after(type, node);
    else {
      const frame = frameAt(drawing.frames, point);
      editor.place(type, { kind: "after", id: undefined }, {}, { further: frame === undefined ? undefined : (made) => moveTo(made.definition, [made.id], frame) });
    }
  };
  const move = (event: PointerEvent, type: NodeType) => {
    if (!began.current) return;
    const isOut = held?.isOut === true || Math.hypot(event.clientX - began.current.x, event.clientY - began.current.y) > THRESHOLD;
    setHeld({ type, x: event.clientX, y: event.clientY, isOut });
    const point = isOut ? under(event) : undefined;
    const link = point && linkNear(drawing.links, drawing.spots, point);
    onOver(link && keyOf(link));
  };
  const end = () => {
    began.current = undefined;
    setHeld(undefined);
    onOver(undefined);
  };
  return (
    <aside className="palette-panel" aria-label="What a node can do">
      <input type="search" className="input" aria-label="Search what a node can do" placeholder="Search" value={words} onChange={(event) => setWords(event.target.value)} />
      <ul>
        {list.map((type) => {
          const Icon = iconOf(type.type, type.category);
          return (
            <li key={type.type}>
              <button
                type="button"
                className="palette-item"
                title={type.description.replaceAll("`", "")}
                onClick={(event) => {
                  // A press by keyboard has no place; one that ended a drag was a drop.
                  if (event.detail === 0) after(type, editor.selected.at(-1) ?? "root");
                }}
                onPointerDown={(event) => {
                  if (event.button !== 0) return;
                  event.currentTarget.setPointerCapture(event.pointerId);
                  began.current = { x: event.clientX, y: event.clientY };
                }}
                onPointerMove={(event) => move(event, type)}
                onPointerUp={(event) => {
                  if (held?.isOut) drop(type, event);
                  else if (began.current) after(type, editor.selected.at(-1) ?? "root");
                  end();
                }}
                onPointerCancel={end}
              >
                <Icon size={15} aria-hidden />
                <span className="grow">{type.name}</span>
                <GripVertical size={14} className="palette-grip" aria-hidden />
              </button>
            </li>
          );
        })}
      </ul>
      {held?.isOut && (
        <div className="palette-held" style={{ transform: `translate(${held.x + 8}px, ${held.y + 8}px)` }} aria-hidden>
          {held.type.name}
        </div>
      )}
    </aside>
  );
}
