import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Plus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { type JsonObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Listing } from "../common/Listing";
import { useBoxRows } from "../common/useRows";
import { useMay } from "../frame/whoami";
import { Cell } from "./Cell";
import { columnsOf, OWN, rowOf, type Column } from "./columns";
import { RowDialog } from "./RowDialog";
import { RowFilter } from "./RowFilter";
import type { DataTable } from "./TablesPage";
import { nextSort, type TableView } from "./tableView";

const LIMIT = 100;
/** The API passes over so many rows at most. */
const FURTHEST = 10_000;
const HEIGHT = 41;

type Place = { cursor?: string; offset?: number };
type Props = { table: DataTable; view: TableView; onLook: (view: TableView) => void };

/** The rows of a table: filtered, ordered, read on as one scrolls, written by a form. */
export function TableRows({ table, view, onLook }: Props) {
  const may = useMay("data:write");
  const [open, setOpen] = useState<JsonObject | "new">();
  const columns = columnsOf(table.schema);
  const { filter, sort } = view;
  const rows = useInfiniteQuery({
    queryKey: ["rows", table.name, filter, sort],
    queryFn: ({ pageParam }) => api.get("/v1/tables/{name}/rows", { params: { path: { name: table.name }, query: { limit: LIMIT, ...(filter && { filter }), ...(sort && { sort }), ...pageParam } } }),
    initialPageParam: {} as Place,
    // A cursor is given only where rows stand by their id; else the rows before are counted.
    getNextPageParam: (page, pages): Place | undefined => {
      if (!page.hasMore) return undefined;
      if (page.cursor) return { cursor: page.cursor };
      const offset = pages.length * LIMIT;
      return offset > FURTHEST ? undefined : { offset };
    },
  });
  const items = rows.data?.pages.flatMap((page) => page.items.map(rowOf)) ?? [];
  const isCutOff = !rows.hasNextPage && rows.data?.pages.at(-1)?.hasMore;
  return (
    <>
      <div className="row spread">
        <RowFilter columns={columns} filter={filter} onChange={(next) => onLook({ ...omit(view, "filter"), ...(next && { filter: next }) })} />
        {may && (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("new")}>
            New row
          </Button>
        )}
      </div>
      <section className="panel" aria-label="Rows">
        <Listing
          query={{ ...rows, items }}
          empty={
            <Empty title={filter ? "No row fits" : "No row yet"}>
              <p>{filter ? "Take a condition away to see more." : "Put the first one in by “New row”, import a file, or let a workflow write with the node db-query."}</p>
            </Empty>
          }
        >
          <Grid columns={columns} rows={items} sort={sort} more={rows} onSort={(column) => onLook({ ...omit(view, "sort"), ...withSort(nextSort(sort, column)) })} onOpen={setOpen} />
        </Listing>
        {isCutOff && <p className="body quiet">Ordered rows are shown up to {FURTHEST.toLocaleString()}. Narrow them by a condition, or ask by SQL.</p>}
      </section>
      {open !== undefined && <RowDialog table={table} columns={columns} row={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const withSort = (sort: string | undefined) => (sort === undefined ? {} : { sort });

function omit(view: TableView, name: "filter" | "sort"): TableView {
  return Object.fromEntries(Object.entries(view).filter(([other]) => other !== name));
}

type GridProps = { columns: Column[]; rows: JsonObject[]; sort: string | undefined; more: Parameters<typeof useBoxRows>[3]; onSort: (column: string) => void; onOpen: (row: JsonObject) => void };

function Grid({ columns, rows, sort, more, onSort, onOpen }: GridProps) {
  const heads = ["id", ...columns.map(({ name }) => name), ...OWN];
  const holds = new Map<string, Column["holds"]>(columns.map((column) => [column.name, column.holds]));
  for (const own of ["created_at", "updated_at"]) holds.set(own, "instant");
  const isNumber = (name: string) => ["number", "integer"].includes(holds.get(name) ?? "");
  const { box, shown, first, after } = useBoxRows(rows.length, HEIGHT, heads.length, more);
  return (
    // What scrolls is reached by the keyboard, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="grid-box" ref={box} tabIndex={0} role="region" aria-label="Rows, which scroll">
      <table className="table grid" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {heads.map((name) => (
              <th key={name} scope="col" className={isNumber(name) ? "number" : undefined} aria-sort={sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none"}>
                <button type="button" className="sorter" onClick={() => onSort(name)}>
                  <bdi>{name}</bdi>
                  {sort === name && <ArrowUp size={13} aria-hidden />}
                  {sort === `-${name}` && <ArrowDown size={13} aria-hidden />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first}
          {shown.map(({ index }) => {
            const row = rows[index] ?? {};
            return (
              <tr key={String(row["id"])} aria-rowindex={index + 2}>
                {heads.map((name) => (
                  <td key={name} className={isNumber(name) ? "number" : undefined}>
                    {name === "id" ? (
                      <button type="button" className="link" aria-label={`Open row ${String(row["id"])}`} onClick={() => onOpen(row)}>
                        {String(row["id"])}
                      </button>
                    ) : (
                      <Cell value={row[name]} holds={holds.get(name)} />
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
          {after}
        </tbody>
      </table>
    </div>
  );
}
