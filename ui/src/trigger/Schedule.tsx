import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import type { WorkflowSummary } from "../api/types";
import { Button } from "../common/Button";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";

const FEW = 5;
const MANY = 50;
const MISSED = { skip: "what was missed is passed over", one: "of what was missed, one is made up for", all: "what was missed is made up for" };

/** When the live version comes round: the last time, and the next ones. */
export function Schedule({ workflow }: { workflow: WorkflowSummary }) {
  const [count, setCount] = useState(FEW);
  const { data, isError, error, refetch } = useQuery({
    queryKey: ["schedule", workflow.id, workflow.version, count],
    queryFn: () => api.get("/v1/workflows/{id}/schedule", { params: { path: { id: workflow.id }, query: { count } } }),
    refetchInterval: 30_000,
  });
  if (isError) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading lines={3} />;
  if (data.state === "none") return <p className="quiet">Nothing comes round: what is live has no schedule. The next times of a draft stand here once it is published.</p>;
  return (
    <div className="stack">
      <p className="row">
        <Status of={data.state === "over" ? "completed" : data.state} />
        <code className="theirs">{data.pattern}</code>
        <span className="quiet">
          counted in <Theirs>{data.timezone ?? "UTC"}</Theirs>
          {data.jitterMs ? `, put off by at most ${data.jitterMs.toLocaleString()} ms` : ""}
          {data.catchUp ? `; ${MISSED[data.catchUp]}` : ""}
        </span>
      </p>
      {data.lastRunAt && (
        <p>
          Last: <Instant at={data.lastRunAt} form="full" />{" "}
          {data.lastRunId ? (
            <Link to="/runs/$runId" params={{ runId: data.lastRunId }} search={{}}>
              <Id>{data.lastRunId}</Id>
            </Link>
          ) : (
            <span className="quiet">was passed over</span>
          )}
        </p>
      )}
      <ol className="stack times" aria-label="The next times">
        {data.upcoming.map((at) => (
          <li key={at}>
            <Instant at={at} form="full" /> <span className="quiet small">· <Instant at={at} form="relative" /></span>
          </li>
        ))}
      </ol>
      {count === FEW && data.upcoming.length === FEW && (
        <div>
          <Button onClick={() => setCount(MANY)}>Show {MANY}</Button>
        </div>
      )}
    </div>
  );
}
