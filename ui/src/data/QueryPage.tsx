import "./data.css";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { api } from "../api/client";
import { parseJson, type Json, type JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { toCsv } from "../common/csv";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { jsonFault } from "../common/JsonField";
import { ProblemNote } from "../common/ProblemNote";
import { saveAs } from "../common/saveAs";
import { Theirs } from "../common/Theirs";
import { counted } from "../common/units";
import { useOrder } from "../common/useOrder";
import { useBoxRows } from "../common/useRows";
import { Page } from "../frame/Page";
import { Cell } from "./Cell";
import { columnsOf, rowOf } from "./columns";
import { remember, useAsked } from "./asked";

const ROWS = 1_000;

/** Statements that read the tables of the organization. */
export function QueryPage() {
  const asked = useAsked();
  const [sql, setSql] = useState(asked[0]?.sql ?? "");
  const [params, setParams] = useState("[]");
  const fault = jsonFault(params);
  const ask = useOrder(async () => {
    const began = performance.now();
    remember(sql);
    const found = await api.post("/v1/data/query", { body: { sql, params: parseJson(params) as never, maxRows: ROWS } });
    return { ...found, rows: found.rows.map(rowOf), took: performance.now() - began };
  });
  const send = () => {
    if (sql.trim() !== "" && fault === undefined) ask.mutate(undefined);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <Page title="Query" crumbs={<Link to="/tables">Tables</Link>} lead="One statement of SQL that reads. Values are parameters: ? or $1 in the statement, and a list below.">
      <div className="query-rooms">
        <section className="panel" aria-label="Ask">
          <div className="body stack">
            <Field label="Statement" hint="Ctrl Enter asks it.">
              {(control) => <textarea {...control} className="input code" rows={8} spellCheck={false} value={sql} placeholder="select state, count(*), sum(amount) from payments group by state" onChange={(event) => setSql(event.target.value)} onKeyDown={onKey} />}
            </Field>
            <Field label="Parameters" hint='A list of JSON: ["2026-12-01", 5].' faults={fault === undefined ? [] : [fault]}>
              {(control) => <input {...control} className="input code" spellCheck={false} value={params} onChange={(event) => setParams(event.target.value)} onKeyDown={onKey} />}
            </Field>
            <div className="row">
              <Button look="primary" busy={ask.isPending} disabled={sql.trim() === "" || fault !== undefined} icon={<Play size={16} aria-hidden />} onClick={send}>
                Ask
              </Button>
              <TableNames onChoose={(name) => setSql(`select * from ${name} order by id limit 100`)} />
            </div>
            {ask.isError && asProblem(ask.error) && <ProblemNote error={ask.error} />}
          </div>
        </section>
        <History asked={asked} onChoose={setSql} />
      </div>
      {ask.data && <Answer rows={ask.data.rows} hasMore={ask.data.hasMore} took={ask.data.took} />}
      {!ask.data && !ask.isError && (
        <Empty title="The answer stands here">
          <p>Joins, windows and sets are understood; what writes, locks or reaches beyond the tables is refused. A statement has ten seconds, its answer {ROWS.toLocaleString()} rows.</p>
        </Empty>
      )}
    </Page>
  );
}

function TableNames({ onChoose }: { onChoose: (name: string) => void }) {
  const { data } = useQuery({ queryKey: ["tables", "names"], queryFn: () => api.get("/v1/tables", { params: { query: { limit: 100 } } }) });
  if (!data || data.items.length === 0) return null;
  return (
    <select className="input choose" aria-label="Begin with a table" value="" onChange={(event) => onChoose(event.target.value)}>
      <option value="">Begin with a table…</option>
      {data.items.map(({ name, schema }) => (
        <option key={name} value={name} title={columnsOf(schema).map((column) => column.name).join(", ")}>
          {name}
        </option>
      ))}
    </select>
  );
}

function History({ asked, onChoose }: { asked: ReturnType<typeof useAsked>; onChoose: (sql: string) => void }) {
  return (
    <section className="panel" aria-label="Asked before">
      <header>
        <h2>Asked before</h2>
      </header>
      {asked.length === 0 ? (
        <p className="body quiet">What you ask is kept in this browser, to be asked again.</p>
      ) : (
        <ol className="asked">
          {asked.map(({ sql, at }) => (
            <li key={sql}>
              <button type="button" className="link" onClick={() => onChoose(sql)}>
                <code className="clip">{sql}</code>
              </button>
              <span className="small quiet">
                <Instant at={at} form="relative" />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Answer({ rows, hasMore, took }: { rows: JsonObject[]; hasMore: boolean; took: number }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { box, shown, first, after } = useBoxRows(rows.length, 41, columns.length, {});
  const isNumber = (value: Json | undefined) => typeof value === "string" && /^-?\d+\.\d+$/.test(value);
  return (
    <section className="panel" aria-label="Answer">
      <header>
        <h2 className="grow">
          {counted(rows.length, "row")}
          {hasMore && ", and there are more"} <span className="quiet small">in {Math.round(took).toLocaleString()} ms</span>
        </h2>
        <Copy text={() => toCsv(columns, rows)} what="the rows as CSV" />
        <Button onClick={() => saveAs("answer.csv", new Blob([toCsv(columns, rows)], { type: "text/csv" }))}>Save as CSV</Button>
      </header>
      {rows.length === 0 ? (
        <p className="body quiet">No row answers this.</p>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="grid-box" ref={box} tabIndex={0} role="region" aria-label="Rows, which scroll">
          <table className="table grid">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    <Theirs>{column}</Theirs>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {first}
              {shown.map(({ index }) => (
                <tr key={index}>
                  {columns.map((column) => {
                    const value = rows[index]?.[column];
                    return (
                      <td key={column} className={typeof value === "number" || isNumber(value) ? "number" : undefined}>
                        <Cell value={value} holds={isNumber(value) ? "number" : undefined} />
                      </td>
                    );
                  })}
                </tr>
              ))}
              {after}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
