import "./observe.css";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson } from "../api/exactJson";
import type { ActivityEntry } from "../api/types";
import { useStream } from "../api/useStream";
import { ConnectionSign } from "../common/ConnectionSign";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Theirs } from "../common/Theirs";
import { Page } from "../frame/Page";
import { useWorkflowNames } from "../workflows/useWorkflowNames";

const FAMILIES = ["run.*", "workflow.*"];
/** So many entries are kept in the page; older ones are in the ledger. */
const KEPT = 500;

/** What happens in the organization, as it happens. */
export function ActivityPage() {
  const [family, setFamily] = useState("");
  const [news, setNews] = useState<ActivityEntry[]>([]);
  const past = useQuery({ queryKey: ["activity"], queryFn: () => api.get("/v1/activity", { params: { query: { limit: 100 } } }), staleTime: Infinity, gcTime: 0 });
  const from = past.data && String(past.data.items[0]?.position ?? 0);
  const path = from === undefined ? undefined : `/v1/activity/stream${family && `?type=${family}`}`;
  const state = useStream(
    path,
    (messages) => {
      const fresh = messages.map(({ data }) => parseJson(data) as unknown as ActivityEntry).reverse();
      setNews((known) => [...fresh.filter(({ position }) => position > (known[0]?.position ?? 0)), ...known].slice(0, KEPT));
    },
    from,
  );
  const isWanted = ({ type }: ActivityEntry) => family === "" || type.startsWith(family.slice(0, -1));
  const seen = new Set(news.map(({ position }) => position));
  const items = [...news, ...(past.data?.items ?? []).filter(({ position }) => !seen.has(position))].filter(isWanted);
  return (
    <Page title="Activity" lead="What people, triggers and the house did, the latest first." actions={<ConnectionSign state={state} />}>
      <div className="row">
        <select className="input choose" aria-label="Kind" value={family} onChange={(event) => setFamily(event.target.value)}>
          <option value="">Everything</option>
          {FAMILIES.map((name) => (
            <option key={name} value={name}>
              {name === "run.*" ? "Runs" : "Workflows"}
            </option>
          ))}
        </select>
      </div>
      <section className="panel" aria-label="Activity">
        <Listing
          query={{ ...past, items }}
          empty={
            <Empty title="Nothing has happened yet">
              <p>Publish a workflow or start a run, and it appears here within a moment.</p>
            </Empty>
          }
        >
          <ol>
            {items.map((entry) => (
              <Entry key={entry.position} entry={entry} />
            ))}
          </ol>
        </Listing>
      </section>
    </Page>
  );
}

function Entry({ entry }: { entry: ActivityEntry }) {
  const { nameOf } = useWorkflowNames();
  const name = entry.workflowId ? (nameOf(entry.workflowId) ?? entry.workflowId) : undefined;
  return (
    <li className="activity-row">
      <span className="small quiet">
        <Instant at={entry.occurredAt} />
      </span>
      <code className={/fail|refus|reject/.test(entry.type) ? "tone-bad" : undefined}>{entry.type}</code>
      <span className="grow">
        <Theirs clip>{entry.summary}</Theirs>
        <span className="small quiet row">
          {entry.runId ? (
            <Link to="/runs/$runId" params={{ runId: entry.runId }} search={entry.nodeId ? { node: entry.nodeId } : {}}>
              <Theirs clip>{name ?? entry.runId}</Theirs>
            </Link>
          ) : (
            entry.workflowId && (
              <Link to="/workflows/$workflowId" params={{ workflowId: entry.workflowId }} search={{}}>
                <Theirs clip>{name ?? entry.workflowId}</Theirs>
              </Link>
            )
          )}
          <span>
            by <Theirs>{entry.actor}</Theirs>
          </span>
        </span>
      </span>
    </li>
  );
}
