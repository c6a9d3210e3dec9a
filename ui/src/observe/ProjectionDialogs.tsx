import { useState } from "react";
import { api } from "../api/client";
import type { Projection } from "../api/types";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";

type Props = { view: Projection; onClose: () => void };

const isBound = (text: string) => text === "" || /^[1-9]\d*$/.test(text);
const boundOf = (text: string) => (text === "" ? null : Number(text));

function BoundField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <Field label="Events a second at most" hint="Empty: as many as it can. A bound keeps live traffic from feeling it." faults={isBound(value) ? [] : ["must be a whole number above 0"]}>
      {(control) => <input {...control} className="input" inputMode="numeric" value={value} onChange={(event) => onChange(event.target.value.trim())} />}
    </Field>
  );
}

/** Orders a new build of a view, beside the one that is read. */
export function RebuildDialog({ view, onClose }: Props) {
  const [bound, setBound] = useState("");
  const rebuild = useOrder(() => api.post("/v1/projections/{name}/rebuild", { params: { path: { name: view.name } }, body: { perSecond: boundOf(bound) } }), "The rebuild is ordered", onClose);
  return (
    <OrderDialog title="Build this view anew" verb="Rebuild" busy={rebuild.isPending} error={rebuild.error} disabled={!isBound(bound)} onOrder={() => rebuild.mutate(undefined)} onClose={onClose}>
      <p>
        <Theirs>{view.name}</Theirs> is built anew from the ledger, beside the one that is read. It is held against that one, and then takes its place; nobody waits meanwhile.
      </p>
      <BoundField value={bound} onChange={setBound} />
    </OrderDialog>
  );
}

/** Bounds how many events a view takes in a second. */
export function ThrottleDialog({ view, onClose }: Props) {
  const [bound, setBound] = useState(view.perSecond ? String(view.perSecond) : "");
  const throttle = useOrder(() => api.put("/v1/projections/{name}/throttle", { params: { path: { name: view.name } }, body: { perSecond: boundOf(bound) } }), "It holds from now on", onClose);
  return (
    <OrderDialog title="Bound this view" verb="Bound it" busy={throttle.isPending} error={throttle.error} disabled={!isBound(bound)} onOrder={() => throttle.mutate(undefined)} onClose={onClose}>
      <p>
        <Theirs>{view.name}</Theirs> takes no more than so many events a second. It falls behind where more come in.
      </p>
      <BoundField value={bound} onChange={setBound} />
    </OrderDialog>
  );
}
