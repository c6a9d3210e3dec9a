import { Scale } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";
import { useRetention } from "./RetentionSettings";

type Hold = Data<"/v1/retention">["holds"][number];

/** What may not be deleted, whatever was settled. */
export function Holds() {
  const may = useMay("holds:manage");
  const retention = useRetention();
  const [isPlacing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<Hold>();
  return (
    <>
      {may && (
        <div className="row body">
          <Button look="primary" icon={<Scale size={16} aria-hidden />} onClick={() => setPlacing(true)}>
            Place a hold
          </Button>
        </div>
      )}
      <Listing
        query={{ ...retention, items: retention.data?.holds ?? [] }}
        empty={
          <Empty title="Nothing is held">
            <p>While a hold stands, nothing that it may be about is deleted, whatever was settled. Who placed it, and why, is in the audit log.</p>
          </Empty>
        }
      >
        <Table heads={["What is held", "Why", "By", "Since"]} hasActions>
          {retention.data?.holds.map((hold) => (
            <tr key={hold.holdId}>
              <td>
                <Scope of={hold.scope} />
              </td>
              <td>
                <Theirs>{hold.reason}</Theirs>
              </td>
              <td>
                <Theirs>{hold.by}</Theirs>
              </td>
              <td>
                <Instant at={hold.at} />
              </td>
              <td>{may && <Button onClick={() => setLifting(hold)}>Lift…</Button>}</td>
            </tr>
          ))}
        </Table>
      </Listing>
      {isPlacing && <PlaceDialog onClose={() => setPlacing(false)} />}
      {lifting && <LiftDialog hold={lifting} onClose={() => setLifting(undefined)} />}
    </>
  );
}

function Scope({ of }: { of: Hold["scope"] }) {
  const { nameOf } = useWorkflowNames();
  if (of.kind === "organization") return <>The whole organization</>;
  if (of.kind === "run") return <code className="theirs">{of.run_id}</code>;
  return <Theirs clip>{nameOf(of.workflow_id) ?? of.workflow_id}</Theirs>;
}

function PlaceDialog({ onClose }: { onClose: () => void }) {
  const { list } = useWorkflowNames();
  const [kind, setKind] = useState<Hold["scope"]["kind"]>("organization");
  const [id, setId] = useState("");
  const [reason, setReason] = useState("");
  const place = useOrder(
    () => {
      const scope: Hold["scope"] = kind === "organization" ? { kind } : kind === "run" ? { kind, run_id: id.trim() } : { kind, workflow_id: id };
      return api.post("/v1/retention/holds", { body: { scope, reason: reason.trim() } });
    },
    "The hold stands",
    onClose,
  );
  return (
    <OrderDialog title="Place a hold" verb="Place it" busy={place.isPending} error={place.error} disabled={reason.trim() === "" || (kind !== "organization" && id.trim() === "")} onOrder={() => place.mutate(undefined)} onClose={onClose}>
      <Field label="What is held" hint="A hold on a workflow keeps all runs of the organization.">
        {(control) => (
          <select
            {...control}
            className="input"
            value={kind}
            onChange={(event) => {
              setKind(event.target.value as Hold["scope"]["kind"]);
              setId("");
            }}
          >
            <option value="organization">The whole organization</option>
            <option value="workflow">A workflow</option>
            <option value="run">A run</option>
          </select>
        )}
      </Field>
      {kind === "workflow" && (
        <Field label="Workflow" isRequired>
          {(control) => (
            <select {...control} className="input" value={id} onChange={(event) => setId(event.target.value)}>
              <option value="">Choose…</option>
              <WorkflowOptions of={list} />
            </select>
          )}
        </Field>
      )}
      {kind === "run" && (
        <Field label="Run" hint="Its id." isRequired>
          {(control) => <input {...control} className="input code" value={id} onChange={(event) => setId(event.target.value)} />}
        </Field>
      )}
      <Field label="Why" hint="For whoever asks later." isRequired>
        {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

function LiftDialog({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const lift = useOrder(() => api.post("/v1/retention/holds/{id}/lift", { params: { path: { id: hold.holdId } }, body: { reason: reason.trim() } }), "The hold is lifted", onClose);
  return (
    <OrderDialog title="Lift this hold" verb="Lift it" look="danger" busy={lift.isPending} error={lift.error} disabled={reason.trim() === ""} onOrder={() => lift.mutate(undefined)} onClose={onClose}>
      <p>What it was about is deleted when its time has come.</p>
      <Field label="Why" isRequired>
        {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
