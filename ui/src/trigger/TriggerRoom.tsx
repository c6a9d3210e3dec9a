import "./trigger.css";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Instant } from "../common/Instant";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { isDrawable } from "../graph/linksOf";
import { Address, Deliveries } from "./Deliveries";
import { isDelivered, isSchedule } from "./occasions";
import { Schedule } from "./Schedule";
import { TriggerTest } from "./TriggerTest";

/** What starts the workflow: its next times, what came to it, and what its trigger would do. */
export function TriggerRoom({ workflow }: { workflow: Workflow }) {
  const type = (isDrawable(workflow.definition) && workflow.definition.nodes["root"]?.type) || "";
  if (type === "") return <p className="body quiet">There is no trigger yet. It is the first node of the draft: it says what starts the runs.</p>;
  return (
    <div className="body trigger-room">
      <div className="stack">
        {isSchedule(type) && (
          <section className="stack">
            <h2>Next times</h2>
            <Schedule workflow={workflow} />
          </section>
        )}
        {isDelivered(type) && (
          <section className="stack">
            <h2>Address</h2>
            <p className="quiet">A POST to it starts a run of the live version. It holds a secret: treat it like a password.</p>
            <Address url={workflow.webhookUrl} />
          </section>
        )}
        {isDelivered(type) && (
          <section className="stack">
            <h2>Deliveries</h2>
            <Deliveries workflow={workflow} />
          </section>
        )}
        <Source workflow={workflow} />
      </div>
      <section className="stack">
        <h2>
          Try the trigger <code className="quiet theirs">{type}</code>
        </h2>
        <TriggerTest key={type} workflow={workflow} type={type} />
      </section>
    </div>
  );
}

/** How a source that is asked now and then is doing. Others were never asked. */
function Source({ workflow }: { workflow: Workflow }) {
  const { data } = useQuery({
    queryKey: ["source", workflow.id],
    queryFn: () => api.get("/v1/workflows/{id}/source", { params: { path: { id: workflow.id } } }),
    enabled: workflow.hasLiveVersion,
    refetchInterval: 30_000,
  });
  if (!data || (data.status === "waiting" && !data.polledAt && !data.nextAt)) return null;
  return (
    <section className="stack">
      <h2>Source</h2>
      <p className="row">
        <Status of={data.status === "failing" ? "failure" : "running"} /> {data.items.toLocaleString()} items so far; asked <Instant at={data.polledAt} form="relative" />, again <Instant at={data.nextAt} form="relative" />
      </p>
      {data.problem && (
        <p className="note bad">
          <Theirs>{data.problem}</Theirs>
        </p>
      )}
    </section>
  );
}
