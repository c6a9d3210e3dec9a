import { Link, useNavigate } from "@tanstack/react-router";
import { Download, Pause, Pencil, Play, Rocket, Zap } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson, writeJson } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { JsonField, jsonFault } from "../common/JsonField";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { SaveAsTemplate } from "../templates/SaveAs";
import { saveAs } from "../common/saveAs";

type Open = "run" | "pause" | "resume" | undefined;
type Props = { workflow: Workflow; onClose: () => void };

/** What can be ordered about a workflow. */
export function WorkflowActions({ workflow }: { workflow: Workflow }) {
  const [open, setOpen] = useState<Open>();
  const [mayRun, mayPublish] = [useMay("workflows:run"), useMay("workflows:publish")];
  const mayWrite = useMay("workflows:write");
  const close = () => setOpen(undefined);
  const exported = () => {
    const { name, description, tags, maxRuns, cooldownMs, pauseAfterFailures, definition } = workflow;
    const limits = { ...(maxRuns && { maxRuns }), ...(cooldownMs && { cooldownMs }), pauseAfterFailures };
    const file = writeJson({ name, ...(description && { description }), ...(tags.length > 0 && { tags }), limits, definition }, 2);
    saveAs(`${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "workflow"}.json`, new Blob([`${file}\n`], { type: "application/json" }));
  };
  return (
    <>
      <Button icon={<Download size={16} aria-hidden />} onClick={exported}>
        Export
      </Button>
      <SaveAsTemplate workflow={workflow} />
      {mayWrite && workflow.status !== "archived" && (
        <Link to="/workflows/$workflowId/edit" params={{ workflowId: workflow.id }} className="button">
          <Pencil size={16} aria-hidden />
          Edit
        </Link>
      )}
      {mayPublish && workflow.status === "active" && (
        <Button icon={<Pause size={16} aria-hidden />} onClick={() => setOpen("pause")}>
          Pause
        </Button>
      )}
      {mayPublish && workflow.status === "paused" && (
        <Button icon={<Play size={16} aria-hidden />} onClick={() => setOpen("resume")}>
          Go on
        </Button>
      )}
      {mayRun && workflow.hasLiveVersion && (
        <Button icon={<Zap size={16} aria-hidden />} onClick={() => setOpen("run")}>
          Run
        </Button>
      )}
      {workflow.hasDraft && (
        <Link to="/workflows/$workflowId/publish" params={{ workflowId: workflow.id }} className="button primary">
          <Rocket size={16} aria-hidden />
          Publish…
        </Link>
      )}
      {open === "run" && <RunDialog workflow={workflow} onClose={close} />}
      {open === "pause" && <PauseDialog workflow={workflow} onClose={close} />}
      {open === "resume" && <ResumeDialog workflow={workflow} onClose={close} />}
    </>
  );
}

function PauseDialog({ workflow, onClose }: Props) {
  const pause = useOrder(() => api.post("/v1/workflows/{id}/pause", { params: { path: { id: workflow.id } } }), "The workflow is paused", onClose);
  return (
    <OrderDialog title="Pause the workflow" verb="Pause" busy={pause.isPending} error={pause.error} onOrder={() => pause.mutate(undefined)} onClose={onClose}>
      <p>Its triggers start nothing until it goes on. Runs that have begun go on.</p>
    </OrderDialog>
  );
}

function ResumeDialog({ workflow, onClose }: Props) {
  const reason = workflow.review?.reason;
  const [isSeen, setSeen] = useState(reason === undefined);
  const resume = useOrder(
    () => api.post("/v1/workflows/{id}/resume", { params: { path: { id: workflow.id } }, body: reason === undefined ? {} : { acknowledge: reason } }),
    "The workflow goes on",
    onClose,
  );
  return (
    <OrderDialog title="Let the workflow go on" verb="Go on" busy={resume.isPending} error={resume.error} disabled={!isSeen} onOrder={() => resume.mutate(undefined)} onClose={onClose}>
      <p>Its triggers start runs again.</p>
      {reason !== undefined && (
        <label className="row">
          <input type="checkbox" checked={isSeen} onChange={(event) => setSeen(event.target.checked)} />
          What it lists was looked at: {reason.replaceAll("_", " ")}
        </label>
      )}
    </OrderDialog>
  );
}

function RunDialog({ workflow, onClose }: Props) {
  const navigate = useNavigate();
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const start = useOrder(
    () =>
      api.post("/v1/workflows/{id}/run", {
        params: { path: { id: workflow.id } },
        body: { payload: (text === undefined ? {} : parseJson(text)) as Record<string, never> },
      }),
    "The run has begun",
    ({ runId }) => {
      onClose();
      void navigate({ to: "/runs/$runId", params: { runId }, search: {} });
    },
  );
  return (
    <OrderDialog title="Run the live version" verb="Run" busy={start.isPending} error={start.error} disabled={fault !== undefined} onOrder={() => start.mutate(undefined)} onClose={onClose}>
      <JsonField label="Input" value={text} original={{}} fault={fault} onChange={setText} hint="Nodes read it as $trigger.body and $inputs." />
    </OrderDialog>
  );
}
