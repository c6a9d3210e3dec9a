import { Link } from "@tanstack/react-router";
import { Copy } from "../common/Copy";
import { Fact, FactLine } from "../common/Facts";
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
    <FactLine>
      <Fact name="Run" look="row">
        <Id length={12}>{run.id}</Id>
        <Copy text={run.id} what="the run's id" />
      </Fact>
      <Fact name="Began">
        <Instant at={run.startedAt} />
      </Fact>
      <Fact name={isOver(run) ? "Took" : "Has taken"}>{began === undefined ? "–" : lasting(Math.max(0, until - began))}</Fact>
      <Fact name="Version">{run.workflowVersion}</Fact>
      <Fact name="Trigger">
        <Theirs clip>{run.triggerKind}</Theirs>
      </Fact>
      <Fact name="By">
        <Theirs clip>{run.triggeredBy}</Theirs>
      </Fact>
      {run.computeUnits !== null && run.computeUnits !== undefined && (
        <Fact name="Compute units">{run.computeUnits.toLocaleString()}</Fact>
      )}
      {run.sourceRunId && <Other label="Continues" id={run.sourceRunId} />}
      {run.parentRunId && <Other label="Called by" id={run.parentRunId} />}
    </FactLine>
  );
}

function Other({ label, id }: { label: string; id: string }) {
  return (
    <Fact name={label}>
      <Link to="/runs/$runId" params={{ runId: id }} search={{}}>
        <Id>{id}</Id>
      </Link>
    </Fact>
  );
}
