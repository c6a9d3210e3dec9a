// Serves dist/ as the binary does, with its Content-Security-Policy, before an API that only reads. For looking at
// the app and for its screenshots: `node test/mock/server.mjs` prints where it is.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import * as world from "./world.mjs";
import { more } from "./rooms.mjs";

const dist = new URL("../../dist/", import.meta.url);
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const page = (items) => ({ items, limit: 50, offset: 0, hasMore: false, cursor: null });

const answers = [
  [/^\/v1\/whoami$/, () => ({ actor: "admin", kind: "admin", organization: world.organization, permissions: world.permissions })],
  [/^\/v1\/organizations$/, () => page([world.organization, { ...world.organization, id: world.id("org", 1), name: "Southwind Labs" }])],
  [/^\/v1\/runs$/, (_, url) => page(world.runs.filter((run) => !url.searchParams.get("status") || run.status === url.searchParams.get("status")))],
  [/^\/v1\/runs\/([^/]+)$/, ([, run]) => ({ ...world.run, id: run })],
  [/^\/v1\/runs\/[^/]+\/lineage$/, () => ({ runs: [{ ...world.runs[0], sourceRunId: null }] })],
  [/^\/v1\/chains$/, () => page([{ chainId: 8453, slug: "base", name: "Base" }])],
  [/^\/v1\/workflows$/, () => page(world.workflows)],
  ...more(page),
];

function stream(request, response, events) {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write("retry: 3000\n\n");
  for (const event of events) response.write(`id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const beat = setInterval(() => response.write(": keep-alive\n\n"), 15_000);
  request.on("close", () => clearInterval(beat));
}

function asset(response, path) {
  let file = path;
  let body;
  try {
    body = readFileSync(new URL(`.${file}`, dist));
  } catch {
    file = "/index.html";
    body = readFileSync(new URL("index.html", dist));
  }
  response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff" });
  response.end(body);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/v1")) return asset(response, url.pathname === "/" ? "/index.html" : url.pathname);
  if (url.pathname === "/v1/activity/stream") return stream(request, response, []);
  if (/^\/v1\/runs\/[^/]+\/stream$/.test(url.pathname)) return stream(request, response, world.events);
  if (url.pathname === "/v1/log/checkpoint") return response.end("chainkeel/demo\n4800\nq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n\n— chainkeel sig\n");
  for (const [pattern, answer] of answers) {
    const found = pattern.exec(url.pathname);
    if (!found) continue;
    const data = JSON.stringify({ code: "ok", message: "ok", data: answer(found, url), requestId: "req_1" });
    response.writeHead(200, { "Content-Type": "application/json" });
    return response.end(data.replace('"BIG"', "123456789012345678901234567890"));
  }
  response.writeHead(404, { "Content-Type": "application/problem+json" });
  return response.end(JSON.stringify({ type: "/problems/not-found", title: "Not found", status: 404, detail: "no", code: "not-found", message: `The mock has no ${url.pathname}`, requestId: "req_1", details: [] }));
});
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
