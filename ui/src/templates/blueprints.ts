/** Templates, of which workflows are made, and blocks, of which parts of workflows are made. */
import { useQuery } from "@tanstack/react-query";
import { api, type Data } from "../api/client";
import { isObject, type Json, type JsonObject } from "../api/exactJson";
import { labelOf } from "../forms/schema";

export type Kind = "templates" | "blocks";
export const KINDS: Record<Kind, { one: string; many: string }> = { templates: { one: "template", many: "Templates" }, blocks: { one: "block", many: "Blocks" } };

export type Summary = Data<"/v1/templates">["items"][number];
export type Blueprint = Omit<Data<"/v1/templates/{id}">, "definition"> & { definition: JsonObject };
type Input = Blueprint["inputs"][number];

export const listOf = (kind: Kind, cursor?: string) => {
  const params = { params: { query: { limit: 100, ...(cursor && { cursor }) } } };
  return kind === "templates" ? api.get("/v1/templates", params) : api.get("/v1/blocks", params);
};

const readOne = async (kind: Kind, id: string): Promise<Blueprint> => {
  const params = { params: { path: { id } } };
  return (kind === "templates" ? await api.get("/v1/templates/{id}", params) : await api.get("/v1/blocks/{id}", params)) as unknown as Blueprint;
};

/** Creates one, or writes over the version that was seen. */
export const writeOne = (kind: Kind, content: JsonObject, seen?: { id: string; version: number }) => {
  const body = (seen ? { ...content, expectedVersion: seen.version } : content) as never;
  if (!seen) return kind === "templates" ? api.post("/v1/templates", { body }) : api.post("/v1/blocks", { body });
  const params = { path: { id: seen.id } };
  return kind === "templates" ? api.put("/v1/templates/{id}", { params, body }) : api.put("/v1/blocks/{id}", { params, body });
};

export const retireOne = (kind: Kind, id: string) => {
  const params = { params: { path: { id } } };
  return kind === "templates" ? api.delete("/v1/templates/{id}", params) : api.delete("/v1/blocks/{id}", params);
};

export function useBlueprint(kind: Kind, id: string | undefined) {
  return useQuery({ queryKey: [kind, id], queryFn: () => readOne(kind, id ?? ""), enabled: id !== undefined });
}

type Choice = { id: string; name: string };
type Choices = { connector: Choice[]; wallet: Choice[] };

/** What can be chosen where an input is a connector or a wallet. */
export function useChoices(inputs: readonly Input[]): Choices {
  const wants = (type: Input["type"]) => inputs.some((input) => input.type === type);
  const { data: connector = [] } = useQuery({ queryKey: ["connectors", "of-blueprints"], queryFn: async () => (await api.get("/v1/connectors", { params: { query: { limit: 100 } } })).items, enabled: wants("connector") });
  const { data: wallet = [] } = useQuery({ queryKey: ["wallets", "of-blueprints"], queryFn: async () => (await api.get("/v1/wallets", { params: { query: { limit: 100 } } })).items, enabled: wants("wallet") });
  const named = (items: readonly { id: string; name?: string | null | undefined }[]) => items.map(({ id, name }) => ({ id, name: name ?? id }));
  return { connector: named(connector as never), wallet: named(wallet as never) };
}

/** The form of what has to be said to use one. */
export function schemaOf(inputs: readonly Input[], choices: Choices): JsonObject {
  const properties = inputs.map(({ key, type, title, description, default: otherwise }): [string, Json] => {
    const words = { title: title ?? labelOf({}, key), ...(description && { description }), ...(otherwise !== null && otherwise !== undefined && { default: otherwise as unknown as Json }) };
    if (type !== "connector" && type !== "wallet") return [key, { type, ...words }];
    const offered = choices[type];
    return [key, offered.length > 0 ? { enum: offered.map(({ id }) => id), ...words, description: [description, offered.map(({ id, name }) => `${name}: ${id}`).join(" · ")].filter(Boolean).join(" ") } : { type: "string", ...words }];
  });
  const required = inputs.filter((input) => input.required === true && (input.default === null || input.default === undefined)).map(({ key }) => key);
  return { type: "object", required, properties: Object.fromEntries(properties) };
}

/** What to ask besides, by the names of `{{ask.field}}`. */
export function asksOf(asks: Blueprint["asks"]): JsonObject {
  return { type: "object", required: asks.map(({ field }) => field), properties: Object.fromEntries(asks.map(({ field }) => [field, { type: "string", title: labelOf({}, field) }])) };
}

/** The constants of a definition as inputs of a template: what they are now is what they are when nothing is said. */
export function inputsOf(definition: JsonObject): Json[] {
  const props = definition["props"];
  if (!isObject(props)) return [];
  return Object.entries(props).map(([key, value]) => ({ key, type: typeOf(value), default: value }));
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (isObject(value)) return "object";
  return typeof value === "string" || typeof value === "boolean" ? typeof value : "number";
}
