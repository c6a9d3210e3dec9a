/**
 * Streams of server-sent events, read by `fetch` so that they carry the same credential as everything else. A
 * stream that breaks goes on behind the last event that it brought: nothing is missing and nothing comes twice.
 */
import { Problem, asProblem } from "./problem";
import { origin, send } from "./send";
import { takePlace } from "./streamPlaces";
import { SseParser, type Message } from "./sseParser";

export type Connection = "connecting" | "live" | "broken" | "refused" | "ended";

type StreamOptions = {
  path: string;
  lastEventId?: string | undefined;
  /** With none at all where something may have come that it was not told of: what is shown has to be read again. */
  onMessages: (messages: Message[]) => void;
  onConnection: (state: Connection, problem?: Problem) => void;
};

/** The server says that it lives every 15 s: what is silent for longer is broken, whatever the network says. */
const SILENCE = 40_000;
const LONGEST_PAUSE = 30_000;
/** Without a place of its own a stream looks in: it stays so long after the last news, then comes again. */
const LOOK = 800;
const LOOK_AGAIN = 3_000;

/** Opens a stream; the answer closes it. */
export function openStream(options: StreamOptions): () => void {
  const stream = new Stream(options);
  void stream.run();
  return () => stream.close();
}

class Stream {
  private readonly closing = new AbortController();
  private attempt: AbortController | undefined;
  private lastEventId: string | undefined;
  private pause = 3_000;
  private wasLive = false;
  private failures = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly options: StreamOptions) {
    this.lastEventId = options.lastEventId;
  }

  close(): void {
    this.closing.abort();
    this.attempt?.abort();
    this.wake?.();
  }

  async run(): Promise<void> {
    const nudge = () => {
      if (document.visibilityState === "hidden") this.attempt?.abort();
      else this.wake?.();
    };
    addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    const place = await takePlace(this.closing.signal);
    try {
      while (!this.closing.signal.aborted) {
        if (document.visibilityState === "hidden") await this.sleep(LONGEST_PAUSE * 10);
        else if (!(await this.visit(place.isOwn))) break;
      }
    } finally {
      place.leave();
      removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
    }
  }

  /** Connects once and reads to the end. Whether to come again. */
  private async visit(isOwn: boolean): Promise<boolean> {
    const attempt = new AbortController();
    this.attempt = attempt;
    const isLook = { over: false };
    try {
      if (this.failures === 0 && isOwn) this.tell("connecting");
      const response = await send(this.request(attempt.signal));
      if (response.status === 204) return this.end();
      if (!response.ok || response.body === null) {
        const problem = Problem.of(response.status, await response.text());
        // Too many requests, and a server that stops, are better after a while; a refusal is not.
        if (problem.status !== 429 && problem.status < 500) {
          this.tell("refused", problem);
          return false;
        }
        throw problem;
      }
      this.failures = 0;
      this.tell("live");
      // Who has had no event yet cannot say where to go on.
      if (this.wasLive && this.lastEventId === undefined) this.options.onMessages([]);
      this.wasLive = true;
      await this.read(response.body, attempt, isOwn, isLook);
    } catch (error) {
      if (this.closing.signal.aborted) return false;
      if (isLook.over) {
        await this.sleep(LOOK_AGAIN);
        return true;
      }
      if (!(error instanceof DOMException && error.name === "AbortError")) {
        this.failures += 1;
        this.tell("broken", asProblem(error));
      }
    }
    if (this.closing.signal.aborted) return false;
    if (document.visibilityState !== "hidden") await this.sleep(this.nextPause());
    return true;
  }

  private async read(
    body: ReadableStream<Uint8Array>,
    attempt: AbortController,
    isOwn: boolean,
    isLook: { over: boolean },
  ): Promise<void> {
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          isLook.over = !isOwn;
          attempt.abort(isOwn ? new Error("The stream fell silent") : undefined);
        },
        isOwn ? SILENCE : LOOK,
      );
    };
    try {
      for (;;) {
        watch();
        const { done, value } = await reader.read();
        if (done) return;
        const { messages, retry } = parser.take(decoder.decode(value, { stream: true }));
        if (retry !== undefined) this.pause = retry;
        const last = messages.findLast(({ id }) => id !== undefined);
        if (last?.id !== undefined) this.lastEventId = last.id;
        if (messages.length > 0) this.options.onMessages(messages);
      }
    } finally {
      clearTimeout(timer);
      reader.cancel().catch(() => undefined);
    }
  }

  private request(signal: AbortSignal): Request {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.lastEventId !== undefined) headers["Last-Event-ID"] = this.lastEventId;
    return new Request(new URL(this.options.path, origin()), { headers, signal, cache: "no-store" });
  }

  private end(): false {
    this.tell("ended");
    return false;
  }

  private tell(state: Connection, problem?: Problem): void {
    if (!this.closing.signal.aborted) this.options.onConnection(state, problem);
  }

  /** Doubles while nobody answers, and is never the same for all who were cut off at once. */
  private nextPause(): number {
    const grown = Math.min(this.pause * 2 ** Math.max(0, this.failures - 1), LONGEST_PAUSE);
    return grown * (0.5 + Math.random() / 2);
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
