import { useEffect, useState } from "react";
import { CircleX } from "lucide-react";
import { Button } from "../common/Button";
import { Theirs } from "../common/Theirs";
import type { Refusal } from "./api";

/** Why it was refused, in words for somebody who knows nothing of the house; and when it is worth another try. */
export function RefusalNote({ refusal, onRetry }: { refusal: Refusal; onRetry?: (() => void) | undefined }) {
  const left = useCountdown(refusal);
  return (
    <div className="note bad" role="alert">
      <CircleX size={16} className="tone-bad" aria-hidden />
      <div className="stack grow">
        <h3>{headOf(refusal)}</h3>
        {refusal.status === 429 ? (
          <p>{left > 0 ? `Try again in ${left} seconds.` : "You can try again now."}</p>
        ) : (
          <p>
            <Theirs>{refusal.message}</Theirs>
          </p>
        )}
        {refusal.details.length > 0 && (
          <ul className="stack">
            {refusal.details.map((detail, index) => (
              <li key={index}>
                <code className="theirs">{detail.path.replace(/^\/payload\/?/, "")}</code> <Theirs>{detail.message}</Theirs>
              </li>
            ))}
          </ul>
        )}
        {onRetry && (
          <div className="row">
            <Button onClick={onRetry} disabled={left > 0}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function headOf({ status }: Refusal): string {
  if (status === 0) return "The server did not answer";
  if (status === 429) return "Too many runs were started just now";
  if (status === 403) return "It cannot be started from here";
  if (status === 404) return "It is not there any more";
  if (status === 409) return "It starts no run now";
  return status === 422 ? "Something of this is not what it asks for" : "It could not be done";
}

function useCountdown(refusal: Refusal): number {
  const [left, setLeft] = useState(refusal.after ?? 0);
  useEffect(() => {
    setLeft(refusal.after ?? 0);
    const beat = setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1_000);
    return () => clearInterval(beat);
  }, [refusal]);
  return left;
}
