/** Nodes as text: what is copied is a part of a definition, and can be read and written by hand. */
import { asObject, isObject, parseJson, writeJson, type Json, type JsonObject } from "../../api/exactJson";
import type { Definition, DefinitionNode } from "../../api/types";
import { CANVAS, canvasOf, type CanvasOf } from "../../graph/canvasOf";
import { isDrawable, linksOf } from "../../graph/linksOf";
import { canvasJson, partOfCanvas } from "./canvas";
import { connect, renameInNode, setNode, withNodes } from "./edit";
import { freeId, isWellFormed, ROOT } from "./ids";
import { linkFault, parentsOf, type BranchesOf } from "./links";

type Pasted = { definition: Definition; ids: string[] };

/** The nodes, with what leads from one of them to another, and the notes. The trigger is not copied: there is one. */
export function copy(definition: Definition, ids: Iterable<string>, notes: Iterable<string> = []): string {
  const nodes = partOf(definition, ids);
  return writeJson({ nodes, ...canvasJson(partOfCanvas(definition, new Set(Object.keys(nodes)), new Set(notes))) }, 2);
}

/** The groups and notes that such a text holds. They may stand beside its nodes, or beside those that are there. */
export function readCanvas(text: string, nodes: Record<string, DefinitionNode>): CanvasOf {
  const read = readObject(text);
  const inner = isObject(read?.["definition"]) ? read["definition"] : read;
  const kept = inner?.["frames"] || inner?.["notes"] ? { frames: inner["frames"] ?? [], notes: inner["notes"] ?? [] } : asObject(inner?.["props"])[CANVAS];
  return canvasOf({ nodes, ...(kept !== undefined && { props: { [CANVAS]: kept } }) } as Definition);
}

function readObject(text: string): JsonObject | undefined {
  try {
    const read = parseJson(text);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function partOf(definition: Definition, ids: Iterable<string>): Record<string, DefinitionNode> {
  const chosen = new Set([...ids].filter((id) => id !== ROOT && definition.nodes[id]));
  return Object.fromEntries([...chosen].map((id) => [id, within(definition.nodes[id] as DefinitionNode, chosen)]));
}

/** A node without links to what is not there. */
function within(node: DefinitionNode, there: ReadonlySet<string>): DefinitionNode {
  const kept = (list: string[] | undefined) => list?.filter((name) => there.has(name));
  const { children, loopBody, compensatedBy, onFailure, ...rest } = node;
  const isWhole = JSON.stringify(namesOfRemedy(onFailure)) === JSON.stringify(namesOfRemedy(onFailure).filter((name) => there.has(name)));
  return {
    ...rest,
    ...(kept(children)?.length && { children: kept(children) }),
    ...(kept(loopBody)?.length && { loopBody: kept(loopBody) }),
    ...(compensatedBy && there.has(compensatedBy) && { compensatedBy }),
    ...(onFailure !== undefined && isWhole && { onFailure }),
  } as DefinitionNode;
}

function namesOfRemedy(onFailure: Json | undefined): string[] {
  const node = { type: "", ...(onFailure !== undefined && { onFailure }) };
  return linksOf({ nodes: { node } }).filter(({ bond }) => bond === "fallback").map(({ to }) => to);
}

/** The nodes that a text holds: some that were copied, or a whole definition. None when it holds no nodes. */
export function readNodes(text: string): Record<string, DefinitionNode> | undefined {
  const read = readObject(text);
  if (!read) return undefined;
  const inner = isObject(read["definition"]) ? read["definition"] : read;
  const definition = inner as Definition;
  if (!isDrawable(definition) || !Object.keys(definition.nodes).every(isWellFormed)) return undefined;
  const ids = Object.keys(definition.nodes).filter((id) => id !== ROOT);
  return ids.length > 0 ? partOf(definition, ids) : undefined;
}

/** Nodes beside those that are there, under names that are free; behind a node, those that nothing among them leads to. */
export function paste(definition: Definition, nodes: Record<string, DefinitionNode>, after: string | undefined, branchesOf: BranchesOf): Pasted {
  const names = new Map<string, string>();
  const taken = new Set(Object.keys(definition.nodes).concat(ROOT));
  for (const id of Object.keys(nodes)) {
    const free = freeId(id, (name) => taken.has(name));
    taken.add(free);
    names.set(id, free);
  }
  const renamed = Object.fromEntries(Object.entries(nodes).map(([id, node]) => [names.get(id) ?? id, renameInNode(node, names)]));
  let whole = withNodes(definition, { ...definition.nodes, ...renamed });
  const led = new Set(linksOf(withNodes(definition, renamed)).map(({ to }) => to));
  for (const id of Object.keys(renamed)) {
    if (led.has(id)) continue;
    const above = after === undefined ? undefined : definition.nodes[after];
    const branch = renamed[id]?.branch;
    const isOffered = above !== undefined && branch !== undefined && branchesOf(above).includes(branch);
    if (branch !== undefined && !isOffered) whole = setNode(whole, id, { branch: undefined });
    if (after !== undefined) whole = connect(whole, after, id);
  }
  return { definition: whole, ids: [...names.values()] };
}

/** The same nodes once more, beside the ones that they are copies of: led to by what leads to those. */
export function duplicate(definition: Definition, ids: string[], branchesOf: BranchesOf): Pasted {
  const nodes = partOf(definition, ids);
  const originals = Object.keys(nodes);
  const made = paste(definition, nodes, undefined, branchesOf);
  let whole = made.definition;
  originals.forEach((id, index) => {
    const twin = made.ids[index];
    if (twin === undefined) return;
    for (const parent of parentsOf(definition, id)) {
      if (originals.includes(parent) || linkFault(whole, parent, twin, "child") !== undefined) continue;
      whole = connect(whole, parent, twin, "child", nodes[id]?.branch);
    }
    for (const [loop, node] of Object.entries(definition.nodes)) {
      if (node.loopBody?.includes(id) && !originals.includes(loop)) whole = connect(whole, loop, twin, "loop");
    }
  });
  return { definition: whole, ids: made.ids };
}
