import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../api/client";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Id, Theirs } from "../common/Theirs";

/** The runs that continue one another by retries and re-runs. */
export function RunLineage({ runId }: { runId: string }) {
  const lineage = useQuery({
    queryKey: ["lineage", runId],
    queryFn: async () => (await api.get("/v1/runs/{id}/lineage", { params: { path: { id: runId } } })).runs,
  });
  return (
    <Listing query={{ ...lineage, items: lineage.data ?? [] }} empty={null}>
      <Table heads={["Run", "Status", "Began", "Continues", "By", "Failure"]} hasActions>
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
            <td>
              {run.id !== runId && (
                <Link className="button" to="/compare" search={{ left: runId, right: run.id }}>
                  Compare
                </Link>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Listing>
  );
}
