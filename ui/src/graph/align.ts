/** What is published is written with all its defaults, a draft as its author wrote it. Here one is told in the terms of the other. */
import { asObject, asObjects, asText, isObject, writeJson, type Json, type JsonObject } from "../api/exactJson";
import type { Definition, DefinitionNode } from "../api/types";

/** Lines lead elsewhere without being told among the values. */
const LEADS = new Set(["/children", "/loopBody", "/compensatedBy"]);
type IsTold = (path: string) => boolean;

/** The later definition, with all that the server does not call a change written as in the earlier one. */
export function align(before: Definition, after: Definition, diff: JsonObject): Definition {
  const told = new Map(asObjects(diff["nodes"]).map((node) => [asText(node["node"]) ?? "", node]));
  const nodes = Object.entries(after.nodes).map(([id, node]): [string, DefinitionNode] => {
    const change = told.get(id);
    const was = before.nodes[asText(change?.["from"]) ?? id];
    return [id, was ? (inTerms(was as Json, node as Json, among(asObjects(change?.["values"]))) as DefinitionNode) : node];
  });
  const rest = (definition: Definition) => Object.fromEntries(Object.entries(definition).filter(([name]) => name !== "nodes")) as Json;
  const ordered = [...Object.keys(before.nodes), ...Object.keys(after.nodes)];
  nodes.sort(([one], [other]) => ordered.indexOf(one) - ordered.indexOf(other));
  return { ...asObject(inTerms(rest(before), rest(after), among(asObjects(diff["settings"])))), nodes: Object.fromEntries(nodes) } as Definition;
}

/** Whether a place is one that is told, has one below it, or lies below one. */
function among(values: JsonObject[]): IsTold {
  const paths = values.map(({ path }) => asText(path) ?? "");
  return (at) => [...LEADS, ...paths].some((path) => path === at || path.startsWith(`${at}/`) || at.startsWith(`${path}/`));
}

function inTerms(before: Json, after: Json, isTold: IsTold, path = ""): Json {
  if (path !== "" && !isTold(path)) return before;
  if (!isObject(before) || !isObject(after)) return writeJson(before) === writeJson(after) ? before : after;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const entries = names.flatMap((name): [string, Json][] => {
    const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const [was, is] = [before[name], after[name]];
    if (was === undefined || is === undefined) {
      const kept = isTold(at) ? is : was;
      return kept === undefined ? [] : [[name, kept]];
    }
    return [[name, inTerms(was, is, isTold, at)]];
  });
  return Object.fromEntries(entries);
}
