import { afterEach, describe, expect, it, vi } from "vitest";
import { credential, signedIn, signedOut, whyEnded } from "./session";
import { api } from "./client";
import { Problem } from "./problem";

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const tokens = (name: string, minutes: number) => ({
  accessToken: name,
  tokenType: "Bearer",
  expiresAt: inMinutes(minutes),
  refreshToken: `ckr_${name}`,
  sessionId: "ses_1",
  sessionExpiresAt: inMinutes(60 * 24),
  userId: "usr_1",
});
const json = (data: unknown, status = 200) => new Response(JSON.stringify(data), { status });

describe("a session", () => {
  afterEach(() => signedOut());

  it("renews an access token that is about to end once, however many ask", async () => {
    signedIn({ kind: "person", tokens: tokens("old", 0.1) });
    const asked = vi.fn(async () => json({ data: tokens("new", 10) }));
    vi.stubGlobal("fetch", asked);
    expect(await Promise.all([credential(), credential(), credential()])).toEqual(["new", "new", "new"]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("sends a request once more with a new token where the old one was refused", async () => {
    signedIn({ kind: "person", tokens: tokens("old", 9) });
    const shown: (string | null)[] = [];
    vi.stubGlobal("fetch", async (request: Request | string) => {
      if (typeof request === "string") return json({ data: tokens("new", 10) });
      shown.push(request.headers.get("Authorization"));
      return shown.length === 1 ? json({ code: "unauthenticated" }, 401) : json({ data: { items: [] } });
    });
    await api.get("/v1/runs");
    expect(shown).toEqual(["Bearer old", "Bearer new"]);
  });

  it("ends, and says why, when the refresh token is refused", async () => {
    signedIn({ kind: "person", tokens: tokens("old", 0.1) });
    vi.stubGlobal("fetch", async () => json({ code: "unauthenticated", message: "the token was used before" }, 401));
    expect(await credential()).toBeUndefined();
    expect(whyEnded()?.message).toBe("the token was used before");
  });

  it("gives each order a key of its own, and refusals as problems with their places", async () => {
    signedIn({ kind: "key", key: "ck_1" });
    const keys: (string | null)[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      keys.push(request.headers.get("Idempotency-Key"));
      return json({ code: "invalid-body", title: "Wrong shape", message: "no", requestId: "req_9", details: [{ path: "/reason", message: "too long" }] }, 422);
    });
    const order = () => api.post("/v1/runs/{id}/cancel", { params: { path: { id: "run_1" } }, body: { reason: "x" } });
    const problem = await order().catch((error: unknown) => error);
    await order().catch(() => undefined);
    expect(problem).toBeInstanceOf(Problem);
    expect((problem as Problem).at("/reason")).toHaveLength(1);
    expect(keys[0]).toMatch(/^ui-[0-9a-f]{32}$/);
    expect(keys[1]).not.toBe(keys[0]);
  });
});
