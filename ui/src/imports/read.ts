/** What files hold: workflows in the forms in which they are exported, applied, and written by hand. */
import { asObject, asText, asTexts, isObject, parseJson, type Json, type JsonObject } from "../api/exactJson";

export type Found = {
  /** Its place among the files, for people. */
  from: string;
  name: string;
  description: string | undefined;
  tags: string[];
  limits: JsonObject | undefined;
  definition: JsonObject;
};
export type Read = { found: Found[]; faults: { from: string; why: string }[] };

/** A file larger than this is no workflow. */
export const LARGEST = 4 * 1024 * 1024;
/** So many workflows are taken at a time. */
export const MOST = 100;

/** A workflow, a list of them, or one on each line. */
export function readFile(from: string, text: string): Read {
  const values = valuesOf(text);
  if ("why" in values) return { found: [], faults: [{ from, why: values.why }] };
  const read: Read = { found: [], faults: [] };
  values.list.forEach((value, index) => {
    const place = values.list.length === 1 ? from : `${from}, ${index + 1}.`;
    const one = readOne(value, place);
    if ("why" in one) read.faults.push({ from: place, why: one.why });
    else read.found.push(one);
  });
  return read;
}

function valuesOf(text: string): { list: Json[] } | { why: string } {
  try {
    const value = parseJson(text);
    if (Array.isArray(value)) return { list: value };
    const within = asObject(value)["workflows"] ?? asObject(value)["items"];
    return { list: Array.isArray(within) ? within : [value] };
  } catch (error) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const rows = lines.map(tried);
    if (lines.length > 1 && rows.every((row) => row !== undefined)) return { list: rows };
    return { why: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function tried(line: string): JsonObject | undefined {
  try {
    const value = parseJson(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readOne(value: Json, from: string): Found | { why: string } {
  if (!isObject(value)) return { why: "This is no workflow: it is no JSON object" };
  const definition = isObject(value["definition"]) ? value["definition"] : value;
  if (!isObject(definition["nodes"])) return { why: whyNot(value) };
  if (definition["entry"] !== undefined && definition["result"] !== undefined) return { why: "This is a block, which is a part of a workflow. Blocks are made on their own page" };
  const tags = asTexts(value["tags"]);
  return {
    from,
    name: asText(value["name"]) ?? "",
    description: asText(value["description"]),
    tags,
    limits: isObject(value["limits"]) ? value["limits"] : undefined,
    definition,
  };
}

/** What a file is that is no workflow, where it can be told. */
function whyNot(value: JsonObject): string {
  if (Array.isArray(value["cases"])) return "This is a test of a workflow. Tests are kept in the editor, under “Test”";
  const isMonitor = value["match_conditions"] !== undefined || value["networks"] !== undefined || value["rpc_urls"] !== undefined || value["trigger_type"] !== undefined;
  if (isMonitor) return "This is of OpenZeppelin Monitor. Its folder of configuration becomes workflows by: chainkeel import openzeppelin-monitor config --apply";
  return "This is no workflow: it has no `nodes`";
}
