import "@xyflow/react/dist/base.css";
import "../graph/graph.css";
import { Background, Controls, MiniMap, ReactFlow, SelectionMode, useReactFlow, useStoreApi, type Connection, type EdgeChange, type Node, type NodeChange } from "@xyflow/react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Far } from "../graph/Far";
import { DRAWN } from "../graph/fit";
import { HEIGHT, WIDTH } from "../graph/layout";
import { keyOf, linksOf } from "../graph/linksOf";
import { baseOf, noteKey } from "../graph/canvasOf";
import type { Rect } from "../graph/plan";
import { useFitOnce } from "../graph/useLayout";
import { failed } from "../common/toasts";
import { FoldItem, FrameItem, NoteItem } from "../graph/CanvasItems";
import { InsertAt, EditorEdge, type DrawnEdge } from "./EditorEdge";
import { EditorNode } from "./EditorNode";
import { frameOf, moveTo, setNote } from "./model/canvas";
import { connect } from "./model/edit";
import { frameAt, linkNear } from "./model/drop";
import { linkFault } from "./model/links";
import { moveInto, reconnect, reorder, type Moved } from "./model/moves";
import { isNode, useDrawnEdges, useDrawnNodes, type AnyDrawn, type Drawing, type Moving } from "./useDrawing";
import type { Aim, Editor } from "./useEditor";

const nodeTypes = { node: EditorNode, frame: FrameItem, fold: FoldItem, note: NoteItem };
const edgeTypes = { link: EditorEdge };
/** More nodes than these get a map of their own. */
const MAPPED = 8;
const STILL: Moving = new Map();
const CHOOSE = "Enter or Space chooses it. The arrows choose the one beside it; Delete takes it out.";
/** What is said to who does not see it: the keys are ours, and React Flow's own words would be wrong. */
const WORDS = { "node.a11yDescription.default": CHOOSE, "node.a11yDescription.keyboardDisabled": CHOOSE, "node.a11yDescription.ariaLiveMessage": () => "" };

/** Brings what is chosen into sight where it is not. */
function useInSight(id: string | undefined, rectOf: (id: string) => Rect | undefined): void {
  const flow = useReactFlow();
  const store = useStoreApi();
  const bring = useEffectEvent((name: string) => {
    const rect = rectOf(name);
    const { width, height, transform } = store.getState();
    if (!rect || width === 0) return;
    const [x, y, zoom] = transform;
    const [middle, line] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
    const [left, top] = [middle * zoom + x, line * zoom + y];
    const isIn = left >= 0 && top >= 0 && left <= width && top <= height;
    if (!isIn) void flow.setCenter(middle, line, { zoom });
  });
  useEffect(() => {
    if (id !== undefined) bring(id);
  }, [id]);
}

type Props = { editor: Editor; drawing: Drawing; over: string | undefined; onOver: (link: string | undefined) => void; onAim: (aim: Aim) => void };

