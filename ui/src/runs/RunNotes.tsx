import { CircleX, Pause, TriangleAlert } from "lucide-react";
import { Theirs } from "../common/Theirs";
import type { Run } from "../api/types";

/** What somebody has to know before all else: why it failed, that it stands still. */
export function RunNotes({ run }: { run: Run }) {
  return (
    <>
      {run.failure && (
        <div className="note bad">
          <CircleX size={16} className="tone-bad" aria-hidden />
          <div className="stack grow">
            <h2>
              Failed with <code className="theirs">{run.failure.code}</code>
            </h2>
            <p>
              <Theirs>{run.failure.message}</Theirs>
            </p>
            {run.remediation && <p className="quiet">{run.remediation}</p>}
            {run.onRetry && <RetryWords retrial={run.onRetry} />}
          </div>
        </div>
      )}
      {run.paused && (
        <div className="note wait">
          <Pause size={16} className="tone-wait" aria-hidden />
          <p>
            Paused by <Theirs>{run.paused.by ?? "somebody"}</Theirs>: nothing new starts until somebody lets it go on.
            {run.paused.reason && (
              <>
                {" "}
                “<Theirs>{run.paused.reason}</Theirs>”
              </>
            )}
          </p>
        </div>
      )}
    </>
  );
}

function RetryWords({ retrial }: { retrial: NonNullable<Run["onRetry"]> }) {
  return (
    <p className="small">
      A retry {retrial.takenOver > 0 && `takes over ${retrial.takenOver} and `}begins with {retrial.beginsWith.join(", ") || "nothing"}.
      {retrial.outcomeUnknown.length > 0 && (
        <span className="tone-wait row">
          <TriangleAlert size={14} aria-hidden />
          Nobody knows whether {retrial.outcomeUnknown.join(", ")} happened: look at the other side first.
        </span>
      )}
    </p>
  );
}
