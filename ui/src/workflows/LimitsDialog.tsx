import { useState } from "react";
import { api } from "../api/client";
import type { Json, JsonObject } from "../api/exactJson";
import { asObject } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { OrderDialog } from "../common/Dialog";
import { useOrder } from "../common/useOrder";
import { asProblem } from "../api/problem";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";

type Props = { workflow: Workflow; onClose: () => void };

const LIMITS: JsonObject = {
  type: "object",
  properties: {
    maxRuns: { type: "integer", minimum: 1, maximum: 1_000_000_000, title: "Runs that it may start", description: "Retries and re-runs count. Empty: any number. Another number than before begins to count anew." },
    cooldownMs: { type: "integer", minimum: 1, maximum: 2_592_000_000, title: "Pause between runs, in milliseconds", description: "So long after a run has begun its triggers start nothing: at most 30 days. Empty: none. People are not made to wait." },
    pauseAfterFailures: { type: "integer", minimum: 0, maximum: 1_000, title: "Failures in a row after which it pauses", description: "0 is never; empty is 5." },
  },
};

/** How many runs a workflow may start, how often, and when it stops by itself. */
export function LimitsDialog({ workflow, onClose }: Props) {
  const { maxRuns, cooldownMs, pauseAfterFailures } = workflow;
  const [value, setValue] = useState<Json | undefined>({ ...(maxRuns && { maxRuns }), ...(cooldownMs && { cooldownMs }), pauseAfterFailures });
  const [isTried, setTried] = useState(false);
  const set = useOrder(
    () => api.put("/v1/workflows/{id}/limits", { params: { path: { id: workflow.id } }, body: { ...(asObject(value) as { maxRuns?: number; cooldownMs?: number; pauseAfterFailures?: number }), expectedVersion: workflow.version } }),
    "The limits hold from now on",
    onClose,
  );
  const order = () => {
    setTried(true);
    if (check(LIMITS, value, LIMITS, { allowsExpressions: false }).length === 0) set.mutate(undefined);
  };
  return (
    <OrderDialog title="Limits" verb="Set the limits" busy={set.isPending} error={set.error} onOrder={order} onClose={onClose}>
      <p>They hold at once, for whatever version is live.</p>
      <SchemaForm schema={LIMITS} value={value} onChange={setValue} isTried={isTried} faults={set.error ? asProblem(set.error).details : []} />
    </OrderDialog>
  );
}

const REFILL: JsonObject = { type: "object", required: ["runs"], properties: { runs: { type: "integer", minimum: 1, maximum: 1_000_000_000, title: "Runs to add" } } };

/** Adds runs to those that it may start. */
export function RefillDialog({ workflow, onClose }: Props) {
  const [value, setValue] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const refill = useOrder(() => api.post("/v1/workflows/{id}/refill", { params: { path: { id: workflow.id } }, body: { runs: Number(asObject(value)["runs"]) } }), "Runs were added", onClose);
  const order = () => {
    setTried(true);
    if (check(REFILL, value, REFILL, { allowsExpressions: false }).length === 0) refill.mutate(undefined);
  };
  return (
    <OrderDialog title="Add runs" verb="Add them" busy={refill.isPending} error={refill.error} onOrder={order} onClose={onClose}>
      <p>
        {(workflow.remainRuns ?? 0).toLocaleString()} runs are left. {workflow.pauseReason === "max_runs_reached" && "It paused because they were used up, and stays paused until you let it go on."}
      </p>
      <SchemaForm schema={REFILL} value={value} onChange={setValue} isTried={isTried} />
    </OrderDialog>
  );
}
