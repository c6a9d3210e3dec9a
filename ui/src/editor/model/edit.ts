/** Changes of a definition. Each gives a new one, and leaves what it was given as it is. */
import { asObject, asText, isObject, type Json, type JsonObject } from "../../api/exactJson";
import type { Definition, DefinitionNode } from "../../api/types";
import type { Bond, DefinedLink } from "../../graph/linksOf";
import { canvasOf } from "../../graph/canvasOf";
import { renameInCanvas, withoutGone } from "./canvas";
import { freeId, ROOT } from "./ids";
import { renameInValue, type Names } from "./expressions";
import { linkFault, parentsOf, type BranchesOf } from "./links";

export type Made = { definition: Definition; id: string };
/** Where a new node stands: behind a node, on one of its branches where it has some, or in its loop. */
export type Place = { after: string; bond?: "child" | "loop"; branch?: string | undefined };

export function withNodes(definition: Definition, nodes: Record<string, DefinitionNode>): Definition {
  return { ...definition, nodes };
}

export function setNode(definition: Definition, id: string, change: Partial<DefinitionNode>): Definition {
  const node = definition.nodes[id];
  if (!node) return definition;
  return withNodes(definition, { ...definition.nodes, [id]: tidy({ ...node, ...change }) });
}

/** A node without fields that say nothing. */
function tidy(node: Partial<DefinitionNode>): DefinitionNode {
  const isEmpty = (name: string, value: unknown) => value === undefined || ((name === "children" || name === "loopBody") && Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(node).filter(([name, value]) => !isEmpty(name, value))) as DefinitionNode;
}

/** A new node behind another one; without a place it is the trigger of an empty definition, or stands alone. */
export function add(definition: Definition, node: DefinitionNode, place: Place | undefined): Made {
  const isFirst = definition.nodes[ROOT] === undefined && place === undefined;
  const id = isFirst ? ROOT : freeId(node.type, (name) => name in definition.nodes || name === ROOT);
  const made = tidy({ ...node, branch: place?.branch });
  const whole = withNodes(definition, isFirst ? { [id]: made, ...definition.nodes } : { ...definition.nodes, [id]: made });
  return { definition: place ? lead(whole, place.after, id, place.bond ?? "child") : whole, id };
}

/** A new node in the middle of a link. What followed follows still; the branch is now the new node's. */
export function insertBetween(definition: Definition, link: DefinedLink, node: DefinitionNode, branchesOf: BranchesOf): Made {
  const { from, to, bond } = link;
  const field = bond === "loop" ? "loopBody" : "children";
  const [source, target] = [definition.nodes[from], definition.nodes[to]];
  const at = source?.[field]?.indexOf(to) ?? -1;
  if (!source || !target || at < 0) return add(definition, node, { after: from });
  const id = freeId(node.type, (name) => name in definition.nodes || name === ROOT);
  const chosen = bond === "child" && branchesOf(source).length > 0 ? target.branch : undefined;
  const nodes = {
    ...definition.nodes,
    [from]: { ...source, [field]: source[field]?.with(at, id) },
    [id]: tidy({ ...node, children: [to], branch: chosen }),
  };
  return { definition: withoutIdleBranch(withNodes(definition, nodes), to, branchesOf), id };
}

/** Takes nodes out. What followed one follows those that led to it, unless it chose among its followers: nobody chooses for it. */
export function remove(definition: Definition, ids: Iterable<string>, branchesOf: BranchesOf): Definition {
  let left = definition;
  for (const id of ids) left = removeOne(left, id, branchesOf);
  return withoutGone(left, definition);
}

function removeOne(definition: Definition, id: string, branchesOf: BranchesOf): Definition {
  const node = definition.nodes[id];
  if (!node || id === ROOT) return definition;
  const children = (node.children ?? []).filter((child) => definition.nodes[child]);
  const isChoice = branchesOf(node).length > 0 && new Set(children.map((child) => definition.nodes[child]?.branch)).size > 1;
  const heirs = isChoice ? [] : children;
  const chose = branchesOf(node).length > 0;
  const heal = (list: string[] | undefined) => list && [...new Set(list.flatMap((name) => (name === id ? heirs : [name])))];
  const isChild = parentsOf(definition, id).length > 0;
  const nodes = Object.fromEntries(
    Object.entries(definition.nodes)
      .filter(([name]) => name !== id)
      .map(([name, other]) => {
        const isHeir = isChild && heirs.includes(name);
        const branch = isHeir ? (chose ? node.branch : (other.branch ?? node.branch)) : other.branch;
        const change = { children: heal(other.children), loopBody: heal(other.loopBody), branch, compensatedBy: other.compensatedBy === id ? undefined : other.compensatedBy };
        return [name, tidy({ ...other, ...change, ...withoutFallback(other, id) })];
      }),
  );
  return children.reduce((whole, child) => withoutIdleBranch(whole, child, branchesOf), withNodes(definition, nodes));
}

