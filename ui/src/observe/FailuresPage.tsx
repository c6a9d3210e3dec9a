import "./observe.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Choices } from "../common/Choices";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { counted } from "../common/units";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";
import { causesOf, type Cause } from "./causes";
import { SINCE, type FailureView, type Since } from "./views";

const LABELS: Record<Since, string> = { hour: "Last hour", day: "Last 24 hours", week: "Last 7 days", month: "Last 30 days" };

/** A moment that stays the same while the page is looked at, so that what is read is one list. */
function begin(since: Since): string {
  const minute = 60_000;
  return new Date(Math.floor((Date.now() - SINCE[since]) / minute) * minute).toISOString();
}

/** The failed runs by what made them fail. */
export function FailuresPage() {
  const view = useSearch({ from: "/failures" });
  const navigate = useNavigate();
  const { list } = useWorkflowNames();
  const since = view.since ?? "day";
  const from = useMemo(() => begin(since), [since]);
  const look = (next: FailureView) => void navigate({ to: "/failures", search: next, replace: true });
  const runs = usePages(["failures", from, view.workflowId], (cursor) =>
    api.get("/v1/runs", { params: { query: { status: "failure", from, limit: 100, ...(view.workflowId && { workflowId: view.workflowId }), ...(cursor && { cursor }) } } }),
  );
  const causes = causesOf(runs.items);
  return (
    <Page title="Failures" lead="Failed runs, put together by the node and the error that made them fail.">
      <div className="row">
        <Choices label="Since" of={(Object.keys(SINCE) as Since[]).map((name) => [name, LABELS[name]] as const)} chosen={since} onChoose={(name) => look({ ...view, since: name })} />
        <select className="input choose" aria-label="Workflow" value={view.workflowId ?? ""} onChange={(event) => look({ ...(view.since && { since: view.since }), ...(event.target.value && { workflowId: event.target.value }) })}>
          <option value="">Every workflow</option>
          <WorkflowOptions of={list} />
        </select>
      </div>
      <section className="panel" aria-label="Causes">
        <Listing
          query={{ ...runs, items: causes, hasNextPage: false }}
          empty={
            <Empty title="No run failed">
              <p>When runs fail, they stand here by what they have in common, so that a hundred failures of one cause are one line and are mended once.</p>
            </Empty>
          }
        >
          <Table heads={["Runs", "Cause", "Workflow", "First", "Last"]} hasActions>
            {causes.map((cause) => (
              <CauseRow key={cause.key} cause={cause} from={from} />
            ))}
          </Table>
        </Listing>
        {runs.items.length > 0 && (
          <div className="row body small quiet">
            {runs.hasNextPage ? (
              <>
                <span>Of the latest {counted(runs.items.length, "failed run")}; there are more.</span>
                <Button busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
                  Look at 100 more
                </Button>
              </>
            ) : (
              <span>{counted(runs.items.length, "failed run")} in all.</span>
            )}
          </div>
        )}
      </section>
    </Page>
  );
}

function CauseRow({ cause, from }: { cause: Cause; from: string }) {
  const { nameOf } = useWorkflowNames();
  return (
    <tr>
      <td className="big">{cause.count.toLocaleString()}</td>
      <td>
        <code className="tone-bad theirs">{cause.code}</code>
        {cause.node !== undefined && (
          <span className="quiet">
            {" "}
            in <Theirs>{cause.node}</Theirs>
          </span>
        )}
        <div className="small">
          <Theirs clip>{cause.message}</Theirs>
        </div>
      </td>
      <td>
        <Link to="/workflows/$workflowId" params={{ workflowId: cause.workflowId }} search={{}}>
          <Theirs clip>{nameOf(cause.workflowId) ?? cause.workflowId}</Theirs>
        </Link>
      </td>
      <td>
        <Instant at={cause.first} />
      </td>
      <td>
        <Link to="/runs/$runId" params={{ runId: cause.lastRun }} search={cause.node ? { node: cause.node } : {}}>
          <Instant at={cause.last} />
        </Link>
      </td>
      <td>
        <Link className="button" to="/runs" search={{ status: "failure", workflowId: cause.workflowId, search: cause.code, from }}>
          Show the runs
        </Link>
      </td>
    </tr>
  );
}
