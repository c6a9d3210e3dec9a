import { useState } from "react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";

/** All that was ever live, and the way back to it. */
export function Versions({ workflow }: { workflow: Workflow }) {
  const may = useMay("workflows:publish");
  const [back, setBack] = useState<number>();
  const path = { id: workflow.id };
  const versions = usePages(["versions", workflow.id, workflow.version], (cursor) =>
    api.get("/v1/workflows/{id}/versions", { params: { path, query: { limit: 50, ...(cursor && { cursor }) } } }),
  );
  const rollback = useOrder(
    (versionNumber: number) => api.post("/v1/workflows/{id}/rollback", { params: { path }, body: { versionNumber } }),
    "The version is live again",
    () => setBack(undefined),
  );
  return (
    <Listing query={versions} empty={<p className="body quiet">Nothing was published yet.</p>}>
      <Table heads={["Version", "Status", "Published", "By"]} hasActions>
        {versions.items.map((version) => (
          <tr key={version.versionNumber}>
            <td>{version.versionNumber}</td>
            <td>
              <Status of={version.status} />
            </td>
            <td>
              <Instant at={version.publishedAt} />
            </td>
            <td>
              <Theirs clip>{version.createdBy}</Theirs>
            </td>
            <td>{may && version.status !== "live" && <Button onClick={() => setBack(version.versionNumber)}>Bring back…</Button>}</td>
          </tr>
        ))}
      </Table>
      {back !== undefined && (
        <OrderDialog title={`Bring version ${back} back`} verb="Bring it back" busy={rollback.isPending} error={rollback.error} onOrder={() => rollback.mutate(back)} onClose={() => setBack(undefined)}>
          <p>Its content becomes live again, as a new version. Runs that have begun go on with the version that they began with; the draft stays.</p>
        </OrderDialog>
      )}
    </Listing>
  );
}
