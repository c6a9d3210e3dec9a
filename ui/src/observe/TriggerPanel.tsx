import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import type { Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Dialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { bytes } from "../common/units";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { useWorkflowNames } from "../workflows/useWorkflowNames";

/** A workflow's trigger: when its schedule fires, and what its webhook brought. */
export function TriggerPanel() {
  const { list } = useWorkflowNames();
  const [chosen, setChosen] = useState("");
  const live = list.filter((workflow) => workflow.hasLiveVersion);
  const workflowId = chosen || (live[0]?.id ?? "");
  return (
    <section className="panel" aria-label="A workflow’s trigger">
      <header>
        <h2 className="grow">A workflow’s trigger</h2>
        <select className="input choose" aria-label="Workflow" value={workflowId} onChange={(event) => setChosen(event.target.value)}>
          {live.length === 0 && <option value="">No workflow is live</option>}
          {live.map((workflow) => (
            <option key={workflow.id} value={workflow.id}>
              {workflow.name.slice(0, 80)}
            </option>
          ))}
        </select>
      </header>
      {workflowId === "" ? (
        <p className="body quiet">Publish a workflow, and its schedule and its deliveries stand here.</p>
      ) : (
        <div className="two-columns body">
          <Schedule key={`schedule ${workflowId}`} workflowId={workflowId} />
          <Deliveries key={`deliveries ${workflowId}`} workflowId={workflowId} />
        </div>
      )}
    </section>
  );
}

function Schedule({ workflowId }: { workflowId: string }) {
  const schedule = useQuery({ queryKey: ["schedule", workflowId], queryFn: () => api.get("/v1/workflows/{id}/schedule", { params: { path: { id: workflowId }, query: { count: 5 } } }) });
  if (schedule.isPending) return <Loading lines={3} />;
  if (schedule.isError) return <ProblemNote error={schedule.error} />;
  const { data } = schedule;
  if (data.state === "none") {
    return (
      <div className="stack">
        <h3>Schedule</h3>
        <p className="quiet">No schedule starts this workflow.</p>
      </div>
    );
  }
  return (
    <div className="stack">
      <h3 className="row">
        Schedule <Status of={data.state} />
      </h3>
      <dl className="facts small">
        <dt>Pattern</dt>
        <dd>
          <code className="theirs">{data.pattern}</code> <Theirs>{data.timezone ?? ""}</Theirs>
        </dd>
        <dt>Missed times</dt>
        <dd>{data.catchUp ?? "–"}</dd>
        <dt>Fired last</dt>
        <dd>
          <Instant at={data.lastFiredAt} />{" "}
          {data.lastRunId && (
            <Link to="/runs/$runId" params={{ runId: data.lastRunId }} search={{}}>
              its run
            </Link>
          )}
        </dd>
        <dt>Next</dt>
        <dd>
          <Instant at={data.nextRunAt} form="full" />
        </dd>
        <dt>Then</dt>
        <dd>
          <ul>
            {data.upcoming.slice(1).map((at) => (
              <li key={at}>
                <Instant at={at} />
              </li>
            ))}
          </ul>
        </dd>
      </dl>
    </div>
  );
}

function Deliveries({ workflowId }: { workflowId: string }) {
  const [opened, setOpened] = useState<string>();
  const deliveries = useQuery({ queryKey: ["deliveries", workflowId], queryFn: async () => (await api.get("/v1/workflows/{id}/deliveries", { params: { path: { id: workflowId } } })).items, refetchInterval: 10_000 });
  if (deliveries.isPending) return <Loading lines={3} />;
  if (deliveries.isError) return <ProblemNote error={deliveries.error} />;
  return (
    <div className="stack">
      <h3>What its webhook brought</h3>
      {deliveries.data.length === 0 ? (
        <p className="quiet">Nothing was delivered to it. The latest deliveries stand here with what became of them, and can be replayed.</p>
      ) : (
        <Table heads={["When", "Outcome", "Size", "Run"]} hasActions>
          {deliveries.data.map((delivery) => (
            <tr key={delivery.id}>
              <td>
                <Instant at={delivery.receivedAt} />
              </td>
              <td>
                <Status of={delivery.outcome} />
                {delivery.reason && (
                  <div className="small">
                    <Theirs clip>{delivery.reason}</Theirs>
                  </div>
                )}
              </td>
              <td>{bytes(delivery.bodyBytes)}</td>
              <td>
                {delivery.runId && (
                  <Link to="/runs/$runId" params={{ runId: delivery.runId }} search={{}}>
                    run
                  </Link>
                )}
              </td>
              <td>
                <Button onClick={() => setOpened(delivery.id)}>Look</Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {opened !== undefined && <DeliveryDialog workflowId={workflowId} deliveryId={opened} onClose={() => setOpened(undefined)} />}
    </div>
  );
}

function DeliveryDialog({ workflowId, deliveryId, onClose }: { workflowId: string; deliveryId: string; onClose: () => void }) {
  const may = useMay("workflows:run");
  const navigate = useNavigate();
  const path = { id: workflowId, deliveryId };
  const delivery = useQuery({ queryKey: ["delivery", workflowId, deliveryId], queryFn: () => api.get("/v1/workflows/{id}/deliveries/{deliveryId}", { params: { path } }) });
  const replay = useOrder(
    () => api.post("/v1/workflows/{id}/deliveries/{deliveryId}/replay", { params: { path }, body: {} }),
    "A run has begun from it",
    ({ runId }) => {
      if (runId) void navigate({ to: "/runs/$runId", params: { runId }, search: {} });
    },
  );
  return (
    <Dialog wide title="A delivery" onClose={onClose}>
      {delivery.isPending && <Loading lines={4} />}
      {delivery.isError && <ProblemNote error={delivery.error} />}
      {delivery.data && (
        <>
          <dl className="facts small">
            <dt>Came</dt>
            <dd>
              <Instant at={delivery.data.receivedAt} form="full" /> by {delivery.data.method} from <Theirs>{delivery.data.address ?? "–"}</Theirs>
            </dd>
            <dt>Outcome</dt>
            <dd>
              <Status of={delivery.data.outcome} /> {delivery.data.reason && <Theirs>{delivery.data.reason}</Theirs>}
            </dd>
          </dl>
          <h3>Headers</h3>
          <JsonTree value={delivery.data.headers as Json} label="the headers" />
          <h3>Body{delivery.data.isTruncated && ", its beginning"}</h3>
          <pre className="body-text theirs">{delivery.data.body ?? delivery.data.bodyBase64 ?? ""}</pre>
        </>
      )}
      {replay.isError && <ProblemNote error={replay.error} />}
      <footer>
        <Button onClick={onClose}>Back</Button>
        {may && (
          <Button look="primary" busy={replay.isPending} onClick={() => replay.mutate(undefined)}>
            Replay it as a new run
          </Button>
        )}
      </footer>
    </Dialog>
  );
}
