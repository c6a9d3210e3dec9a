import { BaseEdge, EdgeLabelRenderer, getBezierPath, type Edge, type EdgeProps } from "@xyflow/react";
import { Plus } from "lucide-react";
import { createContext, memo, use } from "react";
import type { DefinedLink } from "../graph/linksOf";

export type DrawnEdge = Edge<{ link: DefinedLink; word: string | undefined; mayInsert: boolean }, "link">;

/** What the “+” of a line does. */
export const InsertAt = createContext<(link: DefinedLink) => void>(() => undefined);

/** A line with its branch, and a “+” that puts a node into it. By keyboard that is the key b. */
export const EditorEdge = memo(function EditorEdge({ data, selected, markerEnd, ...line }: EdgeProps<DrawnEdge>) {
  const insertAt = use(InsertAt);
  const [path, x, y] = getBezierPath(line);
  if (!data) return null;
  const { link, word, mayInsert } = data;
  return (
    <>
      <BaseEdge path={path} {...(markerEnd && { markerEnd })} className={selected ? "selected" : ""} />
      <EdgeLabelRenderer>
        <div className="edge-tools nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
          {word && <bdi className="edge-word small">{word}</bdi>}
          {mayInsert && (
            <button type="button" className="edge-plus" tabIndex={-1} aria-label={`Insert a node between ${link.from} and ${link.to}`} onClick={() => insertAt(link)}>
              <Plus size={12} aria-hidden />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
