/** A server for the editor, which keeps the draft that it is given. */
import { screen } from "@testing-library/react";
import type { Definition } from "../src/api/types";
import { catalog, workflow } from "./mock/rooms.mjs";
import { page, type Answers } from "./page";

export const path = `/v1/workflows/${workflow.id}`;
export const empty = { ...workflow, definition: { nodes: {} } };
export const some = { ...workflow, definition: { nodes: { root: { type: "webhook", payload: {}, children: ["note"] }, note: { type: "log", payload: { message: "" } } } } };

export type Body = { definition: Definition; expectedCurrentVersion: number };

/** A server that keeps what it is given, and finds every node faulty that has no payload. */
export function server(first: object, more: Answers = {}): Answers {
  let held = first as { version: number; definition: Definition };
  const save = async (request: Request) => {
    const { definition, expectedCurrentVersion } = (await request.clone().json()) as Body;
    if (expectedCurrentVersion !== held.version) return refusal();
    held = { ...held, version: held.version + 1, definition };
    return held;
  };
  const of = (kind: "actions" | "triggers") => Object.fromEntries(catalog[kind].map((type) => [`GET /v1/${kind}/${type.type}`, () => type]));
  return {
    [`GET ${path}`]: () => held,
    [`PUT ${path}`]: save,
    "GET /v1/actions": () => page(catalog.actions),
    "GET /v1/triggers": () => page(catalog.triggers),
    ...of("actions"),
    ...of("triggers"),
    "GET /v1/connectors": () => page([]),
    "GET /v1/runs": () => page([]),
    "POST /v1/workflows/validate": async (request) => {
      const { definition } = (await request.clone().json()) as Body;
      const bare = Object.entries(definition.nodes).filter(([id, node]) => id !== "root" && !node.payload?.["message"]);
      return { valid: bare.length === 0, problems: bare.map(([id]) => ({ path: `/nodes/${id}/payload/message`, nodeId: id, message: "is required" })) };
    },
    [`POST ${path}/validate`]: () => ({ valid: true, problems: [] }),
    ...more,
  };
}
/** What is not saved when a page is left is saved then: a test waits, so that none sees what another did. */
export const settled = () => screen.findByText("Saved as a draft");
export const refusal = () => new Response(JSON.stringify({ code: "version-conflict", message: "it is at 13", details: [] }), { status: 409 });

export const nodes = () => [...document.querySelectorAll(".react-flow__node")].map((node) => node.getAttribute("data-id"));
export const ready = () => screen.findByText(/^Chosen:|begins with a trigger/);
export const saves = (requests: { line: string; body: unknown }[]) => requests.filter(({ line }) => line === `PUT ${path}`).map(({ body }) => body as Body);
