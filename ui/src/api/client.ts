/** The API, typed by its OpenAPI document: what changes there and not here fails the build. */
import createClient, { type MaybeOptionalInit } from "openapi-fetch";
import { parseJson, writeJson } from "./exactJson";
import { Problem } from "./problem";
import type { paths } from "./schema";
import { origin, send } from "./send";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have a method. */
type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Responses<P extends keyof paths, M extends Method> = paths[P] extends Record<M, { responses: infer R }> ? R : never;
type DataOf<R> = R extends { content: { "application/json": { data: infer D } } } ? D : never;

/** What an endpoint answers, without its envelope. */
export type Data<P extends keyof paths, M extends Method = "get"> = {
  [S in keyof Responses<P, M>]: S extends 200 | 201 | 202 ? DataOf<Responses<P, M>[S]> : never;
}[keyof Responses<P, M>];

type Init<P extends keyof paths, M extends Method> = M extends keyof paths[P]
  ? MaybeOptionalInit<paths[P], M>
  : never;
type Arguments<P extends keyof paths, M extends Method> =
  undefined extends Init<P, M> ? [init?: Init<P, M>] : [init: Init<P, M>];

const client = createClient<paths>({
  fetch: send,
  bodySerializer: (body) => writeJson(body),
});

/** How far the ledger was when this tab last wrote to it: lists that are read next wait for it. */
let written: { position: number; at: number } | undefined;
const FRESH = 10_000;

/** The position that a list has to have reached to show what was just done; none once it surely has. */
export function sinceWritten(): number | undefined {
  return written && Date.now() - written.at < FRESH ? written.position : undefined;
}

async function call(method: Method, path: string, init: Record<string, unknown> | undefined): Promise<unknown> {
  const headers: Record<string, string> = { ...(init?.["headers"] as Record<string, string> | undefined) };
  const takesKey = method !== "get" && !path.startsWith("/v1/auth/");
  if (takesKey && headers["Idempotency-Key"] === undefined) headers["Idempotency-Key"] = idempotencyKey();
  const request = client.request as unknown as (
    method: string,
    path: string,
    init: unknown,
  ) => Promise<{ response: Response; data?: string; error?: unknown }>;
  const { response, data, error } = await request(method, path, { baseUrl: origin(), ...init, headers, parseAs: "text" });
  if (!response.ok) {
    throw Problem.of(response.status, typeof error === "string" ? error : JSON.stringify(error ?? {}));
  }
  if (data === undefined || data === "") return undefined;
  const envelope = parseJson(data) as unknown as { data: unknown; position?: number };
  if (method !== "get" && typeof envelope.position === "number") {
    written = { position: envelope.position, at: Date.now() };
  }
  return envelope.data;
}

/** A key under which the server carries an order out once, however often it arrives. */
function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `ui-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function caller<M extends Method>(method: M) {
  return <P extends PathsOf<M>>(path: P, ...[init]: Arguments<P, M>): Promise<Data<P, M>> =>
    call(method, path, init as Record<string, unknown> | undefined) as Promise<Data<P, M>>;
}

export const api = {
  get: caller("get"),
  post: caller("post"),
  put: caller("put"),
  patch: caller("patch"),
  delete: caller("delete"),
};

/** What is not JSON: a bundle, a checkpoint, an export. */
export async function download(path: string): Promise<Blob> {
  const response = await send(new Request(new URL(path, origin())));
  if (!response.ok) throw Problem.of(response.status, await response.text());
  return response.blob();
}
