import "../runs/runs.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, X } from "lucide-react";
import { api, download } from "../api/client";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { toInstant, toLocal } from "../common/time";
import { failed } from "../common/toasts";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { saveAs } from "../common/saveAs";
import { AUDIT_FIELDS, type AuditFilter } from "./adminViews";

/** What lines begin with, for those who look for something. */
const ACTIONS: [prefix: string, label: string][] = [
  ["access.", "Refusals of access"],
  ["api_key.", "API keys"],
  ["account.", "Service accounts"],
  ["organization.", "The organization, members and roles"],
  ["user.", "Users"],
  ["session.", "Sessions"],
  ["workflow.", "Workflows"],
  ["connector.", "Connectors"],
  ["wallet", "Wallets"],
  ["signing_policy.", "Policies"],
  ["retention.", "Retention"],
];

/** Who did what, and who was refused. */
export function AuditPage() {
  const filter = useSearch({ from: "/audit" });
  const navigate = useNavigate();
  const narrow = (next: AuditFilter) => void navigate({ to: "/audit", search: next, replace: true });
  const set = (name: keyof AuditFilter, value: string | undefined) => {
    const kept = Object.entries(filter).filter(([other]) => other !== name);
    narrow(Object.fromEntries(value ? [...kept, [name, value]] : kept));
  };
  const log = usePages(["audit", filter], (cursor) => api.get("/v1/organization/audit-log", { params: { query: { limit: 50, ...filter, ...(cursor && { cursor }) } } }));
  const save = useOrder(async (format: "csv" | "ndjson") => {
    const query = new URLSearchParams({ format });
    for (const name of AUDIT_FIELDS) if (filter[name]) query.set(name, filter[name]);
    saveAs(`audit-log.${format}`, await download(`/v1/organization/audit-log/export?${query}`));
  });
  return (
    <Page
      title="Audit log"
      lead="Who did what with which right, and who was refused. It is read from the ledger."
      actions={(["csv", "ndjson"] as const).map((format) => (
        <Button key={format} busy={save.isPending && save.variables === format} icon={<Download size={16} aria-hidden />} onClick={() => save.mutate(format, { onError: failed })}>
          {format.toUpperCase()}
        </Button>
      ))}
    >
      <div className="row">
        <select className="input choose" aria-label="Outcome" value={filter.outcome ?? ""} onChange={(event) => set("outcome", event.target.value)}>
          <option value="">Allowed and refused</option>
          <option value="allowed">Allowed</option>
          <option value="refused">Refused</option>
        </select>
        <select className="input choose" aria-label="What" value={filter.action ?? ""} onChange={(event) => set("action", event.target.value)}>
          <option value="">Everything</option>
          {filter.action && !ACTIONS.some(([prefix]) => prefix === filter.action) && <option value={filter.action}>{filter.action}</option>}
          {ACTIONS.map(([prefix, label]) => (
            <option key={prefix} value={prefix}>
              {label}
            </option>
          ))}
        </select>
        <SearchBox value={filter.actor ?? ""} onChange={(actor) => set("actor", actor)} label="Who: admin, or an id" hint="Who" />
        <SearchBox value={filter.address ?? ""} onChange={(address) => set("address", address)} label="From which address" hint="Address" />
        <span className="row">
          <label className="row">
            After
            <input className="input choose" type="datetime-local" value={toLocal(filter.since)} onChange={(event) => set("since", toInstant(event.target.value))} />
          </label>
          <label className="row">
            Before
            <input className="input choose" type="datetime-local" value={toLocal(filter.until)} onChange={(event) => set("until", toInstant(event.target.value))} />
          </label>
        </span>
        {Object.keys(filter).length > 0 && (
          <Button look="plain" icon={<X size={16} aria-hidden />} onClick={() => narrow({})}>
            Clear
          </Button>
        )}
      </div>
      <section className="panel" aria-label="Audit log">
        <Listing
          query={log}
          empty={
            <Empty title="Nothing fits">
              <p>Every order and every refusal is a line here, from the first on.</p>
            </Empty>
          }
        >
          <Table heads={["When", "Outcome", "What", "Who", "On what", "From"]}>
            {log.items.map((line) => (
              <tr key={line.position}>
                <td>
                  <Instant at={line.at} />
                </td>
                <td>
                  <Status of={line.outcome} />
                  {line.times > 1 && <span className="quiet"> × {line.times.toLocaleString()}</span>}
                </td>
                <td>
                  <code className="theirs">{line.action}</code>
                  {Object.keys(line.detail as object).length > 0 && (
                    <details className="small">
                      <summary>More</summary>
                      <JsonTree value={line.detail as never} label="what more there is to say" />
                    </details>
                  )}
                </td>
                <td>
                  <Theirs>{line.actor}</Theirs>
                </td>
                <td>
                  <Theirs>{line.subject}</Theirs>
                </td>
                <td>
                  <Theirs>{line.address ?? "–"}</Theirs>
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
    </Page>
  );
}
