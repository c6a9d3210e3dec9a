import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { jsonFault, JsonText } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Listing } from "../common/Listing";
import { ReadDialog } from "../common/ReadDialog";
import { SearchBox } from "../common/SearchBox";
import { Table } from "../common/Table";
import { Tabs } from "../common/Tabs";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { EventDefinitions } from "./EventDefinitions";
import { EventSequences } from "./EventSequences";
import { EventSubscriptions } from "./EventSubscriptions";
import type { EventsView, EventTab } from "./views";

const TABS: [EventTab, string][] = [
  ["events", "Events"],
  ["definitions", "Definitions"],
  ["subscriptions", "Subscriptions"],
  ["sequences", "Sequences"],
];

/** Events that are published and emitted, what they look like, who is told, and in which order they are awaited. */
export function EventsPage() {
  const view = useSearch({ from: "/events" });
  const navigate = useNavigate();
  const look = (next: EventsView) => void navigate({ to: "/events", search: next, replace: true });
  const tab = view.tab ?? "events";
  return (
    <Page title="Events" lead="What programs publish and runs emit: triggers fire by it, and runs that wait go on.">
      <Tabs panel="event-room" tabs={TABS} shown={tab} onShow={(next) => look({ tab: next })} />
      <div role="tabpanel" id="event-room" aria-labelledby={`tab-${tab}`} className="stack">
        {tab === "events" && <EventList pattern={view.pattern ?? ""} onPattern={(pattern) => look(pattern ? { pattern } : {})} />}
        {tab === "definitions" && <EventDefinitions />}
        {tab === "subscriptions" && <EventSubscriptions />}
        {tab === "sequences" && <EventSequences />}
      </div>
    </Page>
  );
}

function EventList({ pattern, onPattern }: { pattern: string; onPattern: (pattern: string) => void }) {
  const may = useMay("events:publish");
  const [opened, setOpened] = useState<string>();
  const [isPublishing, setPublishing] = useState(false);
  const events = usePages(["events", pattern], (cursor) => api.get("/v1/events", { params: { query: { limit: 50, ...(pattern && { pattern }), ...(cursor && { cursor }) } } }), { refetchInterval: 10_000 });
  return (
    <>
      <div className="row spread">
        <SearchBox value={pattern} onChange={onPattern} label="Name, or a pattern as order.*" />
        {may && (
          <Button look="primary" onClick={() => setPublishing(true)}>
            Publish…
          </Button>
        )}
      </div>
      <section className="panel" aria-label="Events">
        <Listing
          query={events}
          empty={
            <Empty title={pattern ? "No event fits" : "No event yet"}>
              <p>Programs publish events by the API, runs emit them by a node, and “Publish” does it by hand. Workflows wait for them or begin by them.</p>
            </Empty>
          }
        >
          <Table heads={["When", "Event", "Source", "Correlation", "Position"]}>
            {events.items.map((event) => (
              <tr key={event.id}>
                <td>
                  <Instant at={event.at} />
                </td>
                <td>
                  <button type="button" className="link" onClick={() => setOpened(event.id)}>
                    <code className="theirs">{event.event}</code>
                  </button>
                </td>
                <td>
                  <Theirs>{event.source ?? event.sourceType}</Theirs>
                </td>
                <td>{event.correlationId ? <Theirs clip>{event.correlationId}</Theirs> : <span className="quiet">–</span>}</td>
                <td className="number">{event.position.toLocaleString()}</td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {opened !== undefined && <EventDialog id={opened} onClose={() => setOpened(undefined)} />}
      {isPublishing && <PublishDialog onClose={() => setPublishing(false)} />}
    </>
  );
}

function EventDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const event = useQuery({ queryKey: ["event", id], queryFn: () => api.get("/v1/events/{id}", { params: { path: { id } } }) });
  return (
    <ReadDialog title={event.data?.event ?? "An event"} query={event} onClose={onClose}>
      {(told) => (
        <>
          <dl className="facts small">
            <dt>Published</dt>
            <dd>
              <Instant at={told.at} form="full" /> by <Theirs>{told.by}</Theirs>
            </dd>
            <dt>Version</dt>
            <dd>{told.version ?? "–"}</dd>
          </dl>
          <h3>What it says</h3>
          <JsonTree value={told.payload as Json} label="the event" />
          <h3>About it</h3>
          <JsonTree value={told.metadata as Json} label="what is said about it" />
        </>
      )}
    </ReadDialog>
  );
}

function PublishDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [text, setText] = useState("{}");
  const [correlationId, setCorrelationId] = useState("");
  const fault = jsonFault(text);
  const publish = useOrder(
    () => api.post("/v1/events", { body: { event: name.trim(), payload: parseJson(text) as Record<string, never>, ...(correlationId && { metadata: { correlationId } }) } }),
    "The event is published",
    onClose,
  );
  return (
    <OrderDialog title="Publish an event" verb="Publish" busy={publish.isPending} error={publish.error} disabled={!name.trim() || fault !== undefined} onOrder={() => publish.mutate(undefined)} onClose={onClose}>
      <p>Every run that waits for it goes on, and triggers fire.</p>
      <Field label="Event" hint="As order.created." isRequired>
        {(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <JsonText label="What it says" fault={fault} rows={6} value={text} onChange={setText} />
      <Field label="Correlation" hint="What belongs together: an order’s number.">
        {(control) => <input {...control} className="input" value={correlationId} onChange={(event) => setCorrelationId(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}
