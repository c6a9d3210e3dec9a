import "./observe.css";
import { useState } from "react";
import { Field } from "../common/Field";
import { SaveFile } from "../common/SaveFile";
import { toInstant } from "../common/time";
import { Page } from "../frame/Page";
import { RUN_STATUSES } from "../runs/runFilter";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";

const queryOf = (values: Record<string, string>) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "")).toString();
const instantOf = (local: string) => toInstant(local) ?? "";

/** What can be taken out as a whole: the ledger, runs, transactions, the audit log. */
export function ExportsPage() {
  return (
    <Page title="Exports" lead="Files that come as they are read, however large. They can be stopped, and nothing is kept on the server.">
      <div className="two-columns">
        <LedgerExport />
        <RunsExport />
        <AuditExport />
        <section className="panel" aria-label="Transactions">
          <header>
            <h2>Transactions</h2>
          </header>
          <div className="body stack">
            <p className="quiet">All transactions of the organization, the latest first.</p>
            <Formats path="/v1/transactions/export" name="transactions" query="" />
          </div>
        </section>
      </div>
    </Page>
  );
}

function LedgerExport() {
  const [types, setTypes] = useState("");
  const [workflowId, setWorkflowId] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const isPosition = (text: string) => text === "" || /^\d+$/.test(text);
  const query = queryOf({ type: types.replaceAll(" ", ""), workflowId, from, to });
  return (
    <section className="panel" aria-label="Ledger">
      <header>
        <h2>The ledger</h2>
      </header>
      <div className="body stack">
        <p className="quiet">Every event of the organization, a JSON object a line, in the order of the ledger.</p>
        <Field label="Types" hint="With commas between: run.failed, or run.* for a family. Empty: all.">
          {(control) => <input {...control} className="input" value={types} onChange={(event) => setTypes(event.target.value)} />}
        </Field>
        <WorkflowChoice value={workflowId} onChange={setWorkflowId} />
        <div className="row">
          <Field label="From position" faults={isPosition(from) ? [] : ["must be a whole number"]}>
            {(control) => <input {...control} className="input" inputMode="numeric" value={from} onChange={(event) => setFrom(event.target.value.trim())} />}
          </Field>
          <Field label="Up to position" faults={isPosition(to) ? [] : ["must be a whole number"]}>
            {(control) => <input {...control} className="input" inputMode="numeric" value={to} onChange={(event) => setTo(event.target.value.trim())} />}
          </Field>
        </div>
        <SaveFile look="primary" disabled={!isPosition(from) || !isPosition(to)} path={`/v1/ledger/export${query && `?${query}`}`} name="ledger.ndjson" label="Save the ledger" />
      </div>
    </section>
  );
}

function WorkflowChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { list } = useWorkflowNames();
  return (
    <Field label="Workflow">
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">Every workflow</option>
          <WorkflowOptions of={list} />
        </select>
      )}
    </Field>
  );
}

function RunsExport() {
  const [status, setStatus] = useState("");
  const [workflowId, setWorkflowId] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const query = queryOf({ status, workflowId, from: instantOf(from), to: instantOf(to) });
  return (
    <section className="panel" aria-label="Runs">
      <header>
        <h2>Runs</h2>
      </header>
      <div className="body stack">
        <p className="quiet">As the list of runs has them, the latest first.</p>
        <Field label="Status">
          {(control) => (
            <select {...control} className="input" value={status} onChange={(event) => setStatus(event.target.value)}>
              <option value="">Every status</option>
              {RUN_STATUSES.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
        <WorkflowChoice value={workflowId} onChange={setWorkflowId} />
        <div className="row">
          <Field label="Began after">{(control) => <input {...control} className="input" type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
          <Field label="and before">{(control) => <input {...control} className="input" type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />}</Field>
        </div>
        <Formats path="/v1/runs/export" name="runs" query={query} />
      </div>
    </section>
  );
}

function AuditExport() {
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const query = queryOf({ format: "csv", since: instantOf(since), until: instantOf(until) });
  return (
    <section className="panel" aria-label="Audit log">
      <header>
        <h2>Audit log</h2>
      </header>
      <div className="body stack">
        <p className="quiet">Who did what and who was refused, at most 100,000 lines.</p>
        <div className="row">
          <Field label="Since">{(control) => <input {...control} className="input" type="datetime-local" value={since} onChange={(event) => setSince(event.target.value)} />}</Field>
          <Field label="Until">{(control) => <input {...control} className="input" type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
        </div>
        <SaveFile path={`/v1/organization/audit-log/export?${query}`} name="audit-log.csv" label="Save as CSV" />
      </div>
    </section>
  );
}

/** The formats that lists are exported in. */
function Formats({ path, name, query }: { path: string; name: string; query: string }) {
  return (
    <>
      {(
        [
          ["csv", "CSV"],
          ["ndjson", "JSON lines"],
          ["parquet", "Parquet"],
        ] as const
      ).map(([format, label]) => (
        <SaveFile key={format} path={`${path}?${[`format=${format}`, query].filter(Boolean).join("&")}`} name={`${name}.${format}`} label={`Save as ${label}`} />
      ))}
    </>
  );
}
