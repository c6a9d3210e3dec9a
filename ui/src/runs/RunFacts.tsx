import { Link } from "@tanstack/react-router";
import { Copy } from "../common/Copy";
import { Instant } from "../common/Instant";
import { Id, Theirs } from "../common/Theirs";
import { lasting, useNow } from "../common/time";
import type { Run } from "../api/types";
import { isOver } from "./useRunLive";

/** What a run is, in a line. */
export function RunFacts({ run }: { run: Run }) {
  const now = useNow(isOver(run) ? undefined : 1_000);
  const began = run.startedAt ? Date.parse(run.startedAt) : undefined;
  const until = run.finishedAt ? Date.parse(run.finishedAt) : now;
  return (
    <dl className="run-facts panel">
      <div>
        <dt>Run</dt>
        <dd className="row">
          <Id length={12}>{run.id}</Id>
          <Copy text={run.id} what="the run's id" />
        </dd>
      </div>
      <div>
        <dt>Began</dt>
        <dd>
          <Instant at={run.startedAt} />
        </dd>
      </div>
      <div>
        <dt>{isOver(run) ? "Took" : "Has taken"}</dt>
        <dd>{began === undefined ? "–" : lasting(Math.max(0, until - began))}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>{run.workflowVersion}</dd>
      </div>
      <div>
        <dt>Trigger</dt>
        <dd>
          <Theirs clip>{run.triggerKind}</Theirs>
        </dd>
      </div>
      <div>
        <dt>By</dt>
        <dd>
          <Theirs clip>{run.triggeredBy}</Theirs>
        </dd>
      </div>
      {run.computeUnits !== null && run.computeUnits !== undefined && (
        <div>
          <dt>Compute units</dt>
          <dd>{run.computeUnits.toLocaleString()}</dd>
        </div>
      )}
      {run.sourceRunId && <Other label="Continues" id={run.sourceRunId} />}
      {run.parentRunId && <Other label="Called by" id={run.parentRunId} />}
    </dl>
  );
}

function Other({ label, id }: { label: string; id: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Link to="/runs/$runId" params={{ runId: id }} search={{}}>
          <Id>{id}</Id>
        </Link>
      </dd>
    </div>
  );
}
