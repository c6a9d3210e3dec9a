import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { OrderDialog } from "../common/Dialog";
import { useOrder } from "../common/useOrder";
import { ChangesBetween } from "../workflows/Changes";

/** Brings the content of an earlier version back, after what that changes was shown. */
export function RollbackDialog({ workflow, version, onClose }: { workflow: Workflow; version: number; onClose: () => void }) {
  const rollback = useOrder(
    () => api.post("/v1/workflows/{id}/rollback", { params: { path: { id: workflow.id } }, body: { versionNumber: version } }),
    `The content of version ${version} is live again`,
    onClose,
  );
  return (
    <OrderDialog wide title={`Bring version ${version} back`} verb="Bring it back" busy={rollback.isPending} error={rollback.error} onOrder={() => rollback.mutate(undefined)} onClose={onClose}>
      <p>Its content becomes live again, as a new version. Runs that have begun go on with the version that they began with; the draft stays.</p>
      {workflow.hasLiveVersion && (
        <>
          <h3>What changes of what is live</h3>
          <ChangesBetween workflow={workflow} from="live" to={String(version)} />
        </>
      )}
    </OrderDialog>
  );
}
