import type { TaskSummary } from "../api/types";
import { Theirs } from "../common/Theirs";
import { Who } from "../frame/Who";

/** Whose a task is: somebody's, a queue's, a role's, or anybody's. */
export function ForWhom({ task }: { task: Pick<TaskSummary, "assignee" | "queue" | "role"> }) {
  if (task.assignee) return <Who id={task.assignee} />;
  return <Theirs>{task.queue ? `queue ${task.queue}` : task.role ? `role ${task.role}` : "anybody"}</Theirs>;
}
