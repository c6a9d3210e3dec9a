import { AlarmClock } from "lucide-react";
import { inUtc, inZone, lasting } from "../common/time";
import type { TaskSummary } from "../api/types";

const SOON = 3_600_000;

/** Until when a task is to be done, and how near that is. */
export function Due({ task, now }: { task: Pick<TaskSummary, "dueAt" | "expiresAt" | "status">; now: number }) {
  const isOpen = ["created", "assigned", "in_progress"].includes(task.status);
  // After its deadline a task goes over to others, and then it expires.
  const end = Date.parse(task.dueAt) > now ? task.dueAt : task.expiresAt;
  const left = Date.parse(end) - now;
  const tone = !isOpen ? "still" : left < 0 ? "bad" : left < SOON ? "wait" : "still";
  return (
    <time className={`status tone-${tone} small`} dateTime={end} title={`${inZone(end)} · ${inUtc(end)}`}>
      <AlarmClock size={14} aria-hidden />
      {isOpen ? (left < 0 ? `overdue by ${lasting(-left)}` : `due in ${lasting(left)}`) : inZone(end, true)}
    </time>
  );
}
