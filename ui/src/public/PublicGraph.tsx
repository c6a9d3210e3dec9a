import { Wide } from "../common/Wide";
import { HEIGHT, layOut, WIDTH } from "../graph/layout";
import type { PublicWorkflow } from "./api";

type Node = PublicWorkflow["nodes"][number];
const EDGE = 16;
/** A graph of this width is made to fit a phone; a wider one is moved about. */
const SMALL = 600;

/** The graph of a public workflow, as a picture: nothing in it can be opened. */
export function PublicGraph({ nodes }: { nodes: Node[] }) {
  const links = nodes.flatMap((node) => node.children.map((to) => ({ from: node.id, to })));
  const spots = layOut(
    nodes.map(({ id }) => id),
    links,
  );
  const [right, bottom] = [...spots.values()].reduce(([x, y], spot) => [Math.max(x, spot.x + WIDTH), Math.max(y, spot.y + HEIGHT)], [0, 0]);
  const [width, height] = [right + 2 * EDGE, bottom + 2 * EDGE];
  const words = nodes.map((node) => `${node.title ?? node.id} (${node.type})`).join(", ");
  return (
    <Wide look="public-graph" label="The graph">
      <svg width={width} height={height} className={width <= SMALL ? "fits" : undefined} viewBox={`${-EDGE} ${-EDGE} ${width} ${height}`} role="img" aria-label={`Nodes: ${words}`}>
        {links.map(({ from, to }) => {
          const [one, other] = [spots.get(from), spots.get(to)];
          if (!one || !other) return null;
          const [x1, y1, x2, y2] = [one.x + WIDTH / 2, one.y + HEIGHT, other.x + WIDTH / 2, other.y];
          const middle = (y1 + y2) / 2;
          return <path key={`${from} ${to}`} className="public-link" d={`M ${x1} ${y1} C ${x1} ${middle}, ${x2} ${middle}, ${x2} ${y2}`} />;
        })}
        {nodes.map((node) => {
          const spot = spots.get(node.id);
          if (!spot) return null;
          return (
            <g key={node.id} transform={`translate(${spot.x} ${spot.y})`}>
              <title>{`${node.title ?? node.id} (${node.type})`}</title>
              <rect className="public-node" width={WIDTH} height={HEIGHT} rx={8} />
              <text className="public-name" x={14} y={26}>
                {cut(node.title ?? node.id)}
              </text>
              <text className="public-kind" x={14} y={44}>
                {cut(node.type)}
              </text>
            </g>
          );
        })}
      </svg>
    </Wide>
  );
}

function cut(text: string): string {
  return text.length > 26 ? `${text.slice(0, 25)}…` : text;
}
