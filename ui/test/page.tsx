/** A page of the app with a server that answers from a table. */
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { queryClient } from "../src/api/queries";
import { signedIn } from "../src/api/session";
import { App } from "../src/frame/App";
import { makeRouter, type AppRouter } from "../src/frame/router";
import * as world from "./mock/world.mjs";

type Answer = (request: Request, url: URL) => unknown;
export type Answers = Record<string, Answer>;

export const page = (items: unknown[]) => ({ items, limit: 50, offset: 0, hasMore: false, cursor: null });

const always: Answers = {
  "GET /v1/whoami": () => ({ actor: "admin", kind: "admin", organization: world.organization, permissions: world.permissions }),
  "GET /v1/organizations": () => page([world.organization]),
  "GET /v1/workflows": () => page(world.workflows),
  "GET /v1/chains": () => page([{ chainId: 8453, slug: "base", name: "Base" }]),
};

/** Opens a page; the answer has the requests that were made, as they were made. */
export async function open(path: string, answers: Answers): Promise<{ requests: { line: string; body: unknown }[]; router: AppRouter }> {
  const requests: { line: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const line = `${request.method} ${decodeURIComponent(url.pathname)}`;
    const text = await request.clone().text();
    requests.push({ line: line + url.search, body: text ? JSON.parse(text) : undefined });
    if (url.pathname.endsWith("/stream")) return new Response(streamOf((answers[line]?.(request, url) ?? []) as unknown[]), { status: 200 });
    const answer = answers[line] ?? always[line];
    if (!answer) return new Response(JSON.stringify({ code: "not-found", title: "Not found", message: `nothing at ${line}`, details: [] }), { status: 404 });
    const data = await answer(request, url);
    if (data instanceof Response) return data;
    return new Response(JSON.stringify({ code: "ok", message: "ok", data, requestId: "req_1" }), { status: 200 });
  });
  queryClient.clear();
  signedIn({ kind: "key", key: "ck_test" });
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }));
  render(<App router={router} />);
  return { requests, router };
}

function streamOf(events: unknown[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const event of events as { position: number; type: string }[]) {
        controller.enqueue(encoder.encode(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
      }
    },
  });
}
