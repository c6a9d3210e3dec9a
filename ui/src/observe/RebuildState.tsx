import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import type { Projection } from "../api/types";
import { Instant } from "../common/Instant";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { percentOf } from "./ProjectionsPage";

type Rebuild = NonNullable<Projection["rebuild"]>;

const STAGES: Record<string, string> = {
  waiting: "waits for a process with the role projector",
  folding: "reads the ledger",
  indexing: "makes its indexes",
  comparing: "is held against the one that is read",
  flipping: "becomes the one that is read",
};

const OUTCOMES: Record<string, string> = {
  same: "What readers saw until then was as the ledger makes it.",
  different: "What readers saw until then differed from what the ledger makes; now they see the new one.",
  notCompared: "It was not held against the one before.",
  failed: "It could not be built; readers see what they saw.",
};

/** How far a rebuild is, or what came of it. */
export function RebuildState({ of }: { of: Rebuild }) {
  if (of.finishedAt) {
    const isBad = of.state === "failed" || of.outcome === "failed";
    return (
      <p className="row small">
        {isBad ? <CircleX size={15} className="tone-bad" aria-hidden /> : <CircleCheck size={15} className="tone-good" aria-hidden />}
        <span>
          Rebuilt <Instant at={of.finishedAt} form="relative" />, ordered by <Theirs>{of.orderedBy}</Theirs>. {of.outcome && (OUTCOMES[of.outcome] ?? of.outcome)} {of.detail && <Theirs>{of.detail}</Theirs>}
        </span>
      </p>
    );
  }
  const percent = percentOf(of.position, of.target);
  const left = of.eventsPerSecond > 0 ? ((of.target - of.position) / of.eventsPerSecond) * 1_000 : undefined;
  return (
    <div className="stack" role="status">
      <div className="bar" role="progressbar" aria-label={`Rebuild of ${of.name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
        <span style={{ width: `${percent}%` }} />
      </div>
      <p className="row small">
        <LoaderCircle size={15} className="spin tone-busy" aria-hidden />
        <span>
          The new build {STAGES[of.state] ?? of.state}: {percent} %, {of.position.toLocaleString()} of {of.target.toLocaleString()}
          {of.eventsPerSecond > 0 && `, ${Math.round(of.eventsPerSecond).toLocaleString()} events a second`}
          {left !== undefined && of.state === "folding" && `, about ${lasting(left)} left`}
          {of.perSecond ? ` (at most ${of.perSecond.toLocaleString()} a second)` : ""}. Ordered <Instant at={of.orderedAt} form="relative" /> by <Theirs>{of.orderedBy}</Theirs>.
        </span>
      </p>
    </div>
  );
}
