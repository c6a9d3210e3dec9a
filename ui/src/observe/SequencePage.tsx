import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, sinceWritten } from "../api/client";
import { Button } from "../common/Button";
import { Dialog, OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing, Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { lookOf, Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import type { SequenceView } from "./views";

const STATES = ["created", "in_progress", "completed", "failed", "abandoned"];

/** One sequence of events, and how far each of its instances is. */
export function SequencePage() {
  const view = useSearch({ from: "/sequence" });
  const navigate = useNavigate();
  const look = (next: SequenceView) => void navigate({ to: "/sequence", search: next, replace: true });
  const { name } = view;
  const sequence = useQuery({ queryKey: ["event-sequence", name], queryFn: () => api.get("/v1/event-sequences/{name}", { params: { path: { name } } }), enabled: name !== "" });
  const instances = usePages(
    ["sequence-instances", name, view.status],
    (cursor) => {
      const minPosition = sinceWritten();
      return api.get("/v1/event-sequences/{name}/instances", { params: { path: { name }, query: { limit: 50, ...(view.status && { status: view.status }), ...(cursor ? { cursor } : minPosition && { minPosition }) } } });
    },
    { refetchInterval: 10_000, enabled: name !== "" },
  );
  const crumbs = (
    <Link to="/events" search={{ tab: "sequences" }}>
      Sequences
    </Link>
  );
  if (!sequence.data) {
    return (
      <Page title={name || "Sequence"} crumbs={crumbs}>
        {name === "" ? (
          <Empty title="No sequence is named">
            <p>Its name stands in the address. The list of sequences leads to each.</p>
          </Empty>
        ) : sequence.isError ? (
          <ProblemNote error={sequence.error} onRetry={() => void sequence.refetch()} />
        ) : (
          <Loading />
        )}
      </Page>
    );
  }
  return (
    <Page title={name} crumbs={crumbs} lead={sequence.data.description ? <Theirs>{sequence.data.description}</Theirs> : undefined}>
      <ol className="row sequence-steps" aria-label="Its events">
        {sequence.data.events.map((step) => (
          <li key={step.eventId} className="chip">
            <code className="theirs">{step.eventId}</code>
            {step.required === false && <span className="quiet">if it comes</span>}
          </li>
        ))}
      </ol>
      <p className="quiet small">
        Version {sequence.data.version}; all within {lasting(sequence.data.timeoutMs)}; put together by <code className="theirs">{sequence.data.correlationKey}</code>.
      </p>
      <section className="panel" aria-label="Instances">
        <header>
          <h2 className="grow">Instances</h2>
          <select className="input choose" aria-label="State" value={view.status ?? ""} onChange={(event) => look({ name, ...(event.target.value && { status: event.target.value }) })}>
            <option value="">In every state</option>
            {STATES.map((status) => (
              <option key={status} value={status}>
                {lookOf(status).label}
              </option>
            ))}
          </select>
        </header>
        <Listing
          query={instances}
          empty={
            <Empty title={view.status ? "No instance is in this state" : "No instance has begun"}>
              <p>One begins with the first event of its correlation that comes.</p>
            </Empty>
          }
        >
          <Table heads={["Correlation", "State", "Steps", "Due", "Began", "Changed"]}>
            {instances.items.map((instance) => (
              <tr key={instance.id}>
                <td>
                  <button type="button" className="link" onClick={() => look({ ...view, instance: instance.id })}>
                    <Theirs clip>{instance.correlationKey}</Theirs>
                  </button>
                </td>
                <td>
                  <Status of={instance.status} /> {instance.failure && <span className="small tone-bad">{instance.failure.replaceAll("_", " ")}</span>}
                </td>
                <td>
                  {instance.processed} of {instance.steps}
                </td>
                <td>
                  <Instant at={instance.dueAt} form="relative" />
                </td>
                <td>
                  <Instant at={instance.openedAt} />
                </td>
                <td>
                  <Instant at={instance.updatedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {view.instance && <InstanceDialog name={name} id={view.instance} onClose={() => look({ name, ...(view.status && { status: view.status }) })} />}
    </Page>
  );
}

function InstanceDialog({ name, id, onClose }: { name: string; id: string; onClose: () => void }) {
  const may = useMay("events:manage");
  const [isAbandoning, setAbandoning] = useState(false);
  const [reason, setReason] = useState("");
  const path = { params: { path: { name, id } } };
  const instance = useQuery({ queryKey: ["sequence-instance", name, id], queryFn: () => api.get("/v1/event-sequences/{name}/instances/{id}", path) });
  const retry = useOrder(() => api.post("/v1/event-sequences/{name}/instances/{id}/retry", path), "The instance goes on");
  const abandon = useOrder(() => api.post("/v1/event-sequences/{name}/instances/{id}/abandon", { ...path, body: { reason: reason || null } }), "The instance is given up", onClose);
  const isOpen = instance.data && ["created", "in_progress", "failed"].includes(instance.data.status);
  if (isAbandoning) {
    return (
      <OrderDialog title="Give this instance up" verb="Give it up" look="danger" busy={abandon.isPending} error={abandon.error} onOrder={() => abandon.mutate(undefined)} onClose={() => setAbandoning(false)}>
        <p>No event counts for it any more, for good, and nothing is undone.</p>
        <Field label="Why">{(control) => <textarea {...control} className="input" value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
      </OrderDialog>
    );
  }
  return (
    <Dialog wide title={instance.data?.correlationKey ?? "An instance"} onClose={onClose}>
      {instance.isPending && <Loading lines={4} />}
      {(instance.isError || retry.isError) && <ProblemNote error={instance.error ?? retry.error} />}
      {instance.data && (
        <>
          <p className="row">
            <Status of={instance.data.status} />
            {instance.data.failure && <span className="tone-bad">{instance.data.failure.replaceAll("_", " ")}</span>}
            {instance.data.abandonedBy && (
              <span>
                by <Theirs>{instance.data.abandonedBy}</Theirs> {instance.data.reason && <Theirs>{instance.data.reason}</Theirs>}
              </span>
            )}
          </p>
          <Table heads={["Step", "Event", "State", "Came"]}>
            {instance.data.events.map((step) => (
              <tr key={step.eventId}>
                <td>{step.order}</td>
                <td>
                  <code className="theirs">{step.eventId}</code>
                </td>
                <td>
                  <Status of={step.status} />
                </td>
                <td>
                  <Instant at={step.processedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <footer>
        <Button onClick={onClose}>Back</Button>
        {may && isOpen && (
          <Button look="danger" onClick={() => setAbandoning(true)}>
            Give it up…
          </Button>
        )}
        {may && instance.data?.status === "failed" && (
          <Button look="primary" busy={retry.isPending} onClick={() => retry.mutate(undefined)}>
            Let it go on
          </Button>
        )}
      </footer>
    </Dialog>
  );
}
