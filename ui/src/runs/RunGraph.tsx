import "@xyflow/react/dist/base.css";
import "../graph/graph.css";
import { Background, Controls, Handle, MarkerType, MiniMap, Position, ReactFlow, ReactFlowProvider, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { useMemo, useRef } from "react";
import type { Definition, NodeRecord, NodeStatus } from "../api/types";
import { lookOf, StatusSign } from "../common/Status";
import { lasting } from "../common/time";
import { FrameItem, NoteItem } from "../graph/CanvasItems";
import { Far } from "../graph/Far";
import { baseOf, canvasOf, foldedGraph, frameKey, noteKey, type CanvasOf } from "../graph/canvasOf";
import { READ_ONLY } from "../graph/fit";
import { HEIGHT, WIDTH, type Spot } from "../graph/layout";
import { useFitOnce, useLayout } from "../graph/useLayout";
import type { Placed } from "../graph/plan";
import { keyOf, linksOf, wordOf, type DefinedLink } from "../graph/linksOf";
import { nodeOf } from "./facts";

type Drawn = { title: string; id: string; type: string; record: NodeRecord | undefined; iterations: number; hasRun: boolean };
type States = Record<string, NodeRecord>;
type DrawnNode = Node<Drawn, "node">;
/** Without states it is the graph of a workflow, which has not run. */
type Props = { definition: Definition; states?: States | undefined; selected: string | undefined; onSelect: (place: string) => void };

const NONE: States = {};

/** More nodes than these get a map of their own. */
const MAPPED = 24;

/** The run's own graph, with where each of its nodes stands. */
export function RunGraph({ definition, states, selected, onSelect }: Props) {
  const links = useMemo(() => linksOf(definition), [definition]);
  const canvas = useMemo(() => unfolded(canvasOf(definition)), [definition]);
  const placed = useLayout(useMemo(() => foldedGraph(Object.keys(definition.nodes), links, canvas), [definition, links, canvas]));
  const { spots } = placed;
  const around = useMemo(() => itemsOf(canvas, placed), [canvas, placed]);
  const drawn = useMemo(() => nodesOf(definition, states, spots, selected), [definition, states, spots, selected]);
  const nodes = useMemo(() => [...around, ...drawn], [around, drawn]);
  const hasMoved = useRef(false);
  const edges = useMemo(() => links.map((link) => edgeOf(link, states ?? NONE)), [links, states]);
  return (
    <div className="graph" aria-label="The graph">
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          {...READ_ONLY}
          onlyRenderVisibleElements={nodes.length > 100}
          onNodeClick={(_, node) => node.type === "node" && onSelect(node.id)}
          onMoveStart={(event) => {
            if (event) hasMoved.current = true;
          }}
          onNodesChange={(changes) => {
            // By the key Enter a node is chosen, and not clicked.
            const chosen = changes.find((change) => change.type === "select" && change.selected);
            const isNode = chosen && "id" in chosen && nodes.some((node) => node.id === chosen.id && node.type === "node");
            if (isNode && chosen.id !== selected) onSelect(chosen.id);
          }}
        >
          <Far />
          <FitOnce isSettled={placed.isSettled} hasMoved={() => hasMoved.current} />
          <Background gap={20} size={1} color="var(--line)" />
          <Controls showInteractive={false} />
          {drawn.length > MAPPED && <MiniMap pannable zoomable nodeClassName={(node) => (node.type === "node" ? `map-${lookOf((node.data as Drawn).record?.status ?? "pending").tone}` : `map-${node.type ?? ""}`)} />}
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  );
}

function FitOnce({ isSettled, hasMoved }: { isSettled: boolean; hasMoved: () => boolean }) {
  useFitOnce(isSettled, hasMoved);
  return null;
}

/** Of a run every node is seen. */
function unfolded({ frames, notes }: CanvasOf): CanvasOf {
  return { frames: frames.map((frame) => ({ ...frame, isFolded: false })), notes };
}

/** Groups and notes, to be read. */
function itemsOf(canvas: CanvasOf, { spots, frames }: Placed): Node[] {
  const fixed = { draggable: false, selectable: false, focusable: false, connectable: false };
  const around = canvas.frames.flatMap(({ id, name, colour, nodes }) => {
    const rect = frames.get(frameKey(id));
    return rect ? [{ ...fixed, id: frameKey(id), type: "frame", position: { x: rect.x, y: rect.y }, width: rect.width, height: rect.height, zIndex: -1, data: { name, colour, count: nodes.length, onFold: undefined } }] : [];
  });
  const beside = canvas.notes.map(({ id, text, colour, x, y, width, height, beside: node }) => {
    const base = baseOf(node, spots, canvas.frames);
    return { ...fixed, id: noteKey(id), type: "note", position: { x: base.x + x, y: base.y + y }, width, height, data: { text, colour, mayResize: false } };
  });
  return [...around, ...beside];
}

function nodesOf(definition: Definition, given: States | undefined, spots: Map<string, Spot>, selected: string | undefined): DrawnNode[] {
  const states = given ?? NONE;
  const iterations = new Map<string, number>();
  for (const place of Object.keys(states)) {
    if (place.includes(".")) iterations.set(nodeOf(place), (iterations.get(nodeOf(place)) ?? 0) + 1);
  }
  return Object.entries(definition.nodes).map(([id, node]) => ({
    id,
    type: "node" as const,
    position: spots.get(id) ?? { x: 0, y: 0 },
    width: WIDTH,
    height: HEIGHT,
    selected: selected !== undefined && nodeOf(selected) === id,
    ariaLabel: `${node.titleOverride ?? node.title ?? id}: ${given ? lookOf(states[id]?.status ?? "pending").label : node.type}`,
    data: { title: node.titleOverride ?? node.title ?? id, id, type: node.type, record: states[id] ?? latest(states, id), iterations: iterations.get(id) ?? 0, hasRun: given !== undefined },
  }));
}

/** A node of a loop's body stands where its last iteration stands. */
function latest(states: States, id: string): NodeRecord | undefined {
  const places = Object.keys(states).filter((place) => nodeOf(place) === id);
  const failed = places.find((place) => states[place]?.status === "failure");
  const last = failed ?? places.at(-1);
  return last === undefined ? undefined : states[last];
}

function edgeOf(link: DefinedLink, states: States): Edge {
  const reached: NodeStatus[] = ["success", "running", "waiting", "scheduled", "failure"];
  const isTaken = reached.includes(states[link.to]?.status ?? "pending") && states[link.from]?.status === "success";
  const label = wordOf(link);
  return {
    id: keyOf(link),
    source: link.from,
    target: link.to,
    className: `edge ${link.bond}${isTaken ? " taken" : ""}`,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: isTaken ? "var(--accent)" : "var(--line-strong)" },
    ...(label && { label: label.slice(0, 40) }),
    focusable: false,
  };
}

const nodeTypes = { node: OneNode, frame: FrameItem, note: NoteItem };

function OneNode({ data, selected }: NodeProps<DrawnNode>) {
  const { record } = data;
  const status = record?.status ?? "pending";
  const took = record?.startedAt && record.finishedAt ? lasting(Date.parse(record.finishedAt) - Date.parse(record.startedAt)) : undefined;
  return (
    <div className={`graph-node tone-edge-${lookOf(status).tone}${selected ? " selected" : ""}${data.hasRun && (status === "skipped" || status === "pending") ? " idle" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {data.hasRun && <StatusSign of={status} size={18} />}
      <div className="grow">
        <div className="graph-title">
          <bdi>{data.title}</bdi>
        </div>
        <div className="small quiet graph-line">
          <span>{data.type}</span>
          {record && record.attempt > 1 && <span className="tone-wait">attempt {record.attempt}</span>}
          {data.iterations > 0 && <span>× {data.iterations}</span>}
          {took && <span>{took}</span>}
        </div>
      </div>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
