import { useState, type FormEvent } from "react";
import { api } from "../api/client";
import { isObject, type Json } from "../api/exactJson";
import { useSession } from "../api/session";
import { faultsAt } from "../api/problem";
import type { Task } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import type { Schema } from "../forms/schema";
import { Who } from "../frame/Who";
import { useMay } from "../frame/whoami";
import { AssignDialog } from "./BulkBar";
import { InterfaceForm } from "../interfaces/InterfaceForm";
import { pinned, REJECT, type Component } from "../interfaces/model";

type Order = { isPending: boolean; isError: boolean; error: unknown; mutate: (given: Json | undefined) => void };

/** Without a form any answer will do. */
const ANY: Schema = { description: "Whatever the nodes behind it are to read as the answer." };

/** Claims a task, gives it back, answers it, or rejects it. */
export function AnswerForm({ task }: { task: Task }) {
  const may = useMay("tasks:write");
  const schema = isObject(task.form) ? task.form : ANY;
  const [answer, setAnswer] = useState<Json | undefined>(isObject(task.form) && task.form["type"] === "object" ? {} : undefined);
  const [isTried, setTried] = useState(false);
  const [isRejecting, setRejecting] = useState(false);
  const [isAssigning, setAssigning] = useState(false);
  const [person, setPerson] = useState("");
  const isKey = useSession()?.kind === "key";
  const mayAssign = useMay("tasks:manage");
  const path = { params: { path: { id: task.id } } };
  const acting = person.trim() === "" ? {} : { actingAs: person.trim() };
  const claim = useOrder(() => api.post("/v1/tasks/{id}/claim", { ...path, body: acting }), acting.actingAs ? `The task is with ${acting.actingAs}` : "The task is yours");
  const release = useOrder(() => api.post("/v1/tasks/{id}/release", { ...path, body: acting }), "The task is given back");
  const assign = useOrder((assignee: string) => api.post("/v1/tasks/{id}/assign", { ...path, body: { assignee } }), "It is theirs", () => setAssigning(false));
  const complete = useOrder(
    (given: Json | undefined) => api.post("/v1/tasks/{id}/complete", { ...path, body: { data: (given ?? answer ?? null) as Record<string, never>, ...acting } }),
    "Answered: the run goes on",
  );
  if (!may) return <p className="quiet">To answer tasks you need the permission tasks:write.</p>;
  const component = pinned(task.uiComponent);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (check(schema, answer, schema, { allowsExpressions: false }).length === 0) complete.mutate(undefined);
  };
  return (
    <>
      {task.status === "in_progress" ? (
        <div className="row spread">
          <span className="quiet small">
            Claimed{" "}
            {task.assignee && (
              <>
                by <Who id={task.assignee} />
              </>
            )}
          </span>
          <Button busy={release.isPending} onClick={() => release.mutate(undefined)}>
            Give back
          </Button>
        </div>
      ) : (
        <div className="row spread">
          <span className="quiet small">Claim it, so that nobody else answers meanwhile.</span>
          <Button busy={claim.isPending} onClick={() => claim.mutate(undefined)}>
            Claim
          </Button>
        </div>
      )}
      <div className="row">
        {mayAssign && !task.approval && <Button onClick={() => setAssigning(true)}>Assign…</Button>}
        {isKey && !task.approval && (
          <label className="row small">
            In the name of
            <input className="input choose" maxLength={100} placeholder="whoever holds this key" value={person} onChange={(event) => setPerson(event.target.value)} />
          </label>
        )}
      </div>
      {isAssigning && <AssignDialog count={1} busy={assign.isPending} error={assign.error} onAssign={(assignee) => assign.mutate(assignee)} onClose={() => setAssigning(false)} />}
      {(claim.isError || release.isError) && <ProblemNote error={claim.error ?? release.error} />}
      {component ? (
        <InInterface task={task} component={component} complete={complete} onReject={() => setRejecting(true)} />
      ) : (
      <form className="stack" onSubmit={send} noValidate>
        <SchemaForm schema={schema} value={answer} onChange={setAnswer} faults={faultsAt(complete.error, "/data")} isTried={isTried} />
        {complete.isError && <ProblemNote error={complete.error} />}
        <div className="row">
          <Button type="submit" look="primary" busy={complete.isPending}>
            Complete
          </Button>
          <Button look="danger" onClick={() => setRejecting(true)}>
            Reject…
          </Button>
        </div>
      </form>
      )}
      {isRejecting && <RejectDialog task={task} acting={acting} onClose={() => setRejecting(false)} />}
    </>
  );
}

/** The interface that the task names, which says what is asked instead of the schema. */
function InInterface({ task, component, complete, onReject }: { task: Task; component: Component; complete: Order; onReject: () => void }) {
  const hasReject = component.actions?.some(({ actionKey }) => actionKey === REJECT) ?? false;
  return (
    <>
      <InterfaceForm component={component} data={task.data} faults={faultsAt(complete.error, "/data")} busy={complete.isPending} onSend={(given) => complete.mutate(given)} onReject={onReject} verb="Complete" />
      {complete.isError && <ProblemNote error={complete.error} />}
      {!hasReject && (
        <div className="row">
          <Button look="danger" onClick={onReject}>
            Reject…
          </Button>
        </div>
      )}
    </>
  );
}

function RejectDialog({ task, acting, onClose }: { task: Task; acting: { actingAs?: string }; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const reject = useOrder(() => api.post("/v1/tasks/{id}/reject", { params: { path: { id: task.id } }, body: { reason, ...acting } }), "Rejected", onClose);
  return (
    <OrderDialog title="Reject this task" verb="Reject" look="danger" busy={reject.isPending} error={reject.error} disabled={reason.trim() === ""} onOrder={() => reject.mutate(undefined)} onClose={onClose}>
      <Field label="Why" hint="The run takes the branch rejected, or fails where there is none." isRequired>
        {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
