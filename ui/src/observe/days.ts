import type { Data } from "../api/client";

type UsageDay = Data<"/v1/usage">["daily"][number];

/** The months that can be looked at, this one first. Usage is counted in UTC. */
export function monthsUntil(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7));
}

/** Every day of a month up to today, also those without usage. */
export function daysOf(month: string, daily: UsageDay[], now: Date): { date: string; used: number }[] {
  const [year = 0, of = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, of, 0)).getUTCDate();
  const today = now.toISOString().slice(0, 10);
  const used = new Map(daily.map((day) => [day.date.slice(0, 10), day.used]));
  return Array.from({ length: last }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`)
    .filter((date) => date <= today)
    .map((date) => ({ date, used: used.get(date) ?? 0 }));
}

type NodeUse = { nodeType: string; count: number; cu: number };

/** What each node type used, over days and versions of prices; the most first. */
export function byNodeType(daily: UsageDay[]): NodeUse[] {
  const found = new Map<string, NodeUse>();
  for (const { nodeType, count, cu } of daily.flatMap(({ breakdown }) => breakdown)) {
    const known = found.get(nodeType) ?? { nodeType, count: 0, cu: 0 };
    found.set(nodeType, { nodeType, count: known.count + count, cu: known.cu + cu });
  }
  return [...found.values()].sort((one, other) => other.cu - one.cu);
}
