import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";

/** What the organization wants of a draft before it goes live, and, for whoever may, the way to another policy. */
export function Policy({ required }: { required: boolean }) {
  const may = useMay("organization:manage");
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const change = useOrder(() => api.put("/v1/organization/publication-policy", { body: { reviewRequired: !required } }), "The policy is another one", close);
  return (
    <div className="note">
      <div className="grow">
        {required
          ? "This organization wants two pairs of eyes: a draft goes live once somebody has approved it who may (workflows:approve), and who neither asked for the review nor edited the draft last."
          : "This organization wants no review: whoever may publish can do so. A review can be asked for all the same."}
      </div>
      {may && (
        <Button look="plain" onClick={() => setOpen(true)}>
          Change…
        </Button>
      )}
      {isOpen && (
        <OrderDialog title="The policy of publication" verb={required ? "Want none" : "Want a review"} busy={change.isPending} error={change.error} onOrder={() => change.mutate(undefined)} onClose={close}>
          <p>
            {required
              ? "Drafts of all workflows of the organization may then be published without anybody else having looked at them."
              : "Drafts of all workflows of the organization are then published only when somebody else has approved them. What is live stays live."}
          </p>
        </OrderDialog>
      )}
    </div>
  );
}
