import { asObject, asText, ExactNumber, isObject, type Json, type JsonObject } from "../api/exactJson";
import { isRequired, type Schema } from "../forms/schema";

export const HOLDS = { string: "Text", number: "Exact number", integer: "Whole number", boolean: "Yes or no", instant: "A moment", enum: "One of some", json: "Any JSON" } as const;
export type Holds = keyof typeof HOLDS;
export type Column = { name: string; holds: Holds; schema: JsonObject; isRequired: boolean };

/** What every row has besides. */
export const OWN = ["version", "created_at", "updated_at"];

export function columnsOf(schema: Json | undefined): Column[] {
  const whole = asObject(schema);
  return Object.entries(asObject(whole["properties"])).map(([name, part]) => ({ name, holds: holdsOf(asObject(part)), schema: asObject(part), isRequired: isRequired(whole, name) }));
}

function holdsOf(column: Schema): Holds {
  if (Array.isArray(column["enum"])) return "enum";
  switch (column["type"]) {
    case "string":
      return column["format"] === "date-time" ? "instant" : "string";
    case "number":
    case "integer":
    case "boolean":
      return column["type"];
    default:
      return "json";
  }
}

const DECIMAL = "^-?\\d{1,50}(\\.\\d{1,50})?$";

/** The form of a row. Exact numbers are put in as they are written, so that no digit is lost. */
export function formOf(columns: Column[]): Schema {
  const part = ({ schema, holds }: Column): Schema => {
    const { unique, references, minimum, maximum, ...rest } = schema;
    const bounds = [minimum !== undefined && `at least ${String(minimum)}`, maximum !== undefined && `at most ${String(maximum)}`].filter(Boolean).join(", ");
    const says = [asText(schema["description"]), unique === true && "No two rows have the same.", typeof references === "string" && `The id of a row of ${references}.`, holds === "number" && bounds && `It is ${bounds}.`];
    const description = says.filter(Boolean).join(" ");
    const told: Schema = description ? { description } : {};
    if (holds === "number") return { type: "string", pattern: DECIMAL, ...told, ...(rest["default"] !== undefined && { default: String(rest["default"]) }) };
    return { ...rest, ...told, ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  };
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(columns.map((column) => [column.name, part(column)])),
    required: columns.filter((column) => column.isRequired).map(({ name }) => name),
  };
}

/** A row as its form shows it: what is not there is left out, and exact numbers are texts. */
export function toForm(columns: Column[], row: JsonObject): JsonObject {
  const there = columns.filter(({ name }) => row[name] !== null && row[name] !== undefined);
  return Object.fromEntries(there.map(({ name, holds }) => [name, holds === "number" ? String(row[name]) : (row[name] ?? null)]));
}

/** What a form gave, as a row is written: what was emptied is no value. */
export function fromForm(columns: Column[], value: Json | undefined, isNew: boolean): JsonObject {
  const given = asObject(value);
  const isEmpty = (part: Json | undefined) => part === undefined || part === "";
  const named = columns.filter(({ name, holds }) => !(isNew && isEmpty(given[name])) || (holds === "string" && given[name] === "" && !isNew));
  return Object.fromEntries(named.map(({ name, holds }) => [name, isEmpty(given[name]) && !(holds === "string" && given[name] === "") ? null : (given[name] ?? null)]));
}

/** A value of a filter as its column has it. */
export function valueFor(column: Column | undefined, text: string): Json {
  if (column === undefined || text === "") return text === "" ? null : text;
  if (column.holds === "boolean") return text === "true";
  if (column.holds === "integer" && /^-?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : new ExactNumber(text);
  return text;
}

export function rowOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
