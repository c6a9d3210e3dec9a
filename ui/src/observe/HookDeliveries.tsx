import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, type Data } from "../api/client";
import { asObject, parseJson, writeJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { ReadDialog } from "../common/ReadDialog";
import { lookOf, Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";
import { DELIVERY_STATES, type HookView } from "./views";

type Delivery = Data<"/v1/execution-webhooks/deliveries/{id}">;

/** What an endpoint was told, with what it answered and when it is told again. */
export function HookDeliveries({ hookId, view }: { hookId: string; view: HookView }) {
  const may = useMay("events:manage");
  const navigate = useNavigate();
  const look = (next: HookView) => void navigate({ to: "/hooks/$hookId", params: { hookId }, search: next, replace: true, resetScroll: false });
  const replay = useReplay();
  const deliveries = usePages(
    ["hook-deliveries", hookId, view.status],
    (cursor) => api.get("/v1/execution-webhooks/deliveries", { params: { query: { endpointId: hookId, limit: 50, ...(view.status && { status: view.status }), ...(cursor && { cursor }) } } }),
    { refetchInterval: 5_000 },
  );
  return (
    <section className="panel" aria-label="Deliveries">
      <header>
        <h2 className="grow">Deliveries</h2>
        <select className="input choose" aria-label="State" value={view.status ?? ""} onChange={(event) => look(event.target.value ? { status: event.target.value as NonNullable<HookView["status"]> } : {})}>
          <option value="">In every state</option>
          {DELIVERY_STATES.map((status) => (
            <option key={status} value={status}>
              {lookOf(status).label}
            </option>
          ))}
        </select>
      </header>
      {replay.isError && <ProblemNote error={replay.error} />}
      <Listing
        query={deliveries}
        empty={
          <Empty title={view.status ? "No delivery is in this state" : "Nothing was told yet"}>
            <p>Each message stands here with the request, the answer, and the time of the next try. “Test” sends one now.</p>
          </Empty>
        }
      >
        <Table heads={["When", "What", "State", "Answer", "Took", "Next try", "Run"]} hasActions>
          {deliveries.items.map((delivery) => (
            <tr key={delivery.id}>
              <td>
                <button type="button" className="link" onClick={() => look({ ...view, delivery: delivery.id })}>
                  <Instant at={delivery.createdAt} />
                </button>
              </td>
              <td>
                <code>{delivery.eventType}</code>
              </td>
              <td>
                <Status of={delivery.status} />
                <div className="small quiet">
                  {delivery.attempts.length} of {delivery.maxRetries + 1} tries
                </div>
              </td>
              <td>
                {delivery.responseStatus ?? "–"}
                {delivery.errorMessage && (
                  <div className="small tone-bad">
                    <Theirs clip>{delivery.errorMessage}</Theirs>
                  </div>
                )}
              </td>
              <td>{delivery.durationMs === null || delivery.durationMs === undefined ? "–" : lasting(delivery.durationMs)}</td>
              <td>
                <Instant at={delivery.nextRetryAt} form="relative" />
              </td>
              <td>
                {delivery.runId && (
                  <Link to="/runs/$runId" params={{ runId: delivery.runId }} search={{}}>
                    run
                  </Link>
                )}
              </td>
              <td>
                {may && (
                  <Button busy={replay.isPending && replay.variables === delivery.id} onClick={() => replay.mutate(delivery.id)}>
                    Send again
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
      {view.delivery && <DeliveryDialog id={view.delivery} onClose={() => look(view.status ? { status: view.status } : {})} />}
    </section>
  );
}

function useReplay() {
  return useOrder((id: string) => api.post("/v1/execution-webhooks/deliveries/{id}/replay", { params: { path: { id } } }), "It is sent again");
}

function DeliveryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const delivery = useQuery({
    queryKey: ["hook-delivery", id],
    queryFn: () => api.get("/v1/execution-webhooks/deliveries/{id}", { params: { path: { id } } }),
    // A delivery is listed a moment after it was ordered.
    retry: 5,
    retryDelay: 400,
    refetchInterval: 3_000,
  });
  return (
    <ReadDialog title="A delivery" query={delivery} onClose={onClose}>
      {(told) => <Told of={told} />}
    </ReadDialog>
  );
}

function Told({ of }: { of: Delivery }) {
  return (
    <>
      <dl className="facts small">
        <dt>State</dt>
        <dd>
          <Status of={of.status} /> {of.errorMessage && <Theirs>{of.errorMessage}</Theirs>}
        </dd>
        <dt>Next try</dt>
        <dd>
          <Instant at={of.nextRetryAt} form="full" />
        </dd>
        <dt>Position</dt>
        <dd>{of.position?.toLocaleString() ?? "–"}</dd>
      </dl>
      <h3>Request</h3>
      {of.requestHeaders && <JsonTree value={of.requestHeaders as Json} label="the headers of the request" />}
      <JsonTree value={read(of.requestBody)} label="the request" />
      <h3>Answer {of.responseStatus ?? ""}</h3>
      {of.responseBody === null || of.responseBody === undefined ? <p className="quiet">None came yet.</p> : <pre className="body-text theirs">{of.responseBody}</pre>}
      {of.responseHeaders && <JsonTree value={of.responseHeaders as Json} label="the headers of the answer" />}
      <h3>Tries</h3>
      {of.attempts.length === 0 ? <p className="quiet">It was not tried yet.</p> : <JsonTree value={of.attempts.map((attempt) => asObject(attempt)) as Json} label="the tries" />}
    </>
  );
}

function read(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return writeJson(text);
  }
}
