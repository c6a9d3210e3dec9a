import "@xyflow/react/dist/base.css";
import "../graph/graph.css";
import { Background, Controls, Handle, MarkerType, MiniMap, Position, ReactFlow, ReactFlowProvider, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { useMemo } from "react";
import type { Definition, NodeRecord, NodeStatus } from "../api/types";
import { lookOf, StatusSign } from "../common/Status";
import { lasting } from "../common/time";
import { HEIGHT, layOut, WIDTH, type Spot } from "../graph/layout";
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
  const spots = useMemo(() => layOut(Object.keys(definition.nodes), links), [definition, links]);
  const nodes = useMemo(() => nodesOf(definition, states, spots, selected), [definition, states, spots, selected]);
  const edges = useMemo(() => links.map((link) => edgeOf(link, states ?? NONE)), [links, states]);
  return (
    <div className="graph" aria-label="The graph">
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
          minZoom={0.1}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          onlyRenderVisibleElements={nodes.length > 100}
          onNodeClick={(_, node) => onSelect(node.id)}
          onNodesChange={(changes) => {
            // By the key Enter a node is chosen, and not clicked.
            const chosen = changes.find((change) => change.type === "select" && change.selected);
            if (chosen && "id" in chosen && chosen.id !== selected) onSelect(chosen.id);
          }}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={20} size={1} color="var(--line)" />
          <Controls showInteractive={false} />
          {nodes.length > MAPPED && <MiniMap pannable zoomable nodeClassName={(node) => `map-${lookOf((node.data as Drawn).record?.status ?? "pending").tone}`} />}
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  );
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

const nodeTypes = { node: OneNode };

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
