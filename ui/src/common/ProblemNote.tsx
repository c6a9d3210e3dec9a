import { useQuery } from "@tanstack/react-query";
import { CircleX } from "lucide-react";
import { asProblem } from "../api/problem";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Theirs } from "./Theirs";

/** What was refused, why, and what to do about it. */
export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const problem = asProblem(error);
  const { data: cures } = useQuery({
    queryKey: ["cures"],
    queryFn: async () => (await import("../api/cures")).cures,
    staleTime: Infinity,
  });
  const known = cures?.[problem.code];
  return (
    <div className="note bad" role="alert">
      <CircleX size={16} className="tone-bad" aria-hidden />
      <div className="stack grow">
        <h3>{known?.title ?? problem.title}</h3>
        {problem.message !== (known?.title ?? problem.title) && (
          <p>
            <Theirs>{problem.message}</Theirs>
          </p>
        )}
        {problem.details.length > 0 && (
          <ul className="stack">
            {problem.details.map((detail, index) => (
              <li key={index}>
                <code className="theirs">{detail.path}</code> <Theirs>{detail.message}</Theirs>
              </li>
            ))}
          </ul>
        )}
        {known?.cure && <p className="quiet">{known.cure.replaceAll("`", "")}</p>}
        <div className="row small quiet">
          {onRetry && <Button onClick={onRetry}>Try again</Button>}
          {problem.requestId && (
            <span className="row">
              Request <code>{problem.requestId}</code>
              <Copy text={problem.requestId} what="the request's id" />
            </span>
          )}
        </div>
      </div>
    </div>
  );
}
