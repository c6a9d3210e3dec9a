import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ChevronLeft, ChevronRight } from "lucide-react";
import { api } from "../api/client";
import type { Json } from "../api/exactJson";
import type { LedgerEvent, Run } from "../api/types";
import { Button } from "../common/Button";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Theirs } from "../common/Theirs";
import { ChangeRow } from "./ChangeRow";
import { changesBetween } from "./changes";
import { placeOf, titleOf } from "./facts";

type Props = { runId: string; event: LedgerEvent; onBack: () => void; onStep: (by: number) => void };

/** One event: what it says, who caused it, and what it changed. */
export function EventPanel({ runId, event, onBack, onStep }: Props) {
  return (
    <div className="stack body event-panel">
      <div className="row">
        <Button look="plain" icon={<ArrowLeft size={16} aria-hidden />} onClick={onBack}>
          All events
        </Button>
        <span className="grow" />
        <Button look="plain" aria-label="The event before" icon={<ChevronLeft size={16} aria-hidden />} onClick={() => onStep(-1)} />
        <Button look="plain" aria-label="The next event" icon={<ChevronRight size={16} aria-hidden />} onClick={() => onStep(1)} />
      </div>
      <h3>
        {event.sequence}. {titleOf(event)} {placeOf(event) !== undefined && <code className="theirs">{placeOf(event)}</code>}
      </h3>
      <dl className="facts small">
        <dt>Type</dt>
        <dd>
          <code>{event.type}</code> {event.version}
        </dd>
        <dt>Position</dt>
        <dd>{event.position?.toLocaleString() ?? "not yet numbered"}</dd>
        <dt>Recorded</dt>
        <dd>
          <Instant at={event.recordedAt} form="full" />
        </dd>
        <dt>By</dt>
        <dd>
          <Theirs clip>{event.metadata["actor"] ?? "–"}</Theirs>
        </dd>
      </dl>
      <Changes runId={runId} sequence={event.sequence} />
      <h3>As it was recorded</h3>
      <JsonTree value={event.payload} label="the event" />
    </div>
  );
}

function Changes({ runId, sequence }: { runId: string; sequence: number }) {
  const at = (atSequence: number) => api.get("/v1/runs/{id}", { params: { path: { id: runId }, query: { atSequence } } });
  // What a run was after an event never changes.
  const { data, isPending } = useQuery({
    queryKey: ["fixed", "run-changes", runId, sequence],
    queryFn: async () => {
      const [before, after] = await Promise.all([sequence > 1 ? at(sequence - 1) : undefined, at(sequence)]);
      return changesBetween(stateOf(before as unknown as Run | undefined), stateOf(after as unknown as Run));
    },
    staleTime: Infinity,
  });
  return (
    <>
      <h3>What it changed</h3>
      {isPending && <p className="quiet">…</p>}
      {data?.length === 0 && <p className="quiet">Nothing that the run shows.</p>}
      {data && data.length > 0 && (
        <ul className="stack changes">
          {data.map((change) => (
            <ChangeRow key={change.path} change={change} />
          ))}
        </ul>
      )}
    </>
  );
}

/** What of a run is compared. */
function stateOf(run: Run | undefined): Json {
  if (!run) return {};
  const { status, paused, output, failure, executionState } = run;
  return { status, paused: paused ?? null, output: output ?? null, failure: failure ?? null, nodes: executionState ?? {} } as unknown as Json;
}