/** A fallback that is gone is none: the run fails, as it does without a remedy. */
function withoutFallback(node: DefinitionNode, id: string): Partial<DefinitionNode> {
  const remedy = node["onFailure"];
  if (!isObject(remedy)) return {};
  const handlers = Array.isArray(remedy["handlers"]) ? remedy["handlers"] : undefined;
  const kept = handlers?.filter((handler) => asText(asObject(handler)["node"]) !== id);
  const isOwn = remedy["node"] === id;
  if (!isOwn && kept?.length === handlers?.length) return {};
  const rest = Object.entries(remedy).filter(([name]) => name !== "handlers" && !(isOwn && name === "node"));
  const left: JsonObject = { ...Object.fromEntries(rest), ...(isOwn && { action: "stop" }), ...(kept && kept.length > 0 && { handlers: kept }) };
  return { onFailure: left["action"] === "stop" && !left["handlers"] ? undefined : left } as Partial<DefinitionNode>;
}

function lead(definition: Definition, from: string, to: string, bond: Bond): Definition {
  const node = definition.nodes[from];
  if (!node) return definition;
  if (bond === "child") return setNode(definition, from, { children: [...(node.children ?? []), to] });
  if (bond === "loop") return setNode(definition, from, { loopBody: [...(node.loopBody ?? []), to] });
  if (bond === "undo") return setNode(definition, from, { compensatedBy: to });
  return setNode(definition, from, { onFailure: { ...asObject(node["onFailure"]), action: "fallback", node: to } });
}

/** Lets a node lead to another. The trigger is led to by nothing, and nothing leads in a circle: then it stays as it is. */
export function connect(definition: Definition, from: string, to: string, bond: Bond = "child", branch?: string): Definition {
  if (linkFault(definition, from, to, bond) !== undefined) return definition;
  const led = lead(definition, from, to, bond);
  return branch === undefined ? led : setNode(led, to, { branch });
}

export function disconnect(definition: Definition, link: Pick<DefinedLink, "from" | "to" | "bond">, branchesOf: BranchesOf): Definition {
  const node = definition.nodes[link.from];
  if (!node) return definition;
  const without = (list: string[] | undefined) => list?.filter((name) => name !== link.to);
  if (link.bond === "undo") return setNode(definition, link.from, { compensatedBy: undefined });
  if (link.bond === "fallback") return setNode(definition, link.from, withoutFallback(node, link.to));
  const change = link.bond === "loop" ? { loopBody: without(node.loopBody) } : { children: without(node.children) };
  return withoutIdleBranch(setNode(definition, link.from, change), link.to, branchesOf);
}

/** A branch that no parent chooses any more is left out. */
function withoutIdleBranch(definition: Definition, id: string, branchesOf: BranchesOf): Definition {
  const node = definition.nodes[id];
  if (node?.branch === undefined) return definition;
  const isChosen = parentsOf(definition, id).some((parent) => {
    const above = definition.nodes[parent];
    return above !== undefined && branchesOf(above).length > 0;
  });
  return isChosen ? definition : setNode(definition, id, { branch: undefined });
}

/** Other names for nodes, everywhere: in links, in expressions, in what the workflow emits. */
function renameAll(definition: Definition, names: Names): Definition {
  const { nodes, ...rest } = definition;
  const renamed = Object.entries(nodes).map(([id, node]) => [names.get(id) ?? id, renameInNode(node, names)] as const);
  const whole = { ...renameInValue(rest as JsonObject, names), nodes: Object.fromEntries(renamed) } as Definition;
  return renameInCanvas(whole, canvasOf(definition), names);
}

export function renameInNode(node: DefinitionNode, names: Names): DefinitionNode {
  const named = (list: string[] | undefined) => list?.map((name) => names.get(name) ?? name);
  const written = { ...(node.payload && { payload: renameInValue(node.payload, names) }) };
  return tidy({
    ...node,
    ...written,
    children: named(node.children),
    loopBody: named(node.loopBody),
    compensatedBy: node.compensatedBy && (names.get(node.compensatedBy) ?? node.compensatedBy),
    ...(isObject(node["onFailure"]) && { onFailure: renameRemedy(node["onFailure"], names) }),
  });
}

function renameRemedy(remedy: JsonObject, names: Names): JsonObject {
  const one = (each: Json): JsonObject => {
    const fields = asObject(each);
    const target = asText(fields["node"]);
    return target === undefined ? fields : { ...fields, node: names.get(target) ?? target };
  };
  const handlers = remedy["handlers"];
  return { ...one(remedy), ...(Array.isArray(handlers) && { handlers: handlers.map(one) }) };
}

/** Another name for one node. The trigger keeps its name. */
export function rename(definition: Definition, from: string, to: string): Definition {
  if (from === to || from === ROOT || to in definition.nodes) return definition;
  return renameAll(definition, new Map([[from, to]]));
}
