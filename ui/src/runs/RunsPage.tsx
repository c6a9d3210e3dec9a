import "./runs.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { api, sinceWritten } from "../api/client";
import { asProblem } from "../api/problem";
import type { RunSummary } from "../api/types";
import { useStream } from "../api/useStream";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { ConnectionSign } from "../common/ConnectionSign";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { usePages } from "../common/usePages";
import { usePageRows } from "../common/useRows";
import { useThrottled } from "../common/useThrottled";
import { Wide } from "../common/Wide";
import { Page } from "../frame/Page";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { isNarrowed, type RunFilter } from "./runFilter";
import { RunFilters } from "./RunFilters";

/** How high a row is about, before it is measured. */
const ROW = 58;
const COLUMNS = 7;

/** All runs, the latest first. */
export function RunsPage() {
  const filter = useSearch({ from: "/runs" });
  const navigate = useNavigate();
  const narrow = (next: RunFilter) => void navigate({ to: "/runs", search: next, replace: true });
  /** How far the stream has come: it tells of an event before the list has it. */
  const heard = useRef(0);
  const runs = usePages(["runs", filter], async (cursor) => {
    const ask = (minPosition: number) => api.get("/v1/runs", { params: { query: { ...filter, limit: 50, ...(cursor && { cursor }), ...(minPosition > 0 && { minPosition }) } } });
    if (cursor) return ask(0);
    try {
      return await ask(Math.max(sinceWritten() ?? 0, heard.current));
    } catch (error) {
      if (asProblem(error).code !== "position-not-reached") throw error;
      // A list that is behind is better than none, and is asked for again.
      refresh();
      return ask(0);
    }
  });
  const queries = useQueryClient();
  // Only the first page is kept current: who has gone further reads a list that stands still.
  const isFirstPage = (runs.data?.pages.length ?? 0) <= 1;
  const refresh = useThrottled(() => {
    if (isFirstPage) void queries.invalidateQueries({ queryKey: ["runs", filter] });
  }, 2_000);
  const state = useStream("/v1/activity/stream?type=run.*", (messages) => {
    heard.current = Math.max(heard.current, ...messages.map(({ id }) => Number(id ?? 0)));
    refresh();
  });
  return (
    <Page
      title="Runs"
      actions={
        <>
          <ConnectionSign state={state} />
          {!isFirstPage && <Button onClick={() => void queries.resetQueries({ queryKey: ["runs", filter] })}>Back to the latest</Button>}
        </>
      }
    >
      <RunFilters filter={filter} onChange={narrow} />
      <section className="panel" aria-label="Runs">
        <Listing query={runs} empty={<NoRuns isNarrowed={isNarrowed(filter)} onAll={() => narrow({})} />}>
          <RunsTable runs={runs.items} more={runs} />
        </Listing>
      </section>
    </Page>
  );
}

function NoRuns({ isNarrowed: narrowed, onAll }: { isNarrowed: boolean; onAll: () => void }) {
  if (narrowed) {
    return (
      <Empty title="No run fits these filters">
        <p>Runs that were filtered out are still there.</p>
        <Button onClick={onAll}>Show all runs</Button>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing has run yet">
      <p>
        A run is one invocation of a workflow: a trigger starts it, its nodes are executed, and each step stays on the ledger, where it can be
        replayed and verified. Publish a workflow, and start it:
      </p>
      <Command>chainkeel workflow apply --publish examples/approval-escalation.json</Command>
      <Command>chainkeel run start wf_…</Command>
    </Empty>
  );
}

type TableProps = { runs: RunSummary[]; withWorkflow?: boolean; more?: Parameters<typeof usePageRows>[3] };

/** Runs in a table, of which only the rows in sight are made: however far one scrolls, it stays as quick. */
export function RunsTable({ runs, withWorkflow = true, more = {} }: TableProps) {
  const { nameOf } = useWorkflowNames();
  const { body, shown, measure, first, after } = usePageRows(runs.length, ROW, COLUMNS, more);
  return (
    <Wide>
      <table className="table cards runs-table" aria-rowcount={more.hasNextPage ? -1 : runs.length + 1}>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">{withWorkflow ? "Workflow and run" : "Run"}</th>
            <th scope="col">Started</th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              Nodes
            </th>
            <th scope="col">Trigger</th>
            <th scope="col">What went wrong</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first}
          {shown.map(({ index }) => {
            const run = runs[index];
            return run && <RunRow key={run.id} run={run} at={index} measure={measure} name={withWorkflow ? (nameOf(run.workflowId) ?? run.workflowId) : undefined} />;
          })}
          {after}
        </tbody>
      </table>
    </Wide>
  );
}

/** How many of its nodes are done; in loops there are more of them than the graph has. */
function progressOf({ succeededCount, failedCount, skippedCount, nodeCount }: RunSummary): string {
  const done = succeededCount + failedCount + skippedCount;
  return done > nodeCount ? `${done.toLocaleString()}` : `${done}/${nodeCount}`;
}

type RowProps = { run: RunSummary; at: number; measure: (row: HTMLElement | null) => void; name: string | undefined };

function RunRow({ run, at, measure, name }: RowProps) {
  const took = run.finishedAt ? lasting(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : "–";
  return (
    <tr ref={measure} data-index={at} aria-rowindex={at + 2}>
      <td>
        <Status of={run.status} />
      </td>
      <td className="run-name">
        <Link to="/runs/$runId" params={{ runId: run.id }} search={{}}>
          {name === undefined ? <Id length={10}>{run.id}</Id> : <Theirs clip>{name}</Theirs>}
        </Link>
        {name !== undefined && (
          <div className="small quiet">
            <Id>{run.id}</Id> · version {run.workflowVersion}
          </div>
        )}
      </td>
      <td>
        <Instant at={run.startedAt} />
      </td>
      <td className="number">{took}</td>
      <td className="number desk" title={`${run.succeededCount} succeeded, ${run.failedCount} failed, ${run.skippedCount} skipped`}>
        {progressOf(run)}
      </td>
      <td className="desk">
        <bdi className="word">{run.triggerKind}</bdi>
      </td>
      <td className="wide run-failure">
        {run.failureCode && (
          <>
            <code className="tone-bad theirs">{run.failureCode}</code>
            {run.failedNodeId && (
              <span className="quiet">
                {" "}
                in <Theirs>{run.failedNodeId}</Theirs>
              </span>
            )}
            {run.failureMessage && (
              <div className="small">
                <Theirs clip>{run.failureMessage}</Theirs>
              </div>
            )}
          </>
        )}
      </td>
    </tr>
  );
}
