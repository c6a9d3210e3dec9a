import "@xyflow/react/dist/base.css";
import "./graph.css";
import "./graphDiff.css";
import { Background, Controls, Handle, MarkerType, Position, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { ChevronLeft, ChevronRight, Equal, Minus, PenLine, Plus } from "lucide-react";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { Definition } from "../api/types";
import { Button } from "../common/Button";
import { compare, type ComparedLink, type ComparedNode, type Comparison, type Standing } from "./compare";
import { ChangedNode, Differences } from "./Differences";
import { READ_ONLY } from "./fit";
import { HEIGHT, layOut, WIDTH } from "./layout";
import { keyOf, wordOf } from "./linksOf";

const STANDINGS: Record<Standing, { word: string; sign: typeof Plus; tone: string }> = {
  added: { word: "New", sign: Plus, tone: "good" },
  removed: { word: "Gone", sign: Minus, tone: "bad" },
  changed: { word: "Changed", sign: PenLine, tone: "wait" },
  same: { word: "The same", sign: Equal, tone: "still" },
};

type DrawnNode = Node<{ compared: ComparedNode; title: string }, "compared">;
type Props = { before: Definition; after: Definition; label: string };

/** Two definitions as one graph: what came, what went, what is another, and, faintly, what is the same. */
export function GraphDiff({ before, after, label }: Props) {
  const found = useMemo(() => compare(before, after), [before, after]);
  const changes = useMemo(() => found.nodes.filter(({ standing }) => standing !== "same"), [found]);
  const [chosen, setChosen] = useState<string>();
  const at = changes.findIndex(({ id }) => id === chosen);
  const node = found.nodes.find(({ id }) => id === chosen);
  const step = (by: 1 | -1) => {
    const next = at < 0 ? (by > 0 ? 0 : changes.length - 1) : (at + by + changes.length) % changes.length;
    setChosen(changes[next]?.id);
  };
  const room = useRef<HTMLDivElement>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const by = { j: 1, k: -1 }[event.key] as 1 | -1 | undefined;
    if (by === undefined || changes.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step(by);
  });
  useEffect(() => {
    // Only while the focus is within: elsewhere on the page these letters are others' keys.
    const { current } = room;
    const listener = (event: KeyboardEvent) => onKey(event);
    current?.addEventListener("keydown", listener);
    return () => current?.removeEventListener("keydown", listener);
  }, []);
  return (
    <div className="graph-diff" role="group" aria-label={label} ref={room}>
      <header className="row">
        <Legend found={found} />
        {changes.length > 0 && (
          <span className="row">
            <Button icon={<ChevronLeft size={16} aria-hidden />} aria-label="The change before (k)" title="The change before (k)" onClick={() => step(-1)} />
            <span className="small" role="status">
              {at < 0 ? `${changes.length === 1 ? "One changed node" : `${changes.length} changed nodes`}` : `${at + 1} of ${changes.length}`}
            </span>
            <Button icon={<ChevronRight size={16} aria-hidden />} aria-label="The next change (j)" title="The next change (j)" onClick={() => step(1)} />
          </span>
        )}
      </header>
      <div className="graph">
        <ReactFlowProvider>
          <Drawing found={found} chosen={chosen} onChoose={setChosen} />
        </ReactFlowProvider>
      </div>
      {node && <ChangedNode compared={node} links={found.links} />}
      {found.settings.length > 0 && (
        <section className="stack body">
          <h3>Settings of the workflow</h3>
          <Differences of={found.settings} />
        </section>
      )}
    </div>
  );
}

function Legend({ found }: { found: Comparison }) {
  return (
    <ul className="row small grow">
      {(Object.keys(STANDINGS) as Standing[]).map((standing) => {
        const { word, sign: Sign, tone } = STANDINGS[standing];
        const nodes = found.nodes.filter((each) => each.standing === standing).length;
        return (
          <li key={standing} className={`status tone-${tone}`}>
            <Sign size={13} aria-hidden />
            {word}: {nodes}
          </li>
        );
      })}
    </ul>
  );
}

function Drawing({ found, chosen, onChoose }: { found: Comparison; chosen: string | undefined; onChoose: (id: string) => void }) {
  const spots = useMemo(() => layOut(found.nodes.map(({ id }) => id), found.links.map(({ link }) => link)), [found]);
  const edges = useMemo(() => found.links.map(edgeOf), [found]);
  const nodes = useMemo(
    () =>
      found.nodes.map((compared): DrawnNode => {
        const title = compared.node.titleOverride ?? compared.node.title ?? compared.id;
        return {
          id: compared.id,
          type: "compared",
          position: spots.get(compared.id) ?? { x: 0, y: 0 },
          width: WIDTH,
          height: HEIGHT,
          selected: compared.id === chosen,
          ariaLabel: `${title}: ${STANDINGS[compared.standing].word}`,
          data: { compared, title },
        };
      }),
    [found, spots, chosen],
  );
  const flow = useReactFlow();
  useEffect(() => {
    const spot = chosen === undefined ? undefined : spots.get(chosen);
    if (spot) void flow.setCenter(spot.x + WIDTH / 2, spot.y + HEIGHT / 2, { zoom: Math.max(0.6, Math.min(1, flow.getZoom())) });
  }, [chosen, spots, flow]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      {...READ_ONLY}
      deleteKeyCode={null}
      onlyRenderVisibleElements={nodes.length > 100}
      onNodesChange={(all) => {
        const picked = all.find((change) => change.type === "select" && change.selected);
        if (picked && "id" in picked && picked.id !== chosen) onChoose(picked.id);
      }}
    >
      <Background gap={20} size={1} color="var(--line)" />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

const LINES: Record<Standing, string> = { added: "+ ", removed: "− ", changed: "~ ", same: "" };

function edgeOf({ link, standing }: ComparedLink): Edge {
  const word = wordOf(link);
  const label = `${LINES[standing]}${word?.slice(0, 40) ?? (standing === "same" ? "" : STANDINGS[standing].word.toLowerCase())}`;
  return {
    id: `${keyOf(link)}:${standing}`,
    source: link.from,
    target: link.to,
    className: `edge ${link.bond} diff-${standing}`,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: standing === "same" ? "var(--line)" : `var(--${STANDINGS[standing].tone})` },
    ...(label && { label }),
    focusable: false,
  };
}

const nodeTypes = { node: OneNode, compared: OneNode };

function OneNode({ data, selected }: NodeProps<DrawnNode>) {
  const { compared, title } = data;
  const { word, sign: Sign, tone } = STANDINGS[compared.standing];
  return (
    <div className={`graph-node diff-${compared.standing}${selected ? " selected" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Sign size={18} className={`tone-${tone}`} aria-hidden />
      <div className="grow">
        <div className="graph-title">
          <bdi>{title}</bdi>
        </div>
        <div className="small quiet graph-line">
          <span>{compared.node.type}</span>
          {compared.standing !== "same" && <span className={`tone-${tone}`}>{compared.from === undefined ? word : "Renamed"}</span>}
        </div>
      </div>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
