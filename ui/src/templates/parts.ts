/** What of a definition becomes a template or a block. */
import { asText, asTexts, isObject, parseJson, type Json, type JsonObject } from "../api/exactJson";

/** A definition without the ids of connectors: whoever uses it has others. */
export function withoutConnectors(definition: JsonObject): { definition: JsonObject; left: number } {
  if (!isObject(definition["nodes"])) return { definition, left: 0 };
  let left = 0;
  const nodes = Object.fromEntries(
    Object.entries(definition["nodes"]).map(([id, node]): [string, Json] => {
      if (!isObject(node) || !isObject(node["connector"]) || asText(node["connector"]["id"]) === undefined) return [id, node];
      left += 1;
      const connector = Object.fromEntries(Object.entries(node["connector"]).filter(([name]) => name !== "id"));
      return [id, { ...node, connector }];
    }),
  );
  return { definition: { ...definition, nodes }, left };
}

/** What the chosen nodes make as a block: they, the one that it begins with, and the one whose result is its own. */
export function blockOf(copied: string): { definition: JsonObject; fault: string | undefined } {
  const nodes = (parseJson(copied) as JsonObject)["nodes"] as JsonObject;
  const led = new Set(Object.values(nodes).flatMap((node) => (isObject(node) ? [...asTexts(node["children"]), ...asTexts(node["loopBody"])] : [])));
  const entries = Object.keys(nodes).filter((id) => !led.has(id));
  const leaves = Object.entries(nodes).filter(([, node]) => isObject(node) && asTexts(node["children"]).length === 0).map(([id]) => id);
  const fault = entries.length === 1 ? undefined : `A block begins with one node, and ${entries.length} of those that are chosen are led to by none of them: ${entries.join(", ")}`;
  return { definition: { nodes, entry: entries[0] ?? "", result: leaves.at(-1) ?? entries[0] ?? "" }, fault };
}


