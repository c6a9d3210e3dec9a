import "./data.css";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { columnsOf } from "./columns";
import { CreateTable } from "./CreateTable";
import { DropTable } from "./DropTable";

export type DataTable = Data<"/v1/tables">["items"][number];

/** The tables of the organization. */
export function TablesPage() {
  const may = useMay("data:manage");
  const navigate = useNavigate();
  const [isMaking, setMaking] = useState(false);
  const tables = usePages(["tables"], (cursor) => api.get("/v1/tables", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }));
  return (
    <Page
      title="Tables"
      lead="Tables of the organization: workflows, people and programs read and write their rows."
      actions={
        <>
          <Link className="button" to="/query">
            Ask by SQL
          </Link>
          {may && (
            <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
              New table
            </Button>
          )}
        </>
      }
    >
      <section className="panel" aria-label="Tables">
        <Listing
          query={tables}
          empty={
            <Empty title="No table yet">
              <p>A table has columns with rules, which every row keeps: a text that is unique, a number that is exact to the last digit, a moment. The node db-query reads and writes it. Make one above, or from a file:</p>
              <Command>chainkeel data create payments --schema payments.json</Command>
            </Empty>
          }
        >
          <Table heads={["Table", "Columns", "Indexes", "Version", "Changed"]} hasActions>
            {tables.items.map((table) => (
              <TableRow key={table.id} table={table} may={may} />
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <CreateTable onClose={() => setMaking(false)} onMade={(name) => void navigate({ to: "/tables/$name", params: { name }, search: {} })} />}
    </Page>
  );
}

function TableRow({ table, may }: { table: DataTable; may: boolean }) {
  const [isDropping, setDropping] = useState(false);
  const columns = columnsOf(table.schema);
  return (
    <tr>
      <td>
        <Link to="/tables/$name" params={{ name: table.name }} search={{}}>
          <Theirs>{table.name}</Theirs>
        </Link>
      </td>
      <td className="small">
        <Theirs clip>{columns.map(({ name }) => name).join(", ")}</Theirs>
      </td>
      <td>{table.indexes.length.toLocaleString()}</td>
      <td>{table.version.toLocaleString()}</td>
      <td>
        <Instant at={table.updatedAt} />
      </td>
      <td>
        {may && <Button onClick={() => setDropping(true)}>Drop…</Button>}
        {isDropping && <DropTable table={table} onClose={() => setDropping(false)} />}
      </td>
    </tr>
  );
}
