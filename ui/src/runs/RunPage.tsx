import "./runs.css";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Json } from "../api/exactJson";
import type { LedgerEvent, Run } from "../api/types";
import type { StreamState } from "../api/useStream";
import { ConnectionSign } from "../common/ConnectionSign";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Tabs } from "../common/Tabs";
import { Theirs } from "../common/Theirs";
import { useIsMainnet, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { useRunMoney } from "../money/useRunMoney";
import { DataView } from "../interfaces/DataView";
import { pinned } from "../interfaces/model";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { NodePanel } from "./NodePanel";
import { RunActions } from "./RunActions";
import { RunFacts } from "./RunFacts";
import { RunLedger } from "./RunLedger";
import { RunLineage } from "./RunLineage";
import { RunNotes } from "./RunNotes";
import { RunProof } from "./RunProof";
import { RunTimeline } from "./RunTimeline";
import { useRunLive } from "./useRunLive";
import type { RunTab } from "./runView";

const RunMoney = lazy(() => import("../money/RunMoney").then(({ RunMoney }) => ({ default: RunMoney })));
const RunGraph = lazy(() => import("./RunGraph").then(({ RunGraph }) => ({ default: RunGraph })));

const TABS: [RunTab, string][] = [
  ["graph", "Graph"],
  ["shown", "Result"],
  ["timeline", "Timeline"],
  ["data", "Input and output"],
  ["money", "Money"],
  ["ledger", "Ledger"],
  ["lineage", "Lineage"],
  ["proof", "Proof"],
];

/** One run, as it happens. */
export function RunPage() {
  const { runId } = useParams({ from: "/runs/$runId" });
  // Another run is another page: nothing of the one before stays.
  return <OneRun key={runId} runId={runId} />;
}

function OneRun({ runId }: { runId: string }) {
  const { run, events, state } = useRunLive(runId);
  const { nameOf } = useWorkflowNames();
  useMainnetFrame(useIsMainnet(run.data?.workflowDefinition));
  const crumbs = (
    <Link to="/runs" search={{}}>
      Runs
    </Link>
  );
  if (run.isError && !run.data) {
    return (
      <Page title="Run" crumbs={crumbs}>
        <ProblemNote error={run.error} onRetry={() => void run.refetch()} />
      </Page>
    );
  }
  if (!run.data) {
    return (
      <Page title="Run" crumbs={crumbs}>
        <div className="panel">
          <Loading />
        </div>
      </Page>
    );
  }
  const name = nameOf(run.data.workflowId) ?? run.data.workflowId;
  const heading = (
    <span className="row">
      <Status of={run.data.status} />
      <Theirs clip>{name}</Theirs>
    </span>
  );
  return (
    <Page
      title={name}
      heading={heading}
      crumbs={crumbs}
      actions={
        <>
          <ConnectionSign state={state} />
          <RunActions run={run.data} />
        </>
      }
    >
      {run.isError && <ProblemNote error={run.error} onRetry={() => void run.refetch()} />}
      <RunNotes run={run.data} />
      <RunFacts run={run.data} />
      <RunRooms run={run.data} events={events} state={state} />
    </Page>
  );
}

function RunRooms({ run, events, state }: { run: Run; events: LedgerEvent[]; state: StreamState }) {
  const view = useSearch({ from: "/runs/$runId" });
  const navigate = useNavigate({ from: "/runs/$runId" });
  const money = useRunMoney(run.id);
  const component = pinned(run.workflowDefinition?.["uiComponent"]);
  const tab = view.tab === "shown" && !component ? "graph" : (view.tab ?? "graph");
  const tabs = TABS.filter(([name]) => (name !== "shown" || component) && (name !== "money" || money.count > 0 || tab === "money"));
  const look = (next: { tab?: RunTab; node?: string | undefined; event?: number | undefined }) =>
    void navigate({
      search: { ...view, ...next },
      replace: true,
      resetScroll: false,
    });
  const pick = (node: string | undefined) => look({ node });
  return (
    <div className="run-rooms">
      <section className="panel run-main" aria-label="The run">
        <Tabs panel="run-room" tabs={tabs} shown={tab} onShow={(name) => look({ tab: name })} narrowOnly="ledger" />
        <div role="tabpanel" id="run-room" aria-labelledby={`tab-${tab}`}>
          {tab === "graph" && run.workflowDefinition && (
            <Suspense fallback={<Loading />}>
              <RunGraph definition={run.workflowDefinition} states={run.executionState ?? {}} selected={view.node} onSelect={pick} />
            </Suspense>
          )}
          {tab === "shown" && component && (
            <div className="body stack">
              {component.title && (
                <h2>
                  <Theirs>{component.title}</Theirs>
                </h2>
              )}
              <DataView component={component} data={shownOf(run)} />
            </div>
          )}
          {tab === "timeline" && <RunTimeline run={run} events={events} selected={view.node} onSelect={pick} />}
          {tab === "data" && <RunData run={run} />}
          {tab === "money" && (
            <Suspense fallback={<Loading />}>
              <RunMoney runId={run.id} />
            </Suspense>
          )}
          {tab === "ledger" && <RunLedger run={run} events={events} state={state} node={undefined} onSelect={pick} event={view.event} onEvent={(event) => look({ event })} />}
          {tab === "lineage" && <RunLineage runId={run.id} />}
          {tab === "proof" && <RunProof run={run} events={events} onSequence={(sequence) => look({ tab: "ledger", event: sequence, node: undefined })} />}
        </div>
        {view.node !== undefined && <NodePanel run={run} place={view.node} events={events} onClose={() => pick(undefined)} />}
      </section>
      <section className="panel run-side" aria-label="Ledger">
        <RunLedger run={run} events={events} state={state} node={view.node} onSelect={pick} event={view.event} onEvent={(event) => look({ event })} />
      </section>
    </div>
  );
}

/** What an interface is shown with: what the run was given, what came of it and of its nodes. */
function shownOf(run: Run): Json {
  const results = Object.entries(run.executionState ?? {}).filter(([, node]) => node.result !== undefined);
  const nodes = Object.fromEntries(results.map(([name, node]) => [name, node.result ?? null]));
  return { status: run.status, input: nodes["root"] ?? null, output: run.output ?? null, nodes };
}

function RunData({ run }: { run: Run }) {
  const input = run.executionState?.["root"]?.result;
  return (
    <div className="body run-data">
      <div className="stack">
        <h2>Input</h2>
        <JsonTree value={input} label="the input" />
      </div>
      <div className="stack">
        <h2>Output</h2>
        {run.output === undefined || run.output === null ? (
          <p className="quiet">{run.status === "success" ? "The run gave nothing." : "A run has its output once it has succeeded."}</p>
        ) : (
          <JsonTree value={run.output} label="the output" />
        )}
      </div>
    </div>
  );
}
