/** What is looked at before a draft goes live, in order. */
export const STAGES = ["problems", "changes", "readiness", "what-if", "review", "publish"] as const;
export type Stage = (typeof STAGES)[number];

type StageSearch = { stage?: Stage };
export function parseStage(search: Record<string, unknown>): StageSearch {
  const stage = STAGES.find((known) => known === search["stage"]);
  return stage ? { stage } : {};
}
