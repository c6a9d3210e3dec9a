import { Ban, Download, GitCompareArrows, Pause, Play, RotateCcw, Undo2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "../api/client";
import { parseJson, type JsonObject } from "../api/exactJson";
import type { Run } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { useWorkflow } from "../workflows/useWorkflow";
import { saveBundle } from "./bundle";
import { isOver } from "./useRunLive";

type Open = "cancel" | "retry" | "rerun" | undefined;

/** What can be ordered about a run. */
export function RunActions({ run }: { run: Run }) {
  const may = useMay("runs:manage");
  const [open, setOpen] = useState<Open>();
  const path = { params: { path: { id: run.id } } };
  const pause = useOrder(() => (run.paused ? api.post("/v1/runs/{id}/resume", path) : api.post("/v1/runs/{id}/pause", path)));
  const bundle = useOrder(() => saveBundle(run.id), "The bundle is saved");
  const close = () => setOpen(undefined);
  return (
    <>
      {may && !isOver(run) && (
        <Button busy={pause.isPending} icon={run.paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />} onClick={() => pause.mutate(undefined)}>
          {run.paused ? "Go on" : "Pause"}
        </Button>
      )}
      {may && !isOver(run) && (
        <Button look="danger" icon={<Ban size={16} aria-hidden />} onClick={() => setOpen("cancel")}>
          Cancel
        </Button>
      )}
      {may && run.status === "failure" && (
        <Button look="primary" icon={<RotateCcw size={16} aria-hidden />} onClick={() => setOpen("retry")}>
          Retry
        </Button>
      )}
      {may && isOver(run) && (
        <Button icon={<Undo2 size={16} aria-hidden />} onClick={() => setOpen("rerun")}>
          Run again from…
        </Button>
      )}
      {isOver(run) && (
        <Button busy={bundle.isPending} icon={<Download size={16} aria-hidden />} onClick={() => bundle.mutate(undefined)} title="What an auditor verifies without this server">
          Bundle
        </Button>
      )}
      <Link className="button" to="/compare" search={{ left: run.id }} title="With another run of this workflow, node by node">
        <GitCompareArrows size={16} aria-hidden />
        Compare
      </Link>
      {open === "cancel" && <CancelDialog run={run} onClose={close} />}
      {open === "retry" && <AgainDialog run={run} fromNode={undefined} onClose={close} />}
      {open === "rerun" && <AgainDialog run={run} fromNode="" onClose={close} />}
    </>
  );
}

function CancelDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [undoes, setUndoes] = useState(false);
  const hasCompensation = Object.values(run.workflowDefinition?.nodes ?? {}).some((node) => node.compensatedBy);
  const cancel = useOrder(
    () =>
      api.post("/v1/runs/{id}/cancel", {
        params: { path: { id: run.id } },
        body: { shouldCompensate: undoes, ...(reason && { reason }) },
      }),
    "The run is being cancelled",
    onClose,
  );
  return (
    <OrderDialog title="Cancel this run" verb="Cancel the run" look="danger" busy={cancel.isPending} error={cancel.error} onOrder={() => cancel.mutate(undefined)} onClose={onClose}>
      <p>Nothing new starts. What is under way is waited for, since nobody can take back what was sent.</p>
      <Field label="Why" hint="It stays in the run’s history.">
        {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
      {hasCompensation && (
        <label className="row">
          <input type="checkbox" checked={undoes} onChange={(event) => setUndoes(event.target.checked)} />
          Undo what was done, the last first, where a node says how
        </label>
      )}
    </OrderDialog>
  );
}

/** Which version the workflow of a run has live now. */
function useLiveVersion(id: string): number | undefined {
  return useWorkflow(id, { retry: false }).data?.liveVersion ?? undefined;
}

type AgainProps = { run: Run; fromNode: string | undefined; onClose: () => void };

/** A retry from the point of failure, or a run from a node on, with the same input or an edited one. */
export function AgainDialog({ run, fromNode, onClose }: AgainProps) {
  const navigate = useNavigate();
  const nodes = Object.keys(run.workflowDefinition?.nodes ?? {});
  const [from, setFrom] = useState(fromNode || (nodes.includes("root") ? "root" : (nodes[0] ?? "")));
  const input = (run.executionState?.["root"]?.result as JsonObject | undefined)?.["body"];
  const [edited, setEdited] = useState<string>();
  const [isLive, setLive] = useState(false);
  const live = useLiveVersion(run.workflowId);
  const isOther = fromNode !== undefined && live !== undefined && live !== run.workflowVersion;
  const fault = edited === undefined ? undefined : jsonFault(edited);
  const again = useOrder(
    () => {
      const payload = edited === undefined ? {} : { payload: parseJson(edited) as Record<string, never> };
      const path = { params: { path: { id: run.id } } };
      return fromNode === undefined
        ? api.post("/v1/runs/{id}/retry", { ...path, body: payload })
        : api.post("/v1/runs/{id}/rerun", { ...path, body: { fromNode: from, ...(isOther && isLive && { version: "live" as const }), ...payload } });
    },
    "A new run has begun",
    ({ runId }) => {
      onClose();
      void navigate({ to: "/runs/$runId", params: { runId }, search: {} });
    },
  );
  return (
    <OrderDialog
      wide
      title={fromNode === undefined ? "Retry from the point of failure" : "Run again from a node"}
      verb={fromNode === undefined ? "Retry" : "Run again"}
      busy={again.isPending}
      error={again.error}
      disabled={fault !== undefined}
      onOrder={() => again.mutate(undefined)}
      onClose={onClose}
    >
      <p>A new run begins and names this one. What had succeeded {fromNode === undefined ? "" : "before that node "}is taken over and not executed again.</p>
      {fromNode !== undefined && (
        <Field label="From" hint="For a node inside a loop the whole loop is executed again.">
          {(control) => (
            <select {...control} className="input" value={from} onChange={(event) => setFrom(event.target.value)}>
              {nodes.map((node) => (
                <option key={node}>{node}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      {isOther && (
        <Field label="Version" hint="Nodes that are new in the live one, or of another type, are executed, and all that follows from them.">
          {(control) => (
            <select {...control} className="input" value={isLive ? "live" : "same"} onChange={(event) => setLive(event.target.value === "live")}>
              <option value="same">{`As the run had it: version ${run.workflowVersion}`}</option>
              <option value="live">{`As it is live now: version ${live}`}</option>
            </select>
          )}
        </Field>
      )}
      <JsonField label="Input" value={edited} original={input} fault={fault} onChange={setEdited} />
    </OrderDialog>
  );
}
