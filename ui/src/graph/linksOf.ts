import { asObject, asText, isObject } from "../api/exactJson";
import type { Definition, DefinitionNode } from "../api/types";
import type { Link } from "./layout";

export type Bond = "child" | "loop" | "undo" | "fallback";
export type DefinedLink = Link & { bond: Bond; branch: string | undefined };

/** Whether a draft has the shape of a graph. One that has not is edited as text. */
export function isDrawable(definition: Definition): boolean {
  const isNames = (value: unknown) => value === undefined || (Array.isArray(value) && value.every((name) => typeof name === "string"));
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  const { nodes } = definition as { nodes: unknown };
  return (
    isObject(nodes) &&
    Object.values(nodes).every(
      (node) =>
        isObject(node) &&
        typeof node["type"] === "string" &&
        [node["children"], node["loopBody"]].every(isNames) &&
        [node["title"], node["titleOverride"], node["branch"], node["compensatedBy"]].every(isText) &&
        (node["payload"] === undefined || isObject(node["payload"])),
    )
  );
}

/** How the nodes of a definition lead to one another. */
export function linksOf(definition: Definition): DefinedLink[] {
  const { nodes } = definition;
  return Object.entries(nodes).flatMap(([from, node]) => [
    ...(node.children ?? []).map((to) => ({ from, to, bond: "child" as const, branch: nodes[to]?.branch })),
    ...(node.loopBody ?? []).map((to) => ({ from, to, bond: "loop" as const, branch: undefined })),
    ...(node.compensatedBy ? [{ from, to: node.compensatedBy, bond: "undo" as const, branch: undefined }] : []),
    ...fallbacksOf(node).map((to) => ({ from, to, bond: "fallback" as const, branch: undefined })),
  ]);
}

/** The nodes that follow when a node has failed, each once. */
function fallbacksOf(node: DefinitionNode): string[] {
  const remedy = asObject(node["onFailure"]);
  const handlers = Array.isArray(remedy["handlers"]) ? remedy["handlers"].map(asObject) : [];
  const named = [remedy, ...handlers].map((each) => asText(each["node"])).filter((name) => name !== undefined);
  return [...new Set(named)];
}

export function keyOf(link: DefinedLink): string {
  return `${link.bond}:${link.from}:${link.to}`;
}

/** What stands beside the line of a link. */
export function wordOf(link: DefinedLink): string | undefined {
  if (link.bond === "child") return link.branch;
  return { loop: "each", undo: "undone by", fallback: "on failure" }[link.bond];
}
