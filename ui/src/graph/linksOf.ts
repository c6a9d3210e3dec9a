import type { Definition } from "../api/types";
import type { Link } from "./layout";

export type Bond = "child" | "loop" | "undo";
export type DefinedLink = Link & { bond: Bond; branch: string | undefined };

/** How the nodes of a definition lead to one another. */
export function linksOf(definition: Definition): DefinedLink[] {
  const { nodes } = definition;
  return Object.entries(nodes).flatMap(([from, node]) => [
    ...(node.children ?? []).map((to) => ({ from, to, bond: "child" as const, branch: nodes[to]?.branch })),
    ...(node.loopBody ?? []).map((to) => ({ from, to, bond: "loop" as const, branch: undefined })),
    ...(node.compensatedBy ? [{ from, to: node.compensatedBy, bond: "undo" as const, branch: undefined }] : []),
  ]);
}