/** The draft as a graph: chosen from, connected, dragged about, and taken apart. */
export function Canvas({ editor, drawing, over, onOver, onAim }: Props) {
  const { definition, catalog, selected, items, may } = editor;
  const { links, spots, frames } = drawing;
  const [moving, setMoving] = useState(STILL);
  const hasMoved = useRef(false);
  const isDragging = useRef(false);
  useFitOnce(drawing.isSettled, () => hasMoved.current);
  const nodes = useDrawnNodes(editor, drawing, moving);
  useInSight(editor.only ?? items[0], (id) => {
    const drawn = nodes.find((node) => node.id === id);
    return drawn && { ...drawn.position, width: drawn.width ?? WIDTH, height: drawn.height ?? HEIGHT };
  });
  const edges = useDrawnEdges(editor, links, over);

  const take = (moved: Moved, ids?: string[]) => ("fault" in moved ? failed(new Error(moved.fault)) : editor.apply(moved.definition, ids));
  const onNodes = (changes: NodeChange<AnyDrawn>[]) => {
    const next = new Set([...selected, ...items]);
    let isOther = false;
    const moved = new Map(moving);
    // The arrows choose nodes; React Flow would also move them.
    const isMove = isDragging.current || changes.some((change) => change.type === "dimensions" && change.resizing !== undefined);
    for (const change of changes) {
      if (isMove && change.type === "position" && change.position) moved.set(change.id, { ...moved.get(change.id), ...change.position });
      if (change.type === "dimensions" && change.resizing !== undefined && change.dimensions) {
        moved.set(change.id, { ...moved.get(change.id), ...change.dimensions });
        if (!change.resizing) resized(change.id, moved.get(change.id) ?? {});
      }
      if (change.type !== "select" || next.has(change.id) === change.selected) continue;
      isOther = true;
      if (change.selected) next.add(change.id);
      else next.delete(change.id);
    }
    if (isMove) setMoving(moved);
    // Who chooses a link lets go of the nodes.
    if (isOther && next.size > 0) editor.select([...next]);
    else if (isOther) editor.letGo();
  };
  const noteAt = (key: string) => editor.canvas.notes.find(({ id }) => noteKey(id) === key);
  /** A note's place is kept from the node beside which it stands. */
  const placeOf = (key: string, { x, y }: Partial<Rect>) => {
    const note = noteAt(key);
    const base = baseOf(note?.beside, spots, editor.canvas.frames);
    return { ...(x !== undefined && { x: x - base.x }), ...(y !== undefined && { y: y - base.y }) };
  };
  const resized = (key: string, rect: Partial<Rect>) => {
    const note = noteAt(key);
    if (note) editor.apply(setNote(definition, note.id, { ...placeOf(key, rect), ...(rect.width !== undefined && { width: rect.width }), ...(rect.height !== undefined && { height: rect.height }) }));
    setTimeout(() => setMoving(STILL));
  };
  const middleOf = ({ position }: Node) => ({ x: position.x + WIDTH / 2, y: position.y + HEIGHT / 2 });
  const dropped = (dragged: Node[]) => {
    isDragging.current = false;
    setMoving(STILL);
    onOver(undefined);
    let next = definition;
    for (const node of dragged.filter(({ type }) => type === "note")) {
      const note = noteAt(node.id);
      if (note) next = setNote(next, note.id, placeOf(node.id, node.position));
    }
    const moved = dragged.filter(isNode);
    const [only] = moved;
    if (moved.length === 1 && only) {
      const into = linkNear(links, spots, middleOf(only), only.id);
      if (into) {
        const put = moveInto(next, only.id, into.own, catalog.branchesOf);
        if ("fault" in put) return take(put);
        const [above, below] = [frameOf(next, into.own.from), frameOf(next, into.own.to)];
        return editor.apply(moveTo(put.definition, [only.id], above?.id === below?.id ? above?.id : undefined), [only.id]);
      }
      if (frameAt(frames, middleOf(only)) === frameOf(next, only.id)?.id) next = reorder(next, only.id, (id) => (id === only.id ? only.position.x : (spots.get(id)?.x ?? 0)));
    }
    for (const node of moved) {
      const frame = frameAt(frames, middleOf(node));
      if (frame !== frameOf(next, node.id)?.id) next = moveTo(next, [node.id], frame);
    }
    if (next !== definition) editor.apply(next);
  };
  const onEdges = (changes: EdgeChange<DrawnEdge>[]) => {
    const added = changes.find((change) => change.type === "select" && change.selected);
    if (added && "id" in added) editor.selectLink(linksOf(definition).find((link) => keyOf(link) === added.id));
  };
  const onConnect = ({ source, target }: Connection) => {
    const fault = linkFault(definition, source, target, "child");
    take(fault === undefined ? { definition: connect(definition, source, target) } : { fault });
  };
  return (
    <InsertAt value={(link) => onAim({ kind: "between", link })}>
      <div className="graph editor-canvas" role="group" aria-label="The graph of the draft">
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodes}
          onEdgesChange={onEdges}
          onConnect={onConnect}
          onReconnect={(edge, { source, target }) => edge.data && take(reconnect(definition, edge.data.link, source, target, catalog.branchesOf))}
          onNodeDragStart={() => (isDragging.current = true)}
          onNodeDrag={(_, node, dragged) => onOver(isNode(node) && dragged.length === 1 ? keyFor(linkNear(links, spots, middleOf(node), node.id)) : undefined)}
          onNodeDragStop={(_, __, dragged) => dropped(dragged)}
          onMoveStart={(event) => {
            if (event) hasMoved.current = true;
          }}
          onPaneClick={() => editor.select([])}
          onNodeDoubleClick={() => editor.setView("node")}
          {...DRAWN}
          nodesDraggable={may}
          nodeDragThreshold={6}
          nodesConnectable={may}
          reconnectRadius={14}
          elementsSelectable
          selectionMode={SelectionMode.Partial}
          deleteKeyCode={null}
          ariaLabelConfig={WORDS}
          onlyRenderVisibleElements={nodes.length > 100}
        >
          <Far />
          <Background gap={20} size={1} color="var(--line)" />
          <Controls showInteractive={false} />
          {nodes.length > MAPPED && <MiniMap pannable zoomable nodeClassName={(node) => (node.type === "node" && (node as Extract<AnyDrawn, { type?: "node" }>).data.faults > 0 ? "map-bad" : `map-${node.type ?? ""}`)} />}
        </ReactFlow>
      </div>
    </InsertAt>
  );
}

function keyFor(link: Parameters<typeof keyOf>[0] | undefined): string | undefined {
  return link && keyOf(link);
}
