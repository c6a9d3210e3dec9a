import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStream, type Connection } from "./stream";
import type { Message } from "./sseParser";
import { signedIn, signedOut } from "./session";

const encoder = new TextEncoder();

/** An answer that sends these texts and then ends. */
function streaming(...texts: string[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const text of texts) controller.enqueue(encoder.encode(text));
      controller.close();
    },
  });
  return new Response(body, { status: 200, headers: { "Content-Type": "text/event-stream" } });
}

function follow(answers: (() => Response | Promise<Response>)[]) {
  const requests: Request[] = [];
  const messages: Message[] = [];
  const states: Connection[] = [];
  /** How many messages came at each time. */
  const counts: number[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request);
    const answer = answers.shift();
    if (!answer) throw new TypeError("no network");
    return answer();
  });
  const close = openStream({ path: "/v1/runs/run_1/stream", onMessages: (news) => counts.push(news.length) && messages.push(...news), onConnection: (state) => states.push(state) });
  return { requests, messages, states, counts, close };
}

describe("a stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    signedIn({ kind: "key", key: "ck_test" });
  });
  afterEach(() => {
    signedOut();
    vi.useRealTimers();
  });

  it("goes on behind the last event after a break, with the credential, until the server says that it is over", async () => {
    const stream = follow([
      () => streaming("retry: 1000\n\nid: 5\ndata: a\n\n", "id: 6\ndata: b\n\nid: 7\ndata: ha"),
      () => Promise.reject(new TypeError("cut off")),
      () => streaming("id: 7\ndata: half\n\n"),
      () => new Response(null, { status: 204 }),
    ]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stream.messages.map(({ data }) => data)).toEqual(["a", "b", "half"]);
    expect(stream.requests.map((request) => request.headers.get("Last-Event-ID"))).toEqual([null, "6", "6", "7"]);
    expect(stream.requests[0]?.headers.get("Authorization")).toBe("Bearer ck_test");
    expect(stream.states).toContain("broken");
    expect(stream.states.at(-1)).toBe("ended");
    stream.close();
  });

  it("says that something may be missing where it broke before its first event", async () => {
    const stream = follow([() => streaming("retry: 1000\n\n"), () => streaming("id: 9\ndata: a\n\n"), () => streaming("id: 10\ndata: b\n\n"), () => new Response(null, { status: 204 })]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stream.counts).toEqual([0, 1, 1]);
    stream.close();
  });

  it("does not come again where it is refused", async () => {
    const stream = follow([() => new Response('{"code":"run-not-found","message":"No such run"}', { status: 404 })]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(stream.requests).toHaveLength(1);
    expect(stream.states.at(-1)).toBe("refused");
    stream.close();
  });

  it("comes again where the server is too busy", async () => {
    const stream = follow([() => new Response("{}", { status: 429 }), () => new Response(null, { status: 204 })]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.states).toEqual(["connecting", "broken", "ended"]);
    stream.close();
  });

  it("gives up a connection that has fallen silent", async () => {
    const stream = follow([
      () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(encoder.encode("id: 1\ndata: a\n\n")) }), { status: 200 }),
      () => new Response(null, { status: 204 }),
    ]);
    // A body that a test makes does not end with its request, as one of the network does.
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stream.states).toEqual(["connecting", "live"]);
    expect(stream.requests[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(stream.requests[0]?.signal.aborted).toBe(true);
    stream.close();
  });
});
