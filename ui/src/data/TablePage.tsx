import "./data.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Tabs } from "../common/Tabs";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { DropTable } from "./DropTable";
import { TableColumns } from "./TableColumns";
import { TableFiles } from "./TableFiles";
import { TableHistory } from "./TableHistory";
import { TableRows } from "./TableRows";
import type { TableTab, TableView } from "./tableView";

const TABS: [TableTab, string][] = [
  ["rows", "Rows"],
  ["columns", "Columns and indexes"],
  ["files", "Import and export"],
  ["history", "History"],
];

/** One table: its rows, its columns, its files. */
export function TablePage() {
  const { name } = useParams({ from: "/tables/$name" });
  return <OneTable key={name} name={name} />;
}

function OneTable({ name }: { name: string }) {
  const view = useSearch({ from: "/tables/$name" });
  const navigate = useNavigate();
  const mayManage = useMay("data:manage");
  const [isDropping, setDropping] = useState(false);
  const table = useQuery({ queryKey: ["table", name], queryFn: () => api.get("/v1/tables/{name}", { params: { path: { name } } }) });
  const look = (next: TableView) => void navigate({ to: "/tables/$name", params: { name }, search: next, replace: true, resetScroll: false });
  const crumbs = <Link to="/tables">Tables</Link>;
  const tab = view.tab ?? "rows";
  if (!table.data) {
    return (
      <Page title={name} crumbs={crumbs}>
        {table.isError ? <ProblemNote error={table.error} onRetry={() => void table.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={name}
      crumbs={crumbs}
      actions={
        mayManage && (
          <Button look="danger" onClick={() => setDropping(true)}>
            Drop…
          </Button>
        )
      }
    >
      <Tabs panel="table-room" tabs={TABS} shown={tab} onShow={(next) => look({ ...view, tab: next })} />
      <div role="tabpanel" id="table-room" aria-labelledby={`tab-${tab}`} className="stack">
        {tab === "rows" && <TableRows table={table.data} view={view} onLook={look} />}
        {tab === "columns" && <TableColumns table={table.data} />}
        {tab === "files" && <TableFiles table={table.data} filter={view.filter} />}
        {tab === "history" && <TableHistory table={table.data} />}
      </div>
      {isDropping && <DropTable table={table.data} onClose={() => setDropping(false)} onDone={() => void navigate({ to: "/tables" })} />}
    </Page>
  );
}
