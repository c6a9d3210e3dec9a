import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleX, RefreshCcw } from "lucide-react";
import { api } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import type { LedgerEvent } from "../api/types";
import { Button } from "../common/Button";
import { JsonTree } from "../common/JsonTree";
import { ProblemNote } from "../common/ProblemNote";
import { counted } from "../common/units";
import { ChangeRow } from "./ChangeRow";
import { changesBetween } from "./changes";
import { titleOf } from "./facts";

type Props = { runId: string; events: LedgerEvent[]; onSequence: (sequence: number) => void };

/** Lets the server decide the run again from its events, and shows where it would decide otherwise. */
export function RunReplay({ runId, events, onSequence }: Props) {
  const replay = useMutation({ mutationFn: () => api.get("/v1/runs/{id}/replay", { params: { path: { id: runId } } }) });
  const { data } = replay;
  return (
    <section className="stack" aria-label="Replay">
      <h2>Replay</h2>
      <p className="quiet">Every decision of the engine is made again from the facts before it, and held against what the ledger has. Nothing is executed.</p>
      <div className="row">
        <Button busy={replay.isPending} icon={<RefreshCcw size={16} aria-hidden />} onClick={() => replay.mutate()}>
          Replay this run
        </Button>
      </div>
      {replay.isError && <ProblemNote error={replay.error} />}
      {data?.isSame && (
        <p className="row" role="status">
          <CircleCheck size={18} className="tone-good" aria-hidden />
          All {counted(data.events, "event")} are what the engine decides today{data.isOver ? "." : "; the run is not over, and what there is was decided again."}
        </p>
      )}
      {data && !data.isSame && data.divergence && <Divergence of={data.divergence} event={events.find(({ sequence }) => sequence === data.divergence?.sequence)} onSequence={onSequence} />}
    </section>
  );
}

type Parting = { sequence: number; expected?: unknown; recorded?: unknown };

function Divergence({ of, event, onSequence }: { of: Parting; event: LedgerEvent | undefined; onSequence: (sequence: number) => void }) {
  const [expected, recorded] = [of.expected as Json | undefined, of.recorded as Json | undefined];
  const changes = changesBetween(asObject(recorded), asObject(expected));
  return (
    <div className="stack" role="status">
      <p className="row">
        <CircleX size={18} className="tone-bad" aria-hidden />
        The first difference is event {of.sequence.toLocaleString()}
        {event && `, “${titleOf(event)}”`}.
        <Button onClick={() => onSequence(of.sequence)}>Show it in the ledger</Button>
      </p>
      <div className="two-columns">
        <div className="stack">
          <h3>The engine decides</h3>
          {expected === undefined || expected === null ? <p className="quiet">Nothing leads to the recorded event.</p> : <JsonTree value={expected} label="what was expected" />}
        </div>
        <div className="stack">
          <h3>The ledger has</h3>
          {recorded === undefined || recorded === null ? <p className="quiet">The ledger ends before it.</p> : <JsonTree value={recorded} label="what was recorded" />}
        </div>
      </div>
      {expected && recorded && changes.length > 0 && (
        <>
          <h3>Where they differ: recorded → expected</h3>
          <ul className="stack changes">
            {changes.map((change) => (
              <ChangeRow key={change.path} change={change} before="recorded" after="expected" />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
