import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { Compare } from "./Compare";
import { nameOf, type Edition, type EditionSearch } from "./editionSearch";
import { WorkflowFrame } from "./WorkflowFrame";

/** Any two editions of a workflow beside one another. */
export function ComparePage() {
  const { workflowId } = useParams({ from: "/workflows/$workflowId/compare" });
  return (
    <WorkflowFrame workflowId={workflowId} heading="Compare">
      {(workflow) => <Room workflow={workflow} />}
    </WorkflowFrame>
  );
}

function Room({ workflow }: { workflow: Workflow }) {
  const given = useSearch({ from: "/workflows/$workflowId/compare" });
  const navigate = useNavigate({ from: "/workflows/$workflowId/compare" });
  const { data: versions } = useQuery({
    queryKey: ["versions", workflow.id, workflow.version, "newest"],
    queryFn: () => api.get("/v1/workflows/{id}/versions", { params: { path: { id: workflow.id }, query: { limit: 100 } } }),
  });
  const live = workflow.liveVersion ?? undefined;
  const offered = [...(workflow.hasDraft ? ["draft"] : []), ...(versions?.items ?? []).map(({ versionNumber }) => String(versionNumber))];
  const to = given.to ?? offered[0] ?? "draft";
  const from = given.from ?? (to === "draft" && live !== undefined ? String(live) : (offered[offered.indexOf(to) + 1] ?? to));
  const set = (next: EditionSearch) => void navigate({ search: { from, to, ...next }, replace: true, resetScroll: false });
  if (!versions) return null;
  if (offered.length < 2) {
    return (
      <p className="note">
        There is nothing to compare yet. Each publication makes a version; from the second on they can be laid side by side. <Link to="/workflows/$workflowId" params={{ workflowId: workflow.id }} search={{ tab: "versions" }}>To the versions</Link>
      </p>
    );
  }
  return (
    <>
      <div className="row">
        <Choice label="From" value={from} offered={offered} live={live} onChange={(next) => set({ from: next })} />
        <Button aria-label="Turn it round" title="Turn it round" icon={<ArrowLeftRight size={16} aria-hidden />} onClick={() => set({ from: to, to: from })} />
        <Choice label="To" value={to} offered={offered} live={live} onChange={(next) => set({ to: next })} />
      </div>
      <Compare key={`${from}:${to}`} workflow={workflow} from={from} to={to} />
    </>
  );
}

function Choice({ label, value, offered, live, onChange }: { label: string; value: Edition; offered: Edition[]; live: number | undefined; onChange: (edition: Edition) => void }) {
  const all = offered.includes(value) ? offered : [value, ...offered];
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
          {all.map((edition) => (
            <option key={edition} value={edition}>
              {nameOf(edition).replace("the draft", "Draft").replace("version", "Version")}
              {edition === String(live) ? " (live)" : ""}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
