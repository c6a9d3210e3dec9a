import type { components } from "./schema";
import { asObject, parseJson } from "./exactJson";

export type Detail = components["schemas"]["Detail"];

/** A refusal of the server (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    message: string,
    readonly requestId: string | undefined,
    readonly details: Detail[],
  ) {
    super(message);
    this.name = "Problem";
  }

  /** What the refusal was when nothing was answered at all. */
  static unreachable(): Problem {
    const message = "The server did not answer. What you see may be old; it is tried again.";
    return new Problem(0, "unreachable", "No connection", message, undefined, []);
  }

  static of(status: number, body: string): Problem {
    let document: Record<string, unknown> = {};
    try {
      document = asObject(parseJson(body));
    } catch {
      // A proxy between us answers in its own words.
    }
    const text = (name: string, otherwise: string) =>
      typeof document[name] === "string" ? (document[name] as string) : otherwise;
    const details = Array.isArray(document["details"]) ? (document["details"] as unknown as Detail[]) : [];
    const code = text("code", `http-${status}`);
    const title = text("title", `The answer was ${status}`);
    const requestId = document["requestId"] === undefined ? undefined : text("requestId", "");
    return new Problem(status, code, title, text("message", title), requestId, details);
  }

  /** The faults that lie at a place or below it, as JSON pointers. */
  at(pointer: string): Detail[] {
    return this.details.filter(({ path }) => path === pointer || path.startsWith(`${pointer}/`));
  }
}

/** The faults below a place in what was sent, as a form of what lies there knows them. */
export function faultsAt(error: unknown, pointer: string): { path: string; message: string }[] {
  if (error === null || error === undefined) return [];
  return asProblem(error)
    .at(pointer)
    .map(({ path, message }) => ({ path: path.slice(pointer.length), message }));
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return Problem.unreachable();
  const message = error instanceof Error ? error.message : String(error);
  return new Problem(0, "page-fault", "This page went wrong", message, undefined, []);
}
