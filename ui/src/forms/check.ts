/** What can be told about a value before it is sent: the plain faults. All others the server tells. */
import { ExactNumber, isObject, isSame, writeJson, type Json } from "../api/exactJson";
import { isExpression, isRequired, kindOf, listOf, resolve, typesOf, variantsOf, type Schema } from "./schema";

export type Fault = { path: string; message: string };
type Options = { allowsExpressions: boolean };

export function check(schema: Schema, value: Json | undefined, root: Schema, options: Options, path = ""): Fault[] {
  const own = resolve(schema, root);
  if (value === undefined) return [];
  if (options.allowsExpressions && isExpression(value)) return [];
  const fault = (message: string): Fault[] => [{ path, message }];
  if ("const" in own && !isSame(own["const"], value)) return fault(`must be ${writeJson(own["const"])}`);
  const allowed = listOf(own["enum"]);
  if (allowed.length > 0 && !allowed.some((choice) => isSame(choice, value))) return fault(`must be one of ${allowed.map(String).join(", ")}`);
  const types = typesOf(own);
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return fault(`must be ${wordsOf(types)}`);
  const variants = variantsOf(own);
  if (kindOf(own) === "variants" && !variants.some((variant) => check(variant, value, root, options, path).length === 0)) {
    const nearest = variantOf(own, value, root, options);
    return check(variants[nearest] ?? {}, value, root, options, path);
  }
  if (typeof value === "string") return textFaults(own, value).map((message) => ({ path, message }));
  if (typeof value === "number" || value instanceof ExactNumber) return numberFaults(own, Number(String(value))).map((message) => ({ path, message }));
  if (Array.isArray(value)) return arrayFaults(own, value, root, options, path);
  if (isObject(value)) return objectFaults(own, value, root, options, path);
  return [];
}

/** Which variant a value is meant to be: the first that it fits, or that it comes nearest to. */
export function variantOf(schema: Schema, value: Json | undefined, root: Schema, options: Options): number {
  const variants = variantsOf(schema).map((variant) => resolve(variant, root));
  const faults = variants.map((variant) => (value === undefined ? 0 : check(variant, value, root, options).length));
  const fitting = faults.indexOf(0);
  if (fitting >= 0) return fitting;
  const sameType = variants.findIndex((variant) => typesOf(variant).some((type) => isOfType(value ?? null, type)));
  return Math.max(0, sameType >= 0 ? sameType : faults.indexOf(Math.min(...faults)));
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "number":
      return typeof value === "number" || value instanceof ExactNumber;
    case "integer":
      return typeof value === "number" ? Number.isInteger(value) : value instanceof ExactNumber && /^-?\d+$/.test(value.text);
    default:
      return true;
  }
}

function wordsOf(types: string[]): string {
  const words: Record<string, string> = { string: "a text", integer: "a whole number", number: "a number", boolean: "yes or no", array: "a list", object: "an object", null: "nothing" };
  return types.map((type) => words[type] ?? type).join(" or ");
}

function textFaults(schema: Schema, value: string): string[] {
  const faults: string[] = [];
  const [least, most] = [Number(schema["minLength"] ?? 0), Number(schema["maxLength"] ?? Infinity)];
  // JSON Schema counts characters, not the halves of which some are made.
  const length = [...value].length;
  if (length < least) faults.push(least === 1 ? "must not be empty" : `must have ${least} characters at least`);
  if (length > most) faults.push(`must have ${most} characters at most, and has ${length}`);
  const pattern = schema["pattern"];
  if (typeof pattern === "string" && faults.length === 0 && !fits(pattern, value)) faults.push(`must look like ${pattern}`);
  if (schema["format"] === "date-time" && Number.isNaN(Date.parse(value))) faults.push("must be a moment, as 2026-11-30T18:00:00Z");
  return faults;
}

function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // The server's patterns know forms that browsers do not.
    return true;
  }
}

function numberFaults(schema: Schema, value: number): string[] {
  const faults: string[] = [];
  const bound = (name: string) => (schema[name] === undefined ? undefined : Number(String(schema[name])));
  const [least, most, above, below] = [bound("minimum"), bound("maximum"), bound("exclusiveMinimum"), bound("exclusiveMaximum")];
  if (least !== undefined && value < least) faults.push(`must be ${least.toLocaleString()} at least`);
  if (most !== undefined && value > most) faults.push(`must be ${most.toLocaleString()} at most`);
  if (above !== undefined && value <= above) faults.push(`must be more than ${above.toLocaleString()}`);
  if (below !== undefined && value >= below) faults.push(`must be less than ${below.toLocaleString()}`);
  return faults;
}

function arrayFaults(schema: Schema, value: Json[], root: Schema, options: Options, path: string): Fault[] {
  const faults: Fault[] = [];
  const [least, most] = [Number(schema["minItems"] ?? 0), Number(schema["maxItems"] ?? Infinity)];
  if (value.length < least) faults.push({ path, message: `must have ${least} entries at least` });
  if (value.length > most) faults.push({ path, message: `must have ${most} entries at most` });
  const items = schema["items"];
  if (isObject(items)) value.forEach((item, index) => faults.push(...check(items, item, root, options, `${path}/${index}`)));
  return faults;
}

function objectFaults(schema: Schema, value: Record<string, Json>, root: Schema, options: Options, path: string): Fault[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const faults: Fault[] = [];
  for (const name of Object.keys(properties)) {
    if (isRequired(schema, name) && value[name] === undefined) faults.push({ path: pointer(path, name), message: "is required" });
  }
  for (const [name, part] of Object.entries(value)) {
    const known = properties[name];
    const others = schema["additionalProperties"];
    if (isObject(known)) faults.push(...check(known, part, root, options, pointer(path, name)));
    else if (known === undefined && isObject(others)) faults.push(...check(others, part, root, options, pointer(path, name)));
    else if (known === undefined && others === false) faults.push({ path: pointer(path, name), message: "is not known here" });
  }
  return faults;
}

export function pointer(path: string, name: string): string {
  return `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
