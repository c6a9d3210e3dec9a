import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FlaskConical, RotateCcw } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson, type Json } from "../api/exactJson";
import type { WorkflowSummary } from "../api/types";
import { Button } from "../common/Button";
import { Dialog } from "../common/Dialog";
import { jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { SimulationShown } from "./SimulationShown";

/** A delivery as it came; played upon the draft, or started as a run. */
export function DeliveryDialog({ workflow, deliveryId, onClose }: { workflow: WorkflowSummary; deliveryId: string; onClose: () => void }) {
  const navigate = useNavigate();
  const mayRun = useMay("workflows:run");
  const [isSure, setSure] = useState(false);
  const path = { id: workflow.id, deliveryId };
  const { data, isError, error, refetch } = useQuery({ queryKey: ["delivery", workflow.id, deliveryId], queryFn: () => api.get("/v1/workflows/{id}/deliveries/{deliveryId}", { params: { path } }) });
  const play = useMutation({ mutationFn: () => api.post("/v1/workflows/{id}/deliveries/{deliveryId}/replay", { params: { path }, body: { simulate: workflow.hasDraft ? "draft" : "live", unmocked: "echo" } }) });
  const start = useOrder(
    () => api.post("/v1/workflows/{id}/deliveries/{deliveryId}/replay", { params: { path } }),
    "A run has begun from the delivery",
    ({ runId }) => {
      onClose();
      if (runId) void navigate({ to: "/runs/$runId", params: { runId }, search: {} });
    },
  );
  return (
    <Dialog wide title="A delivery" onClose={onClose}>
      {isError && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {!data && !isError && <Loading lines={4} />}
      {data && (
        <>
          {data.reason && (
            <p className="note wait">
              <Theirs>{data.reason}</Theirs>
            </p>
          )}
          <h3>Body</h3>
          <Body text={data.body} base64={data.bodyBase64} />
          {data.isTruncated && <p className="small quiet">Only its beginning is kept: the first 64 KiB. It cannot be replayed as it was.</p>}
          <h3>Headers</h3>
          <JsonTree value={data.headers as unknown as Json} label="the headers" />
          {Object.keys(data.query).length > 0 && (
            <>
              <h3>Query</h3>
              <JsonTree value={data.query as unknown as Json} label="the query" />
            </>
          )}
        </>
      )}
      {play.isError && <ProblemNote error={play.error} />}
      {play.data?.simulation && <SimulationShown result={play.data.simulation} />}
      {start.isError && <ProblemNote error={start.error} />}
      {isSure && (
        <p className="note wait" role="alert">
          A run of the live version begins with this body, as if it came again and were new. Its effects are real.
        </p>
      )}
      <footer>
        <Button onClick={onClose}>Back</Button>
        {mayRun && (
          <Button icon={<FlaskConical size={16} aria-hidden />} busy={play.isPending} onClick={() => play.mutate()}>
            {workflow.hasDraft ? "Play it on the draft" : "Play it on what is live"}
          </Button>
        )}
        {mayRun && workflow.hasLiveVersion && (
          <Button look={isSure ? "danger" : undefined} icon={<RotateCcw size={16} aria-hidden />} busy={start.isPending} onClick={() => (isSure ? start.mutate(undefined) : setSure(true))}>
            {isSure ? "Start the run" : "Replay…"}
          </Button>
        )}
      </footer>
    </Dialog>
  );
}

function Body({ text, base64 }: { text: string | null | undefined; base64: string | null | undefined }) {
  if (text === null || text === undefined) return base64 ? <code className="theirs small">{base64.slice(0, 2_000)}</code> : <p className="quiet">It had none, or it held secrets and was not kept.</p>;
  if (jsonFault(text) === undefined) return <JsonTree value={parseJson(text)} label="the body" />;
  return <pre className="theirs verbatim">{text}</pre>;
}
