import "@xyflow/react/dist/base.css";
import "../graph/graph.css";
import { Background, Controls, MarkerType, MiniMap, Position, ReactFlow, SelectionMode, useReactFlow, useStoreApi, type Connection, type EdgeChange, type NodeChange } from "@xyflow/react";
import { useEffect, useEffectEvent, useMemo } from "react";
import { HEIGHT, layOut, WIDTH, type Spot } from "../graph/layout";
import { keyOf, linksOf, wordOf, type DefinedLink } from "../graph/linksOf";
import { failed } from "../common/toasts";
import { EditorEdge, type DrawnEdge } from "./EditorEdge";
import { EditorNode, type DrawnNode } from "./EditorNode";
import { connect } from "./model/edit";
import { ROOT } from "./model/ids";
import { linkFault } from "./model/links";
import { recordOf } from "./model/sample";
import type { Aim, Editor } from "./useEditor";

const nodeTypes = { node: EditorNode };
const edgeTypes = { link: EditorEdge };
/** More nodes than these get a map of their own. */
const MAPPED = 8;
/** Where lines begin and end, known before anything is measured. */
const HANDLES = [
  { type: "target" as const, position: Position.Top, x: WIDTH / 2, y: 0, width: 1, height: 1 },
  { type: "source" as const, position: Position.Bottom, x: WIDTH / 2, y: HEIGHT, width: 1, height: 1 },
];

/** Where the nodes of a draft stand, and how they lead to one another. */
export function useDrawing(editor: Editor): { links: DefinedLink[]; spots: Map<string, Spot> } {
  const { definition } = editor;
  const links = useMemo(() => linksOf(definition), [definition]);
  // Settings move nothing.
  const shape = JSON.stringify([Object.keys(definition.nodes), links.map(({ from, to }) => [from, to])]);
  const spots = useMemo(() => {
    const [names, pairs] = JSON.parse(shape) as [string[], [string, string][]];
    return layOut(names, pairs.map(([from, to]) => ({ from, to })));
  }, [shape]);
  return { links, spots };
}

/** Brings what is chosen into sight where it is not. */
function useInSight(id: string | undefined, spots: Map<string, Spot>): void {
  const flow = useReactFlow();
  const store = useStoreApi();
  const bring = useEffectEvent((name: string) => {
    const spot = spots.get(name);
    const { width, height, transform } = store.getState();
    if (!spot || width === 0) return;
    const [x, y, zoom] = transform;
    const [middle, line] = [spot.x + WIDTH / 2, spot.y + HEIGHT / 2];
    const [left, top] = [middle * zoom + x, line * zoom + y];
    const isIn = left >= 0 && top >= 0 && left <= width && top <= height;
    if (!isIn) void flow.setCenter(middle, line, { zoom });
  });
  useEffect(() => {
    if (id !== undefined) bring(id);
  }, [id]);
}

type Props = { editor: Editor; links: DefinedLink[]; spots: Map<string, Spot>; onAim: (aim: Aim) => void };

/** The draft as a graph: chosen from, connected, and taken apart. */
export function Canvas({ editor, links, spots, onAim }: Props) {
  const { definition, catalog, problems, selected, may } = editor;
  const chosen = new Set(selected);
  useInSight(editor.only, spots);
  const states = editor.samples.isFresh ? editor.samples.simulated?.executionState : undefined;
  const nodes = Object.entries(definition.nodes).map(([id, node]): DrawnNode => {
    const type = catalog.of(node.type);
    const faults = problems.of(id).length;
    const title = node.titleOverride ?? node.title ?? id;
    const status = states && recordOf(states, id)?.status;
    return {
      id,
      type: "node",
      position: spots.get(id) ?? { x: 0, y: 0 },
      width: WIDTH,
      height: HEIGHT,
      handles: HANDLES,
      selected: chosen.has(id),
      deletable: id !== ROOT,
      ariaLabel: `${title}: ${type?.name ?? node.type}${faults > 0 ? `, ${faults === 1 ? "one problem" : `${faults} problems`}` : ""}`,
      data: { id, title, type: node.type, name: type?.name ?? node.type, category: type?.category, faults, status, isTrigger: id === ROOT },
    };
  });
  const edges = links
    .filter(({ to }) => definition.nodes[to])
    .map((link): DrawnEdge => {
      const label = wordOf(link);
      return {
        id: keyOf(link),
        type: "link",
        source: link.from,
        target: link.to,
        className: `edge ${link.bond}`,
        selected: editor.link !== undefined && keyOf(editor.link) === keyOf(link),
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--line-strong)" },
        data: { link, word: label?.slice(0, 40), onInsert: may && (link.bond === "child" || link.bond === "loop") ? () => onAim({ kind: "between", link }) : undefined },
      };
    });

  const onNodes = (changes: NodeChange<DrawnNode>[]) => {
    const next = new Set(selected);
    let isOther = false;
    for (const change of changes) {
      if (change.type !== "select" || next.has(change.id) === change.selected) continue;
      isOther = true;
      if (change.selected) next.add(change.id);
      else next.delete(change.id);
    }
    // Who chooses a link lets go of the nodes.
    if (isOther && next.size > 0) editor.select([...next]);
    else if (isOther) editor.letGo();
  };
  const onEdges = (changes: EdgeChange<DrawnEdge>[]) => {
    const added = changes.find((change) => change.type === "select" && change.selected);
    if (added && "id" in added) editor.selectLink(links.find((link) => keyOf(link) === added.id));
  };
  const onConnect = ({ source, target }: Connection) => {
    const fault = linkFault(definition, source, target, "child");
    if (fault === undefined) editor.apply(connect(definition, source, target));
    else failed(new Error(fault));
  };
  return (
    <div className="graph editor-canvas" role="group" aria-label="The graph of the draft">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodes}
        onEdgesChange={onEdges}
        onConnect={onConnect}
        onPaneClick={() => editor.select([])}
        onNodeDoubleClick={() => editor.setView("node")}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={may}
        elementsSelectable
        selectionMode={SelectionMode.Partial}
        deleteKeyCode={null}
        onlyRenderVisibleElements={nodes.length > 100}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} size={1} color="var(--line)" />
        <Controls showInteractive={false} />
        {nodes.length > MAPPED && <MiniMap pannable zoomable nodeClassName={(node) => ((node as DrawnNode).data.faults > 0 ? "map-bad" : "")} />}
      </ReactFlow>
    </div>
  );
}
