import { useState } from "react";
import { api } from "../api/client";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import type { DataTable } from "./TablesPage";

/** Drops a table, once its name was written out. */
export function DropTable({ table, onClose, onDone }: { table: DataTable; onClose: () => void; onDone?: () => void }) {
  const [name, setName] = useState("");
  const drop = useOrder(
    () => api.delete("/v1/tables/{name}", { params: { path: { name: table.name }, query: { force: true, expectedVersion: table.version } } }),
    "The table is dropped",
    () => {
      onClose();
      onDone?.();
    },
  );
  return (
    <OrderDialog title="Drop this table" verb="Drop the table" look="danger" busy={drop.isPending} error={drop.error} disabled={name !== table.name} onOrder={() => drop.mutate(undefined)} onClose={onClose}>
      <p>
        All rows of <Theirs>{table.name}</Theirs> are gone, for good: rows are not on the ledger, and only a backup of the database has them. Workflows that read it fail.
      </p>
      <Field label={`Write “${table.name}” to say that you mean it`} isRequired>
        {(control) => <input {...control} className="input" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
