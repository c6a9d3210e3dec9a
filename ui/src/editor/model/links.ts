/** What leads where in a definition. */
import { asObject, asText } from "../../api/exactJson";
import type { Definition, DefinitionNode } from "../../api/types";
import { linksOf, type Bond } from "../../graph/linksOf";
import { ROOT } from "./ids";

/** The ways out that a node chooses among; none when there is only one. */
export type BranchesOf = (node: DefinitionNode) => string[];

/** `switch` names its branches itself; of others the catalogue knows them. */
export function branchesIn(node: DefinitionNode, known: string[]): string[] {
  if (node.type !== "switch") return known;
  const cases = asObject(node.payload)["cases"];
  const named = (Array.isArray(cases) ? cases : []).map((each) => asText(asObject(each)["branch"])).filter((branch) => branch !== undefined && branch !== "") as string[];
  return [...new Set([...named, ...known])];
}

export function parentsOf(definition: Definition, id: string): string[] {
  return Object.keys(definition.nodes).filter((name) => definition.nodes[name]?.children?.includes(id));
}

/** All that leads to a node: what it may read, but for what may have been skipped. Itself only in a circle. */
export function before(definition: Definition, id: string): Set<string> {
  const above = new Map<string, string[]>();
  for (const { from, to } of linksOf(definition)) above.set(to, [...(above.get(to) ?? []), from]);
  return reach(id, (at) => above.get(at) ?? []);
}

/** The loops in whose body a node is, the innermost first. */
export function loopsAround(definition: Definition, id: string): string[] {
  const { nodes } = definition;
  const next = (at: string) => [...(nodes[at]?.children ?? []), ...(nodes[at]?.loopBody ?? [])];
  const bodies = Object.entries(nodes)
    .filter(([, node]) => (node.loopBody?.length ?? 0) > 0)
    .map(([loop, node]) => ({ loop, body: new Set((node.loopBody ?? []).flatMap((first) => [first, ...reach(first, next)])) }));
  // The body of an inner loop is the smaller one.
  return bodies.filter(({ body }) => body.has(id)).sort((one, other) => one.body.size - other.body.size).map(({ loop }) => loop);
}

function reach(id: string, next: (at: string) => string[]): Set<string> {
  const found = new Set<string>();
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const further of next(at)) {
      if (found.has(further)) continue;
      found.add(further);
      open.push(further);
    }
  }
  return found;
}

/** Why a node cannot lead to another, or nothing. `above` is all that leads to the first. */
export function linkFault(definition: Definition, from: string, to: string, bond: Bond, above = before(definition, from)): string | undefined {
  const [source, target] = [definition.nodes[from], definition.nodes[to]];
  if (!source || !target) return "There is no such node";
  if (to === ROOT) return "Nothing leads to the trigger: it begins the run";
  if (from === to) return "A node cannot follow itself";
  if (bond === "loop" && source.type !== "for-each") return "Only for-each has a body";
  if (bond === "undo" && from === ROOT) return "The trigger does nothing that could be undone";
  const isThere = { child: source.children?.includes(to), loop: source.loopBody?.includes(to), undo: source.compensatedBy === to, fallback: false }[bond];
  if (isThere) return `“${from}” leads to “${to}” already`;
  if (above.has(to)) return `“${to}” leads to “${from}”: they would follow one another in a circle`;
  return undefined;
}

/** The nodes to which one may be made to lead. */
export function goalsOf(definition: Definition, from: string, bond: Bond): string[] {
  const above = before(definition, from);
  return Object.keys(definition.nodes).filter((to) => linkFault(definition, from, to, bond, above) === undefined);
}
