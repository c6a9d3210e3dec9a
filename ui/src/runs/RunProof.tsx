import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Clock, Download } from "lucide-react";
import { download } from "../api/client";
import type { LedgerEvent, Run } from "../api/types";
import { Button } from "../common/Button";
import { Command, Copy } from "../common/Copy";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { saveBundle } from "./bundle";
import { readCheckpoint } from "./checkpoint";
import { RunReplay } from "./RunReplay";

/** Whether the run is covered by what the server has signed, and how anybody checks that without it. */
export function RunProof({ run, events, onSequence }: { run: Run; events: LedgerEvent[]; onSequence: (sequence: number) => void }) {
  const checkpoint = useQuery({
    queryKey: ["checkpoint"],
    queryFn: async () => readCheckpoint(await (await download("/v1/log/checkpoint")).text()),
    refetchInterval: 5_000,
  });
  const bundle = useOrder(() => saveBundle(run.id), "The bundle is saved");
  if (checkpoint.isPending) return <Loading lines={3} />;
  if (checkpoint.isError) {
    return (
      <div className="body">
        <ProblemNote error={checkpoint.error} />
      </div>
    );
  }
  const { origin, size, root } = checkpoint.data;
  const last = events.findLast(({ position }) => typeof position === "number")?.position ?? undefined;
  const isCovered = last !== undefined && BigInt(last) <= size;
  return (
    <div className="body stack proof">
      <p className="row">
        {isCovered ? <CircleCheck size={18} className="tone-good" aria-hidden /> : <Clock size={18} className="tone-wait" aria-hidden />}
        {isCovered
          ? "All events of this run are covered by a signed checkpoint."
          : "The last events are not covered by a signed checkpoint yet; that takes some seconds."}
      </p>
      <dl className="facts">
        <dt>Log</dt>
        <dd className="theirs">{origin}</dd>
        <dt>Signed events</dt>
        <dd>{size.toLocaleString()}</dd>
        <dt>Last of this run</dt>
        <dd>{last?.toLocaleString() ?? "–"}</dd>
        <dt>Root</dt>
        <dd className="row">
          <code className="theirs">{root}</code>
          <Copy text={root} what="the root" />
        </dd>
      </dl>
      <RunReplay runId={run.id} events={events} onSequence={onSequence} />
      <h2>Without this server</h2>
      <p className="quiet">
        This page says what the server says. A bundle is checked without it: it has the events letter by letter, the version of the workflow, the
        proof of each event and the signed checkpoint, and the decisions of the engine are replayed from it.
      </p>
      <div className="row">
        <Button look="primary" busy={bundle.isPending} icon={<Download size={16} aria-hidden />} onClick={() => bundle.mutate(undefined)}>
          Download the bundle
        </Button>
      </div>
      {bundle.isError && <ProblemNote error={bundle.error} />}
      <Command>{`chainkeel audit verify ${run.id}.bundle.json --key '…'`}</Command>
      <Command>{`chainkeel audit replay ${run.id}`}</Command>
    </div>
  );
}
