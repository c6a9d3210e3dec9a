import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { columnsOf, HOLDS } from "./columns";
import { BLANK, ColumnFields, rulesOf, schemaOfColumn } from "./CreateTable";
import type { DataTable } from "./TablesPage";

type Open = { kind: "add" } | { kind: "rename"; from: string } | { kind: "remove"; name: string } | { kind: "index" };

/** The columns and indexes of a table, and changes of them. */
export function TableColumns({ table }: { table: DataTable }) {
  const may = useMay("data:manage");
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const removeIndex = useOrder((name: string) => api.post("/v1/tables/{name}/changes", { params: { path: { name: table.name } }, body: { changes: [{ removeIndex: name }], expectedVersion: table.version } }), "The index is gone");
  return (
    <>
      <section className="panel" aria-label="Columns">
        <header>
          <h2 className="grow">Columns</h2>
          {may && <Button onClick={() => setOpen({ kind: "add" })}>Add a column</Button>}
        </header>
        <Table heads={["Column", "Holds", "Required", "Rules"]} hasActions>
          {columnsOf(table.schema).map((column) => (
            <tr key={column.name}>
              <td>
                <Theirs>{column.name}</Theirs>
              </td>
              <td>{HOLDS[column.holds]}</td>
              <td>{column.isRequired ? "yes" : "no"}</td>
              <td className="small">
                <Theirs>{rulesOf(column.schema)}</Theirs>
              </td>
              <td>
                {may && (
                  <span className="row">
                    <Button onClick={() => setOpen({ kind: "rename", from: column.name })}>Rename…</Button>
                    <Button onClick={() => setOpen({ kind: "remove", name: column.name })}>Remove…</Button>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </section>
      <section className="panel" aria-label="Indexes">
        <header>
          <h2 className="grow">Indexes</h2>
          {may && <Button onClick={() => setOpen({ kind: "index" })}>Add an index</Button>}
        </header>
        {table.indexes.length === 0 ? (
          <p className="body quiet">None. An index makes conditions on its columns fast, and a unique one keeps rows from saying the same.</p>
        ) : (
          <Table heads={["Index", "Columns", "Unique"]} hasActions>
            {table.indexes.map((index) => (
              <tr key={index.name}>
                <td>
                  <Theirs>{index.name}</Theirs>
                </td>
                <td>
                  <Theirs>{index.columns.join(", ")}</Theirs>
                </td>
                <td>{index.unique ? "yes" : "no"}</td>
                <td>
                  {may && (
                    <Button busy={removeIndex.isPending} onClick={() => removeIndex.mutate(index.name)}>
                      Remove
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      {open && <ChangeDialog table={table} open={open} onClose={close} />}
    </>
  );
}

const TITLES = { add: "Add a column", rename: "Rename a column", remove: "Remove a column", index: "Add an index" };

function ChangeDialog({ table, open, onClose }: { table: DataTable; open: Open; onClose: () => void }) {
  const [draft, setDraft] = useState(BLANK);
  const [name, setName] = useState(open.kind === "rename" ? open.from : "");
  const [isUnique, setUnique] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const [isForced, setForced] = useState(false);
  const change = useOrder(
    () => {
      const changes = {
        add: () => ({ addColumn: { name: draft.name, schema: schemaOfColumn(draft) as Record<string, never>, required: draft.isRequired } }),
        rename: () => ({ renameColumn: { from: open.kind === "rename" ? open.from : "", to: name } }),
        remove: () => ({ removeColumn: open.kind === "remove" ? open.name : "" }),
        index: () => ({ addIndex: { name, columns: chosen, unique: isUnique } }),
      };
      return api.post("/v1/tables/{name}/changes", { params: { path: { name: table.name } }, body: { changes: [changes[open.kind]()], force: isForced, expectedVersion: table.version } });
    },
    "The table is changed",
    onClose,
  );
  const breaks = open.kind === "rename" || open.kind === "remove" || (open.kind === "add" && draft.isRequired);
  return (
    <OrderDialog title={TITLES[open.kind]} verb="Change the table" look={open.kind === "remove" ? "danger" : "primary"} busy={change.isPending} error={change.error} disabled={breaks && !isForced} onOrder={() => change.mutate(undefined)} onClose={onClose}>
      {open.kind === "add" && (
        <div className="stack">
          <ColumnFields draft={draft} onChange={(by) => setDraft({ ...draft, ...by })} />
        </div>
      )}
      {open.kind === "remove" && (
        <p>
          What <Theirs>{open.name}</Theirs> holds in all rows is gone, for good.
        </p>
      )}
      {(open.kind === "rename" || open.kind === "index") && <Field label="Name">{(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value)} />}</Field>}
      {open.kind === "index" && (
        <fieldset className="stack">
          <legend>Columns, in this order</legend>
          <div className="row">
            {columnsOf(table.schema).map((column) => (
              <label key={column.name} className="row">
                <input type="checkbox" checked={chosen.includes(column.name)} onChange={(event) => setChosen(event.target.checked ? [...chosen, column.name] : chosen.filter((other) => other !== column.name))} />
                <bdi>{column.name}</bdi>
              </label>
            ))}
          </div>
          <label className="row">
            <input type="checkbox" checked={isUnique} onChange={(event) => setUnique(event.target.checked)} />
            No two rows have the same
          </label>
        </fieldset>
      )}
      {breaks && (
        <label className="row">
          <input type="checkbox" checked={isForced} onChange={(event) => setForced(event.target.checked)} />
          I know that workflows which read this table may break
        </label>
      )}
    </OrderDialog>
  );
}
