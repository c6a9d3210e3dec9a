/**
 * What everybody may ask. Nobody is signed in here: nothing that the app keeps in the browser is read, and no credential is
 * sent. The form in a frame has no origin; it shows the ticket that it was served with instead.
 */
import type { components } from "../api/schema";
import { parseJson, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { Problem } from "../api/problem";

type Schemas = components["schemas"];
export type InputField = { key: string; type: "string" | "number" | "boolean" | "object" | "array"; required?: boolean; description?: string };
export type PublicWorkflow = Omit<Schemas["PublicWorkflow"], "inputSchema"> & { inputSchema: InputField[] };
export type PublicRun = Omit<Schemas["PublicRun"], "outputs"> & { outputs: Record<string, Json> };
export type Begun = { runId: string; token: string };
/** A refusal, and after how many seconds it is worth another try. */
export type Refusal = Problem & { after?: number | undefined };

export const view = (id: string) => ask<PublicWorkflow>("GET", `/v1/public/workflows/${encodeURIComponent(id)}`);

export const runOf = ({ runId, token }: Begun) => ask<PublicRun>("GET", `/v1/public/runs/${encodeURIComponent(runId)}?token=${encodeURIComponent(token)}`);

export const begin = (id: string, payload: JsonObject, key: string) => ask<Begun>("POST", `/v1/public/workflows/${encodeURIComponent(id)}/run`, { payload }, key);

function ticket(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="chainkeel-ticket"]')?.content ?? "";
}

async function ask<T>(method: string, path: string, body?: JsonObject, key?: string): Promise<T> {
  const headers: Record<string, string> = {};
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (body && ticket() !== "") headers["Chainkeel-Ticket"] = ticket();
  let response: Response;
  try {
    response = await fetch(path, { method, headers, credentials: "omit", ...(body && { body: writeJson(body) }) });
  } catch {
    throw Problem.unreachable();
  }
  const text = await response.text();
  if (!response.ok) {
    const refusal: Refusal = Problem.of(response.status, text);
    const after = Number(response.headers.get("Retry-After"));
    if (after > 0) refusal.after = after;
    throw refusal;
  }
  return (parseJson(text) as unknown as { data: T }).data;
}
