/** Which tasks are looked at; it stands in the address. */
export const TASK_BOXES = ["open", "mine", "queues", "delegated", "done"] as const;
export type TaskFilter = { box?: (typeof TASK_BOXES)[number]; queue?: string; priority?: string; assignee?: string };

export function parseTaskFilter(search: Record<string, unknown>): TaskFilter {
  const filter: TaskFilter = {};
  const box = TASK_BOXES.find((known) => known === search["box"]);
  if (box && box !== "open") filter.box = box;
  for (const name of ["queue", "priority", "assignee"] as const) {
    const given = search[name];
    if (typeof given === "string" && given !== "") filter[name] = given;
  }
  return filter;
}

/** The server's status of a box. */
export function statusOf(filter: TaskFilter): string {
  return filter.box === "done" ? "completed" : "open";
}
