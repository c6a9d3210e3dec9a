/** What a trigger can be tried with, by its type. */
import type { Json } from "../api/exactJson";
import { toInstant } from "../common/time";

export const OCCASIONS = { payload: "What it would tell", event: "An event", delivery: "A delivery that came", blocks: "Blocks of its chain", times: "A span of time" } as const;
export type Occasion = keyof typeof OCCASIONS;

const SCHEDULES = new Set(["schedule", "cronjob"]);
const CHAINS = new Set(["eth-receive", "eth-send", "erc20-receive", "erc20-send", "evm-log", "evm-block", "transaction-status"]);
const CALLED = new Set(["webhook", "manual"]);

export const isSchedule = (type: string): boolean => SCHEDULES.has(type);
/** Whether somebody delivers to it: webhooks, and what providers send. */
export const isDelivered = (type: string): boolean => CALLED.has(type) || (!SCHEDULES.has(type) && !CHAINS.has(type) && type !== "event" && !type.startsWith("token-price"));

export function occasionsOf(type: string): Occasion[] {
  if (type === "event") return ["event", "payload"];
  if (isSchedule(type)) return ["times", "payload"];
  if (CHAINS.has(type)) return ["blocks", "payload"];
  return isDelivered(type) ? ["payload", "delivery"] : ["payload"];
}

/** What was filled in, as the server wants it. */
export type Filled = { payload: Json; event: string; delivery: string; from: string; to: string };

export function occasionOf(kind: Occasion, { payload, event, delivery, from, to }: Filled): Json {
  switch (kind) {
    case "payload":
      return { payload };
    case "event":
      return { event: { event, payload } };
    case "delivery":
      return { delivery };
    case "blocks":
      return { blocks: { from: Number(from), ...(to !== "" && { to: Number(to) }) } };
    case "times":
      return { times: { from: toInstant(from) ?? from, to: toInstant(to) ?? to } };
  }
}
