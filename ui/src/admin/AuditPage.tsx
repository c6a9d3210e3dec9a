import "../runs/runs.css";
import { useState } from "react";
import { api } from "../api/client";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { SearchBox } from "../runs/RunFilters";

/** Who did what, and who was refused. */
export function AuditPage() {
  const [actor, setActor] = useState("");
  const [outcome, setOutcome] = useState("");
  const log = usePages(["audit", actor, outcome], (cursor) =>
    api.get("/v1/organization/audit-log", { params: { query: { limit: 50, ...(actor && { actor }), ...(outcome && { outcome }), ...(cursor && { cursor }) } } }),
  );
  return (
    <Page title="Audit log" lead="Who did what with which right, and who was refused. It is read from the ledger.">
      <div className="row">
        <select className="input choose" aria-label="Outcome" value={outcome} onChange={(event) => setOutcome(event.target.value)}>
          <option value="">Allowed and refused</option>
          <option value="allowed">Allowed</option>
          <option value="refused">Refused</option>
        </select>
        <SearchBox value={actor} onChange={setActor} label="Who: admin, or an id" />
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
