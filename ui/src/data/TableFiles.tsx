import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { asObject, parseJson } from "../api/exactJson";
import { sendFile } from "../api/transfer";
import type { Data } from "../api/client";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { SaveFile } from "../common/SaveFile";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { bytes, counted } from "../common/units";
import { useMay } from "../frame/whoami";
import { columnsOf } from "./columns";
import type { DataTable } from "./TablesPage";

type Imported = Data<"/v1/tables/{name}/import", "post">;

/** Rows out of a file and into one. */
export function TableFiles({ table, filter }: { table: DataTable; filter: string | undefined }) {
  const may = useMay("data:write");
  const query = filter ? `&filter=${encodeURIComponent(filter)}` : "";
  return (
    <div className="two-columns">
      {may && <ImportPanel table={table} />}
      <section className="panel" aria-label="Export">
        <header>
          <h2>Export</h2>
        </header>
        <div className="body stack">
          <p className="quiet">{filter ? "The rows that fit the filter of the tab Rows," : "All rows"} in the order of their ids, exactly. An export can be imported again.</p>
          <SaveFile path={`/v1/tables/${table.name}/export?format=csv${query}`} name={`${table.name}.csv`} label="Save as CSV" />
          <SaveFile path={`/v1/tables/${table.name}/export?format=ndjson${query}`} name={`${table.name}.ndjson`} label="Save as JSON lines" />
        </div>
      </section>
    </div>
  );
}

function ImportPanel({ table }: { table: DataTable }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [skips, setSkips] = useState(false);
  const [replaces, setReplaces] = useState("");
  const [share, setShare] = useState<number>();
  const [error, setError] = useState<unknown>();
  const [imported, setImported] = useState<Imported>();
  const stop = useRef<AbortController>(undefined);
  const unique = columnsOf(table.schema).filter(({ schema }) => schema["unique"] === true);
  const begin = async () => {
    if (!file) return;
    const controller = new AbortController();
    stop.current = controller;
    setError(undefined);
    setImported(undefined);
    setShare(0);
    const query = new URLSearchParams({ skipBad: String(skips), ...(replaces && { onConflict: replaces }) });
    try {
      const type = /\.(ndjson|jsonl|json)$/i.test(file.name) ? "application/x-ndjson" : "text/csv";
      const answer = await sendFile(`/v1/tables/${table.name}/import?${query}`, file, type, controller.signal, setShare);
      setImported(asObject(parseJson(answer))["data"] as unknown as Imported);
      await queries.invalidateQueries({ queryKey: ["rows", table.name] });
    } catch (fault) {
      if (!controller.signal.aborted) setError(fault);
    } finally {
      setShare(undefined);
    }
  };
  const percent = Math.floor((share ?? 0) * 100);
  return (
    <section className="panel" aria-label="Import">
      <header>
        <h2>Import</h2>
      </header>
      <div className="body stack">
        <Field label="File" hint="CSV with a head, or a JSON object a line; 256 MiB at most.">
          {(control) => <input {...control} type="file" className="input" accept=".csv,.ndjson,.jsonl,.json,text/csv" onChange={(event) => setFile(event.target.files?.[0])} />}
        </Field>
        {unique.length > 0 && (
          <Field label="Where a row is there already">
            {(control) => (
              <select {...control} className="input" value={replaces} onChange={(event) => setReplaces(event.target.value)}>
                <option value="">the line is bad</option>
                {unique.map(({ name }) => (
                  <option key={name} value={name}>
                    by {name}: it is replaced
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <label className="row">
          <input type="checkbox" checked={skips} onChange={(event) => setSkips(event.target.checked)} />
          Write the good lines and pass over the bad ones; else it is all or none
        </label>
        <div className="row">
          <Button look="primary" icon={<Upload size={16} aria-hidden />} disabled={!file} busy={share !== undefined} onClick={() => void begin()}>
            Import
          </Button>
          {share !== undefined && (
            <Button look="plain" onClick={() => stop.current?.abort()}>
              Stop
            </Button>
          )}
        </div>
        {share !== undefined && file && (
          <div className="progress">
            <div className="bar" role="progressbar" aria-label="Sent" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
              <span style={{ width: `${percent}%` }} />
            </div>
            <span className="small quiet">{share < 1 ? `${percent} % of ${bytes(file.size)} sent` : "All is sent; the rows are being checked and written"}</span>
          </div>
        )}
        {error !== undefined && <ProblemNote error={error} />}
        {imported && (
          <div role="status" className="stack">
            <p>
              {counted(imported.written, "row")} written{imported.skipped > 0 && `, ${counted(imported.skipped, "line")} passed over`}.
            </p>
            {imported.badLines.length > 0 && (
              <Table heads={["Line", "Where", "What is wrong"]}>
                {imported.badLines.map((bad, index) => (
                  <tr key={index}>
                    <td>{bad.line.toLocaleString()}</td>
                    <td>
                      <code className="theirs">{bad.path}</code>
                    </td>
                    <td>
                      <Theirs>{bad.message}</Theirs>
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
