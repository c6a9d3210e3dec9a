import { useState } from "react";
import { api } from "../api/client";
import { asProblem } from "../api/problem";
import type { TaskSummary } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { counted } from "../common/units";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";

type Deed = "claim" | "release" | "assign";
const DONE: Record<Deed, string> = { claim: "claimed", release: "given back", assign: "assigned" };
type Told = { deed: Deed; done: number; refused: { task: TaskSummary; why: string }[] };

/** What is done about several tasks at once, one after the other: each is done or refused by itself. */
export function BulkBar({ chosen, onDone }: { chosen: TaskSummary[]; onDone: () => void }) {
  const mayAssign = useMay("tasks:manage");
  const [isAssigning, setAssigning] = useState(false);
  const [told, setTold] = useState<Told>();
  const order = useOrder(
    async ({ deed, assignee }: { deed: Deed; assignee?: string }) => {
      const result: Told = { deed, done: 0, refused: [] };
      for (const task of chosen) {
        const path = { params: { path: { id: task.id } } };
        try {
          if (deed === "claim") await api.post("/v1/tasks/{id}/claim", path);
          else if (deed === "release") await api.post("/v1/tasks/{id}/release", path);
          else await api.post("/v1/tasks/{id}/assign", { ...path, body: { assignee: assignee ?? "" } });
          result.done += 1;
        } catch (error) {
          result.refused.push({ task, why: asProblem(error).message });
        }
      }
      return result;
    },
    undefined,
    (result) => {
      setTold(result);
      setAssigning(false);
      onDone();
    },
  );
  return (
    <div className="stack" role="region" aria-label="Several tasks">
      {chosen.length > 0 && (
        <div className="row bulk">
          <strong>{counted(chosen.length, "task")} chosen</strong>
          <Button busy={order.isPending} onClick={() => order.mutate({ deed: "claim" })}>
            Claim them
          </Button>
          <Button busy={order.isPending} onClick={() => order.mutate({ deed: "release" })}>
            Give them back
          </Button>
          {mayAssign && <Button onClick={() => setAssigning(true)}>Assign them…</Button>}
          <Button look="plain" onClick={onDone}>
            Choose none
          </Button>
        </div>
      )}
      {told && (
        <div className={told.refused.length > 0 ? "note wait" : "note"} role="status">
          <div className="stack grow">
            <p>
              {counted(told.done, "task")} {DONE[told.deed]}
              {told.refused.length > 0 && `, ${told.refused.length.toLocaleString()} refused:`}
            </p>
            {told.refused.length > 0 && (
              <ul className="small stack">
                {told.refused.map(({ task, why }) => (
                  <li key={task.id}>
                    <Theirs clip>{task.title}</Theirs> <Theirs>{why}</Theirs>
                  </li>
                ))}
              </ul>
            )}
          </div>
          <Button look="plain" onClick={() => setTold(undefined)}>
            Good
          </Button>
        </div>
      )}
      {isAssigning && <AssignDialog count={chosen.length} busy={order.isPending} onAssign={(assignee) => order.mutate({ deed: "assign", assignee })} onClose={() => setAssigning(false)} />}
    </div>
  );
}

type AssignProps = { count: number; busy: boolean; error?: unknown; onAssign: (assignee: string) => void; onClose: () => void };

export function AssignDialog({ count, busy, error, onAssign, onClose }: AssignProps) {
  const [assignee, setAssignee] = useState("");
  return (
    <OrderDialog title={count === 1 ? "Assign this task" : `Assign ${count.toLocaleString()} tasks`} verb="Assign" busy={busy} error={error} disabled={!assignee.trim()} onOrder={() => onAssign(assignee.trim())} onClose={onClose}>
      <p>Whoever has it now loses it; nobody else may answer it then.</p>
      <Field label="To whom" hint="The id of a member, or the name by which tasks are theirs." isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={assignee} onChange={(event) => setAssignee(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
