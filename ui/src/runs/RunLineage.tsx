import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../api/client";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";

/** The runs that continue one another by retries and re-runs. */
export function RunLineage({ runId }: { runId: string }) {
  const lineage = useQuery({
    queryKey: ["lineage", runId],
    queryFn: async () => (await api.get("/v1/runs/{id}/lineage", { params: { path: { id: runId } } })).runs,
  });
  return (
    <Listing query={{ ...lineage, items: lineage.data ?? [] }} empty={null}>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Status</th>
              <th scope="col">Began</th>
              <th scope="col">Continues</th>
              <th scope="col">By</th>
              <th scope="col">Failure</th>
            </tr>
          </thead>
          <tbody>
            {(lineage.data ?? []).map((run) => (
              <tr key={run.id}>
                <td>
                  {run.id === runId ? (
                    <strong>
                      <Id>{run.id}</Id> (this one)
                    </strong>
                  ) : (
                    <Link to="/runs/$runId" params={{ runId: run.id }} search={{}}>
                      <Id>{run.id}</Id>
                    </Link>
                  )}
                </td>
                <td>
                  <Status of={run.status} />
                </td>
                <td>
                  <Instant at={run.startedAt} />
                </td>
                <td>{run.sourceRunId ? <Id>{run.sourceRunId}</Id> : <span className="quiet">the first</span>}</td>
                <td>
                  <Theirs clip>{run.triggeredBy}</Theirs>
                </td>
                <td>{run.failureCode && <code className="theirs">{run.failureCode}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Listing>
  );
}
