/** JSON Schemas, as far as a form has to understand them. The server judges by all of them. */
import { asObject, asText, isObject, type Json, type JsonObject } from "../api/exactJson";

export type Schema = JsonObject;
export type Kind =
  | "const"
  | "enum"
  | "boolean"
  | "string"
  | "text"
  | "number"
  | "integer"
  | "instant"
  | "object"
  | "map"
  | "array"
  | "variants"
  | "null"
  | "any";

/** A schema of its document: references are followed, and what `allOf` adds is put together. */
export function resolve(schema: Json | undefined, root: Schema): Schema {
  let own = asObject(schema);
  for (let hops = 0; typeof own["$ref"] === "string" && hops < 20; hops += 1) {
    const { $ref, ...beside } = own;
    own = { ...asObject(lookUp(asText($ref) ?? "", root)), ...beside };
  }
  const parts = Array.isArray(own["allOf"]) ? own["allOf"] : [];
  return parts.reduce<Schema>((whole, part) => merge(whole, resolve(part, root)), own);
}

function lookUp(reference: string, root: Schema): Json | undefined {
  if (!reference.startsWith("#")) return undefined;
  const names = reference.slice(1).split("/").filter(Boolean);
  return names.reduce<Json | undefined>((at, name) => asObject(at)[name.replaceAll("~1", "/").replaceAll("~0", "~")], root);
}

function merge(one: Schema, other: Schema): Schema {
  const required = [...listOf(one["required"]), ...listOf(other["required"])];
  return {
    ...other,
    ...one,
    properties: { ...asObject(other["properties"]), ...asObject(one["properties"]) },
    ...(required.length > 0 && { required }),
  };
}

export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

export function typesOf(schema: Schema): string[] {
  const type = schema["type"];
  if (typeof type === "string") return [type];
  return listOf(type).filter((name) => typeof name === "string");
}

/** With what a value of this schema is put in. */
export function kindOf(schema: Schema): Kind {
  if ("const" in schema) return "const";
  if (Array.isArray(schema["enum"])) return "enum";
  const types = typesOf(schema).filter((type) => type !== "null");
  const hasVariants = variantsOf(schema).length > 1;
  if (types.length === 0 && isObject(schema["properties"])) types.push("object");
  if (types.length === 0 && schema["items"] !== undefined) types.push("array");
  if (hasVariants && !isObject(schema["properties"])) return "variants";
  if (types.length > 1) return "any";
  switch (types[0]) {
    case "boolean":
      return "boolean";
    case "integer":
      return "integer";
    case "number":
      return "number";
    case "array":
      return schema["items"] === undefined || schema["items"] === true ? "any" : "array";
    case "object":
      if (Object.keys(asObject(schema["properties"])).length > 0) return "object";
      return isObject(schema["additionalProperties"]) ? "map" : "any";
    case "string":
      if (schema["format"] === "date-time") return "instant";
      return isLong(schema) ? "text" : "string";
    default:
      return typesOf(schema).includes("null") ? "null" : "any";
  }
}

/** The schemas of which one is meant, without the one that means nothing. */
export function variantsOf(schema: Schema): Schema[] {
  const list = listOf(schema["oneOf"]).concat(listOf(schema["anyOf"])).filter(isObject);
  // Those that only ask for fields say nothing about what is put in.
  const saying = list.filter((variant) => Object.keys(variant).some((name) => !["required", "not", "description"].includes(name)));
  return saying.filter((variant) => variant["type"] !== "null");
}

/** A text that is likely to have several lines. */
function isLong(schema: Schema): boolean {
  if (schema["writeOnly"] === true || schema["pattern"] !== undefined || schema["format"] !== undefined) return false;
  return Number(schema["maxLength"] ?? 0) > 300;
}

export function isRequired(schema: Schema, name: string): boolean {
  return listOf(schema["required"]).includes(name);
}

/** `deadlineMs` becomes “Deadline ms”, where the schema has no title. */
export function labelOf(schema: Schema, name: string): string {
  const title = asText(schema["title"]);
  if (title) return title;
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

export function hintOf(schema: Schema): string | undefined {
  return asText(schema["description"])?.replaceAll("`", "");
}

export function exampleOf(schema: Schema): string | undefined {
  const example = listOf(schema["examples"])[0] ?? schema["default"];
  if (example === undefined || isObject(example) || Array.isArray(example)) return undefined;
  return String(example);
}

/** What a new value begins with. */
export function blankOf(schema: Schema, root: Schema): Json {
  const own = resolve(schema, root);
  if (own["default"] !== undefined) return own["default"];
  switch (kindOf(own)) {
    case "const":
      return own["const"] ?? null;
    case "enum":
      return listOf(own["enum"])[0] ?? null;
    case "boolean":
      return false;
    case "object": {
      const required = Object.entries(asObject(own["properties"])).filter(([name]) => isRequired(own, name));
      return Object.fromEntries(required.map(([name, part]) => [name, blankOf(asObject(part), root)]));
    }
    case "map":
      return {};
    case "array":
      return [];
    case "variants":
      return blankOf(variantsOf(own)[0] ?? {}, root);
    case "null":
      return null;
    case "any":
      return typesOf(own).includes("object") ? {} : typesOf(own).includes("array") ? [] : "";
    case "number":
    case "integer":
    case "string":
    case "text":
    case "instant":
      return "";
  }
}

/** A value of a node that is worked out when the node runs. */
export function isExpression(value: Json | undefined): boolean {
  return typeof value === "string" && value.includes("{{");
}
