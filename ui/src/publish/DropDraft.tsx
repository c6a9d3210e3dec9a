import { useState } from "react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";

type Props = { workflow: Workflow; disabled?: boolean; said?: string; onDropped?: (live: Workflow) => void };

/** The way back to what is live. */
export function DropDraft({ workflow, disabled = false, said = "The draft is what is live", onDropped }: Props) {
  const may = useMay("workflows:write");
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const drop = useOrder(
    async () => (await api.post("/v1/workflows/{id}/discard-draft", { params: { path: { id: workflow.id } } })) as unknown as Workflow,
    said,
    (live) => {
      onDropped?.(live);
      close();
    },
  );
  if (!may || !workflow.hasDraft || !workflow.hasLiveVersion) return null;
  return (
    <>
      <Button look="danger" disabled={disabled} onClick={() => setOpen(true)}>
        Drop the draft…
      </Button>
      {isOpen && (
        <OrderDialog title="Drop the draft" verb="Drop it" look="danger" busy={drop.isPending} error={drop.error} onOrder={() => drop.mutate(undefined)} onClose={close}>
          <p>All edits that were not published go, whoever made them. What is live stays.</p>
        </OrderDialog>
      )}
    </>
  );
}
