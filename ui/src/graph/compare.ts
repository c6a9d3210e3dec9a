/** What changed from one definition to another, as one graph that holds both. */
import { isObject, writeJson, type Json } from "../api/exactJson";
import type { Definition, DefinitionNode } from "../api/types";
import { keyOf, linksOf, type DefinedLink } from "./linksOf";

export type Standing = "added" | "removed" | "changed" | "same";
/** A value that is another one; where it was not, or is not, that side is left out. */
export type Difference = { path: string; before?: Json | undefined; after?: Json | undefined };
export type ComparedNode = {
  id: string;
  standing: Standing;
  /** What it was called before. */
  from?: string;
  node: DefinitionNode;
  differences: Difference[];
};
export type ComparedLink = { link: DefinedLink; standing: Standing; /** On which branch it was. */ was?: string | undefined };
export type Comparison = { nodes: ComparedNode[]; links: ComparedLink[]; settings: Difference[] };

/** How nodes lead to one another is told by lines, not by settings. */
const LEADS = new Set(["children", "loopBody", "compensatedBy"]);

export function compare(before: Definition, after: Definition): Comparison {
  const names = renamed(before, after);
  const old = new Map([...names].map(([from, to]) => [to, from]));
  const now = Object.entries(after.nodes).map(([id, node]): ComparedNode => {
    const from = old.get(id);
    const was = before.nodes[from ?? id];
    if (!was) return { id, standing: "added", node, differences: [] };
    const differences = differencesOf(ownOf(was), ownOf(node));
    return { id, standing: from !== undefined || differences.length > 0 ? "changed" : "same", node, differences, ...(from !== undefined && { from }) };
  });
  const gone = Object.entries(before.nodes)
    .filter(([id]) => !after.nodes[id] && !names.has(id))
    .map(([id, node]): ComparedNode => ({ id, standing: "removed", node, differences: [] }));
  return { nodes: [...now, ...gone], links: linksBetween(before, after, names), settings: differencesOf(settingsOf(before), settingsOf(after)) };
}

function linksBetween(before: Definition, after: Definition, names: ReadonlyMap<string, string>): ComparedLink[] {
  const named = (id: string) => names.get(id) ?? id;
  const was = new Map(linksOf(before).map((link) => ({ ...link, from: named(link.from), to: named(link.to) })).map((link) => [keyOf(link), link]));
  const is = new Map(linksOf(after).map((link) => [keyOf(link), link]));
  const now = [...is].map(([key, link]): ComparedLink => {
    const old = was.get(key);
    if (!old) return { link, standing: "added" };
    return old.branch === link.branch ? { link, standing: "same" } : { link, standing: "changed", was: old.branch };
  });
  return [...now, ...[...was].filter(([key]) => !is.has(key)).map(([, link]): ComparedLink => ({ link, standing: "removed" }))];
}

/** Nodes that went and came with the same content were renamed, where only one can be meant. */
function renamed(before: Definition, after: Definition): Map<string, string> {
  const gone = byContent(before, after);
  const come = byContent(after, before);
  const pairs = [...gone].flatMap(([content, [from, ...others]]) => {
    const [to, ...more] = come.get(content) ?? [];
    return from !== undefined && to !== undefined && others.length === 0 && more.length === 0 ? [[from, to] as const] : [];
  });
  return new Map(pairs);
}

function byContent(of: Definition, other: Definition): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [id, node] of Object.entries(of.nodes)) {
    if (other.nodes[id]) continue;
    const content = writeJson(ownOf(node));
    found.set(content, [...(found.get(content) ?? []), id]);
  }
  return found;
}

function ownOf(node: DefinitionNode): Json {
  return Object.fromEntries(Object.entries(node).filter((entry): entry is [string, Json] => !LEADS.has(entry[0]) && entry[1] !== undefined));
}

function settingsOf(definition: Definition): Json {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => name !== "nodes")) as Json;
}

/** The places at which two values differ, as JSON pointers. */
function differencesOf(before: Json | undefined, after: Json | undefined, path = ""): Difference[] {
  if (writeJson(before) === writeJson(after)) return [];
  const below = (name: string) => `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => differencesOf(before[name], after[name], below(name)));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((value, index) => differencesOf(value, after[index], below(String(index))));
  }
  return [{ path, before, after }];
}
