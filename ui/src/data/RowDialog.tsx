import { useState } from "react";
import { api } from "../api/client";
import type { Json, JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import { useMay } from "../frame/whoami";
import { formOf, fromForm, toForm, type Column } from "./columns";
import type { DataTable } from "./TablesPage";

type Props = { table: DataTable; columns: Column[]; row: JsonObject | undefined; onClose: () => void };

/** A row by the form of its table. What somebody else changed meanwhile is a conflict, and not lost. */
export function RowDialog({ table, columns, row, onClose }: Props) {
  const may = useMay("data:write");
  const schema = formOf(columns);
  const [value, setValue] = useState<Json | undefined>(() => (row ? toForm(columns, row) : {}));
  const [isTried, setTried] = useState(false);
  const [isSure, setSure] = useState(false);
  const path = { name: table.name, id: Number(String(row?.["id"] ?? 0)) };
  const expectedVersion = Number(String(row?.["version"] ?? 0));
  const write = useOrder(
    async () => {
      const written = fromForm(columns, value, row === undefined);
      if (row === undefined) await api.post("/v1/tables/{name}/rows", { params: { path: { name: table.name } }, body: { rows: [written as Record<string, never>] } });
      else await api.put("/v1/tables/{name}/rows/{id}", { params: { path }, body: { row: written as Record<string, never>, expectedVersion } });
    },
    row ? "The row is written" : "The row is put in",
    onClose,
  );
  const remove = useOrder(() => api.delete("/v1/tables/{name}/rows/{id}", { params: { path, query: { expectedVersion } } }), "The row is gone", onClose);
  const order = () => {
    setTried(true);
    if (check(schema, value, schema, { allowsExpressions: false }).length === 0) write.mutate(undefined);
  };
  const faults = write.error ? faultsOf(write.error) : [];
  return (
    <OrderDialog wide title={row ? `Row ${String(row["id"])} of ${table.name}` : `New row of ${table.name}`} verb={row ? "Write it" : "Put it in"} busy={write.isPending} error={write.error} disabled={!may} onOrder={order} onClose={onClose}>
      <SchemaForm schema={schema} value={value} onChange={setValue} faults={faults} isTried={isTried} />
      {row && (
        <div className="row small quiet spread">
          <span>
            Version {String(row["version"])} · made <Instant at={String(row["created_at"])} /> · changed <Instant at={String(row["updated_at"])} />
          </span>
          {may &&
            (isSure ? (
              <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate(undefined)}>
                Delete it for good
              </Button>
            ) : (
              <Button look="danger" onClick={() => setSure(true)}>
                Delete…
              </Button>
            ))}
        </div>
      )}
      {remove.isError && <ProblemNote error={remove.error} />}
    </OrderDialog>
  );
}

/** The server names places in the body: `/rows/0/amount` or `/row/amount`. */
function faultsOf(error: unknown) {
  return asProblem(error).details.map(({ path, message }) => ({ path: path.replace(/^\/(rows\/0|row)/, ""), message }));
}
