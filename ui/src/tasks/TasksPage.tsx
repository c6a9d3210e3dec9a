import "../runs/runs.css";
import "./tasks.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, sinceWritten } from "../api/client";
import type { TaskSummary } from "../api/types";
import { Button } from "../common/Button";
import { Choices } from "../common/Choices";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useNow } from "../common/time";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay, useWhoami } from "../frame/whoami";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { BulkBar } from "./BulkBar";
import { Due } from "./Due";
import { ForWhom } from "./ForWhom";
import { setMyQueues, useMyQueues } from "./myQueues";
import { Priority } from "./Priority";
import { statusOf, TASK_BOXES, type TaskFilter } from "./taskFilter";
import { useRowKeys } from "./useRowKeys";

const BOXES: Record<(typeof TASK_BOXES)[number], string> = { open: "All open", mine: "Mine", queues: "My queues", delegated: "With others", done: "Done" };
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
  const queues = useMyQueues();
  const may = useMay("tasks:write");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // In “My queues” one of them is looked at; without any there is nothing to ask for.
  const queue = filter.box === "queues" ? (filter.queue ?? queues[0]) : filter.queue;
  const assignee = isMine ? who?.actor : filter.assignee;
  const isAsked = (!isMine || who !== undefined) && (filter.box !== "queues" || queue !== undefined) && (filter.box !== "delegated" || assignee !== undefined);
  const tasks = usePages(
    ["tasks", filter, assignee, queue],
    (cursor) => {
      const minPosition = sinceWritten();
      const query = {
        status: statusOf(filter),
        limit: 50,
        ...(assignee && { assignee }),
        ...(queue && { queue }),
        ...(filter.priority && { priority: filter.priority }),
        ...(cursor && { cursor }),
        ...(!cursor && minPosition && { minPosition }),
      };
      return api.get("/v1/tasks", { params: { query } });
    },
    { refetchInterval: 15_000, enabled: isAsked },
  );
  const toggle = (id: string) => setChosen(chosen.has(id) ? new Set([...chosen].filter((other) => other !== id)) : new Set([...chosen, id]));
  const list = useRowKeys<HTMLUListElement>({ onToggle: (index) => toggle(tasks.items[index]?.id ?? "") });
  const isOpen = filter.box !== "done";
  return (
    <Page title="Tasks" lead="Work for people that runs wait for.">
      <div className="row">
        <Choices label="Which tasks" of={TASK_BOXES.map((box) => [box, BOXES[box]] as const)} chosen={filter.box ?? "open"} onChoose={(box) => set("box", box === "open" ? undefined : box)} />
        <select className="input choose" aria-label="Priority" value={filter.priority ?? ""} onChange={(event) => set("priority", event.target.value)}>
          <option value="">Every priority</option>
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priority.charAt(0) + priority.slice(1).toLowerCase()}
            </option>
          ))}
        </select>
        {filter.box === "delegated" && <SearchBox value={filter.assignee ?? ""} onChange={(name) => set("assignee", name)} label="Whose: a member" />}
        {filter.box !== "queues" && <SearchBox value={filter.queue ?? ""} onChange={(name) => set("queue", name)} label="Queue" />}
        <span className="quiet small keys-hint">
          <kbd>j</kbd> <kbd>k</kbd> go through them, <kbd>Enter</kbd> opens{may && isOpen && (
            <>
              , <kbd>x</kbd> chooses
            </>
          )}
        </span>
      </div>
      {filter.box === "queues" && <MyQueues queues={queues} shown={queue} onShow={(name) => set("queue", name)} />}
      {may && isOpen && <BulkBar chosen={tasks.items.filter(({ id }) => chosen.has(id))} onDone={() => setChosen(new Set())} />}
      <section className="panel" aria-label="Tasks">
        {isAsked ? (
          <Listing query={tasks} empty={<NoTasks isNarrowed={Object.keys(filter).length > 0} />}>
            <ul ref={list}>
              {tasks.items.map((task) => (
                <TaskRow key={task.id} task={task} isChosen={chosen.has(task.id)} onChoose={may && isOpen ? () => toggle(task.id) : undefined} />
              ))}
            </ul>
          </Listing>
        ) : (
          <Unasked box={filter.box} />
        )}
      </section>
    </Page>
  );
}

function Unasked({ box }: { box: TaskFilter["box"] }) {
  if (box === "queues") {
    return (
      <Empty title="Which queues are yours?">
        <p>Name the queues that you look after above: treasury, support. They are kept in this browser.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Whose tasks?">
      <p>Write above whom the tasks are with that you gave to others. They stay theirs until they answer, give them back, or you assign them anew.</p>
    </Empty>
  );
}

function MyQueues({ queues, shown, onShow }: { queues: string[]; shown: string | undefined; onShow: (queue: string) => void }) {
  const [name, setName] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    const queue = name.trim();
    if (queue === "") return;
    setMyQueues([...queues, queue]);
    setName("");
    onShow(queue);
  };
  return (
    <form className="row" onSubmit={add}>
      <Choices label="My queues" of={queues.map((queue) => [queue, <Theirs key={queue}>{queue}</Theirs>] as const)} chosen={shown} onChoose={onShow} />
      <input className="input choose" aria-label="Another queue of mine" placeholder="Another queue" value={name} onChange={(event) => setName(event.target.value)} />
      <Button type="submit" disabled={name.trim() === ""}>
        Add
      </Button>
      {shown !== undefined && queues.includes(shown) && (
        <Button look="plain" onClick={() => setMyQueues(queues.filter((queue) => queue !== shown))}>
          “{shown.slice(0, 40)}” is not mine
        </Button>
      )}
    </form>
  );
}

function TaskRow({ task, isChosen, onChoose }: { task: TaskSummary; isChosen: boolean; onChoose: (() => void) | undefined }) {
  const { nameOf } = useWorkflowNames();
  const now = useNow(30_000);
  return (
    <li className="task-row">
      {onChoose && <input type="checkbox" aria-label={`Choose ${task.title.slice(0, 80)}`} checked={isChosen} onChange={onChoose} />}
      <Priority of={task.priority} />
      <div className="grow">
        <Link to="/tasks/$taskId" params={{ taskId: task.id }} data-row>
          <Theirs clip>{task.title}</Theirs>
        </Link>
        <div className="small quiet">
          <Theirs>{nameOf(task.workflowId)?.slice(0, 120) ?? task.workflowId}</Theirs> · for <ForWhom task={task} />
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
