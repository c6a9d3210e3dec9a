import { Handle, NodeResizer, Position, type Node, type NodeProps } from "@xyflow/react";
import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import { SMALLEST, type Colour } from "./canvasOf";

export type DrawnFrame = Node<{ name: string; colour: Colour; count: number; onFold: (() => void) | undefined }, "frame">;
export type DrawnFold = Node<{ name: string; colour: Colour; count: number; faults: number; onFold: (() => void) | undefined }, "fold">;
export type DrawnNote = Node<{ text: string; colour: Colour; mayResize: boolean }, "note">;

/** A group: a frame around its nodes. */
export const FrameItem = memo(function FrameItem({ data, selected }: NodeProps<DrawnFrame>) {
  return (
    <div className={`canvas-frame colour-${data.colour}${selected ? " selected" : ""}`}>
      <div className="canvas-frame-title">
        {data.onFold && (
          <button type="button" className="canvas-fold nodrag" aria-label={`Fold ${data.name || "the group"}`} onClick={data.onFold}>
            <ChevronDown size={14} aria-hidden />
          </button>
        )}
        <bdi>{data.name}</bdi>
      </div>
    </div>
  );
});

/** A group that is folded: one sign for all of its nodes. */
export const FoldItem = memo(function FoldItem({ data, selected }: NodeProps<DrawnFold>) {
  return (
    <div className={`graph-node canvas-folded colour-${data.colour}${selected ? " selected" : ""}${data.faults > 0 ? " faulty" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {data.onFold && (
        <button type="button" className="canvas-fold nodrag" aria-label={`Unfold ${data.name || "the group"}`} onClick={data.onFold}>
          <ChevronRight size={14} aria-hidden />
        </button>
      )}
      <div className="grow">
        <div className="graph-title">
          <bdi>{data.name}</bdi>
        </div>
        <div className="small quiet">{data.count === 1 ? "one node" : `${data.count} nodes`}</div>
      </div>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
});

/** A note: text on the canvas. */
export const NoteItem = memo(function NoteItem({ data, selected }: NodeProps<DrawnNote>) {
  return (
    <div className={`canvas-note colour-${data.colour}${selected ? " selected" : ""}`}>
      {data.mayResize && selected && <NodeResizer minWidth={SMALLEST.width} minHeight={SMALLEST.height} handleClassName="canvas-handle" lineClassName="canvas-edge" />}
      <bdi className="canvas-note-text">{data.text || "An empty note"}</bdi>
    </div>
  );
});
