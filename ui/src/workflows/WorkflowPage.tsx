import "../runs/runs.css";
import "./workflows.css";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api } from "../api/client";
import type { Json } from "../api/exactJson";
import type { Definition, Workflow } from "../api/types";
import { JsonTree } from "../common/JsonTree";
import { Listing, Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Tabs } from "../common/Tabs";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { useIsMainnet, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { isDrawable } from "../graph/linksOf";
import { Compare } from "../publish/Compare";
import { DropDraft } from "../publish/DropDraft";
import { RunsTable } from "../runs/RunsPage";
import { Changes } from "./Changes";
import { CheckLine } from "./CheckLine";
import { DefinitionEditor } from "./DefinitionEditor";
import { Problems } from "./Problems";
import { SharePanel } from "./SharePanel";
import { useWorkflow } from "./useWorkflow";
import { Versions } from "./Versions";
import { WorkflowActions } from "./WorkflowActions";
import { WorkflowFacts } from "./WorkflowFacts";
import type { WorkflowTab } from "./workflowView";

const RunGraph = lazy(() => import("../runs/RunGraph").then(({ RunGraph }) => ({ default: RunGraph })));
const TriggerRoom = lazy(() => import("../trigger/TriggerRoom").then(({ TriggerRoom }) => ({ default: TriggerRoom })));

const TABS: [WorkflowTab, string][] = [
  ["graph", "Graph"],
  ["definition", "Definition"],
  ["changes", "Draft against live"],
  ["versions", "Versions"],
  ["runs", "Runs"],
  ["trigger", "Trigger"],
  ["share", "Share"],
];

/** One workflow: its draft, its versions, its runs. */
export function WorkflowPage() {
  const { workflowId } = useParams({ from: "/workflows/$workflowId" });
  const workflow = useWorkflow(workflowId);
  const crumbs = <Link to="/workflows">Workflows</Link>;
  useMainnetFrame(useIsMainnet(workflow.data && isDrawable(workflow.data.definition) ? workflow.data.definition : undefined));
  if (!workflow.data) {
    return (
      <Page title="Workflow" crumbs={crumbs}>
        {workflow.isError ? <ProblemNote error={workflow.error} onRetry={() => void workflow.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { data } = workflow;
  return (
    <Page
      title={data.name}
      crumbs={crumbs}
      heading={
        <span className="row">
          <Status of={data.status} />
          <Theirs clip>{data.name}</Theirs>
        </span>
      }
      lead={data.description ? <Theirs clip>{data.description}</Theirs> : undefined}
      actions={<WorkflowActions workflow={data} />}
    >
      <PauseNote workflow={data} />
      <WorkflowFacts workflow={data} />
      {data.hasDraft && <Problems workflow={data} />}
      <Rooms workflow={data} />
    </Page>
  );
}

function PauseNote({ workflow }: { workflow: Workflow }) {
  if (!workflow.review) return null;
  return (
    <div className="note wait">
      <div className="stack">
        <h2>It paused by itself: {workflow.review.reason.replaceAll("_", " ")}</h2>
        <ul className="stack">
          {workflow.review.checklist.map((item, index) => (
            <li key={index}>
              <CheckLine check={item} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Rooms({ workflow }: { workflow: Workflow }) {
  const view = useSearch({ from: "/workflows/$workflowId" });
  const navigate = useNavigate({ from: "/workflows/$workflowId" });
  const tab = view.tab ?? "graph";
  return (
    <section className="panel run-main" aria-label="The workflow">
      <Tabs panel="workflow-room" tabs={TABS} shown={tab} onShow={(name) => void navigate({ search: { ...view, tab: name }, replace: true, resetScroll: false })} />
      <div role="tabpanel" id="workflow-room" aria-labelledby={`tab-${tab}`}>
        {tab === "graph" && (isDrawable(workflow.definition) ? <Graph definition={workflow.definition} /> : <p className="body quiet">The draft is no graph. Its definition can be mended as text.</p>)}
        {tab === "definition" && <DefinitionEditor key={workflow.id} workflow={workflow} />}
        {tab === "changes" && (
          <div className="body stack">
            {workflow.hasDraft && workflow.hasLiveVersion ? <Compare workflow={workflow} from="live" to="draft" /> : <Changes workflow={workflow} />}
            <div>
              <DropDraft workflow={workflow} />
            </div>
          </div>
        )}
        {tab === "versions" && <Versions workflow={workflow} />}
        {tab === "trigger" && (
          <Suspense fallback={<Loading />}>
            <TriggerRoom workflow={workflow} />
          </Suspense>
        )}
        {tab === "share" && <SharePanel key={workflow.id} workflow={workflow} />}
        {tab === "runs" && <OwnRuns workflowId={workflow.id} />}
      </div>
    </section>
  );
}

function Graph({ definition }: { definition: Definition }) {
  const view = useSearch({ from: "/workflows/$workflowId" });
  const navigate = useNavigate({ from: "/workflows/$workflowId" });
  const node = view.node === undefined ? undefined : definition.nodes[view.node];
  return (
    <>
      <Suspense fallback={<Loading />}>
        <RunGraph definition={definition} selected={view.node} onSelect={(name) => void navigate({ search: { ...view, node: name }, replace: true, resetScroll: false })} />
      </Suspense>
      {node && (
        <div className="node-panel">
          <h2>
            <code className="theirs">{view.node}</code> <span className="quiet">{node.type}</span>
          </h2>
          <JsonTree value={node as Json} label="the node" />
        </div>
      )}
    </>
  );
}

function OwnRuns({ workflowId }: { workflowId: string }) {
  const runs = usePages(["runs", { workflowId }], (cursor) => api.get("/v1/runs", { params: { query: { workflowId, limit: 50, ...(cursor && { cursor }) } } }), { refetchInterval: 10_000 });
  return (
    <Listing query={runs} empty={<p className="body quiet">It has not run yet.</p>}>
      <RunsTable runs={runs.items} withWorkflow={false} />
    </Listing>
  );
}
