import "../runs/runs.css";
import "./tasks.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api, sinceWritten } from "../api/client";
import type { TaskSummary } from "../api/types";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useNow } from "../common/time";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useWhoami } from "../frame/whoami";
import { SearchBox } from "../runs/RunFilters";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { Due } from "./Due";
import { Priority } from "./Priority";
import { statusOf, TASK_BOXES, type TaskFilter } from "./taskFilter";

const BOXES: Record<(typeof TASK_BOXES)[number], string> = { open: "All open", mine: "Mine", done: "Done" };
const PRIORITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

/** The inbox: what waits for a person. */
export function TasksPage() {
  const filter = useSearch({ from: "/tasks" });
  const navigate = useNavigate();
  const { data: who } = useWhoami();
  const narrow = (next: TaskFilter) => void navigate({ to: "/tasks", search: next, replace: true });
  const set = (name: keyof TaskFilter, value: string | undefined) => {
    const kept = Object.entries(filter).filter(([other]) => other !== name);
    narrow(Object.fromEntries(value ? [...kept, [name, value]] : kept));
  };
  const isMine = filter.box === "mine";
  const tasks = usePages(
    ["tasks", filter, isMine && who?.actor],
    (cursor) => {
      const minPosition = sinceWritten();
      const query = {
        status: statusOf(filter),
        limit: 50,
        ...(isMine && who && { assignee: who.actor }),
        ...(filter.queue && { queue: filter.queue }),
        ...(filter.priority && { priority: filter.priority }),
        ...(cursor && { cursor }),
        ...(!cursor && minPosition && { minPosition }),
      };
      return api.get("/v1/tasks", { params: { query } });
    },
    { refetchInterval: 15_000, enabled: !isMine || who !== undefined },
  );
  return (
    <Page title="Tasks" lead="Work for people that runs wait for.">
      <div className="row">
        <div className="row status-filter" role="group" aria-label="Which tasks">
          {TASK_BOXES.map((box) => (
            <button key={box} type="button" aria-pressed={(filter.box ?? "open") === box} onClick={() => set("box", box === "open" ? undefined : box)}>
              {BOXES[box]}
            </button>
          ))}
        </div>
        <select className="input choose" aria-label="Priority" value={filter.priority ?? ""} onChange={(event) => set("priority", event.target.value)}>
          <option value="">Every priority</option>
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priority.charAt(0) + priority.slice(1).toLowerCase()}
            </option>
          ))}
        </select>
        <SearchBox value={filter.queue ?? ""} onChange={(queue) => set("queue", queue)} label="Queue" />
      </div>
      <section className="panel" aria-label="Tasks">
        <Listing query={tasks} empty={<NoTasks isNarrowed={Object.keys(filter).length > 0} />}>
          <ul>
            {tasks.items.map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
        </Listing>
      </section>
    </Page>
  );
}

function TaskRow({ task }: { task: TaskSummary }) {
  const { nameOf } = useWorkflowNames();
  const now = useNow(30_000);
  const whose = task.assignee ?? (task.queue ? `queue ${task.queue}` : task.role ? `role ${task.role}` : "anybody");
  return (
    <li className="task-row">
      <Priority of={task.priority} />
      <div className="grow">
        <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
          <Theirs clip>{task.title}</Theirs>
        </Link>
        <div className="small quiet">
          <Theirs>{nameOf(task.workflowId)?.slice(0, 120) ?? task.workflowId}</Theirs> · for <Theirs>{whose}</Theirs>
          {task.escalated && <span className="tone-wait"> · escalated</span>}
        </div>
      </div>
      <Status of={task.status} />
      <Due task={task} now={now} />
    </li>
  );
}

function NoTasks({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <Empty title={isNarrowed ? "No task fits" : "Nothing waits for anybody"}>
      <p>
        A node of the type manual-task opens a task, and its run waits for the answer: an approval, a missing number, a decision. Who does it, until
        when, and what happens if nobody does stands in the node. Try it with an example:
      </p>
      <Command>chainkeel workflow apply --publish examples/approval-escalation.json</Command>
    </Empty>
  );
}
