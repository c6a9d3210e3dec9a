import "./tasks.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "../api/client";
import type { Task } from "../api/types";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { useNow } from "../common/time";
import { Page } from "../frame/Page";
import { AnswerForm } from "./AnswerForm";
import { Due } from "./Due";
import { ForWhom } from "./ForWhom";
import { Priority } from "./Priority";

/** One task: what is asked, what is known about it, and the answer. */
export function TaskPage() {
  const { taskId } = useParams({ from: "/tasks/$taskId" });
  const now = useNow(30_000);
  const task = useQuery({
    queryKey: ["task", taskId],
    queryFn: async () => (await api.get("/v1/tasks/{id}", { params: { path: { id: taskId } } })) as unknown as Task,
    refetchInterval: 10_000,
  });
  const crumbs = <Link to="/tasks">Tasks</Link>;
  if (!task.data) {
    return (
      <Page title="Task" crumbs={crumbs}>
        {task.isError ? <ProblemNote error={task.error} onRetry={() => void task.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { data } = task;
  const isOpen = ["created", "assigned", "in_progress"].includes(data.status);
  return (
    <Page title={data.title} crumbs={crumbs}>
      <div className="row">
        <Status of={data.status} />
        <Priority of={data.priority} />
        <Due task={data} now={now} />
        {data.escalated && <span className="tone-wait small">Escalated</span>}
      </div>
      <div className="task-rooms">
        <section className="panel" aria-label="What is asked">
          <header>
            <h2>What is asked</h2>
          </header>
          <div className="body stack">
            {data.description && (
              <p className="task-text">
                <Theirs>{data.description}</Theirs>
              </p>
            )}
            {data.approval && (
              <p className="note wait">
                An answer here counts for this {data.approval.kind} and no other: <code className="theirs">{data.approval.digest}</code>
              </p>
            )}
            {data.data !== undefined && data.data !== null ? <JsonTree value={data.data} label="what is known" /> : !data.description && <p className="quiet">Nothing more than its title.</p>}
            <TaskFacts task={data} />
          </div>
        </section>
        <section className="panel" aria-label="The answer">
          <header>
            <h2>{isOpen ? "Answer" : "The answer"}</h2>
          </header>
          <div className="body stack">{isOpen ? <AnswerForm key={data.id} task={data} /> : <Settled task={data} />}</div>
        </section>
      </div>
      <History task={data} />
    </Page>
  );
}

function Settled({ task }: { task: Task }) {
  return (
    <>
      <p>
        {task.settledBy ? (
          <>
            By <Theirs>{task.settledBy}</Theirs>.
          </>
        ) : (
          "Nobody answered."
        )}
      </p>
      {task.reason && (
        <p className="note">
          <Theirs>{task.reason}</Theirs>
        </p>
      )}
      {task.answer !== undefined && task.answer !== null && <JsonTree value={task.answer} label="the answer" />}
    </>
  );
}

function TaskFacts({ task }: { task: Task }) {
  return (
    <dl className="facts small">
      <dt>Run</dt>
      <dd>
        <Link to="/runs/$runId" params={{ runId: task.runId }} search={{ node: task.nodeId }}>
          <Id>{task.runId}</Id>
        </Link>{" "}
        at <code className="theirs">{task.nodeId}</code>
      </dd>
      <dt>For</dt>
      <dd>
        <ForWhom task={task} />
      </dd>
      <dt>Deadline</dt>
      <dd>
        <Instant at={task.dueAt} />
      </dd>
      <dt>Expires</dt>
      <dd>
        <Instant at={task.expiresAt} />
      </dd>
    </dl>
  );
}

function History({ task }: { task: Task }) {
  return (
    <section className="panel" aria-label="History">
      <header>
        <h2>What happened to it</h2>
      </header>
      <ol className="body stack small">
        {task.history.map((deed, index) => (
          <li key={index} className="row">
            <span className="quiet">
              <Instant at={deed.at} />
            </span>
            <span>{deed.event.replaceAll("_", " ")}</span>
            <span className="quiet">
              by <Theirs>{deed.by}</Theirs>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
