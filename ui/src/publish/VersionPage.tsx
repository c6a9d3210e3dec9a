import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api } from "../api/client";
import { writeJson, type Json } from "../api/exactJson";
import type { Definition, Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { Fact, FactLine } from "../common/Facts";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useMay } from "../frame/whoami";
import { isDrawable } from "../graph/linksOf";
import { RollbackDialog } from "./RollbackDialog";
import { WorkflowFrame } from "./WorkflowFrame";

const RunGraph = lazy(() => import("../runs/RunGraph").then(({ RunGraph }) => ({ default: RunGraph })));

/** One published version. It can be looked at, compared, and brought back; it never changes. */
export function VersionPage() {
  const { workflowId, version } = useParams({ from: "/workflows/$workflowId/versions/$version" });
  const number = Number(version);
  return (
    <WorkflowFrame workflowId={workflowId} heading={`Version ${number}`} lead="As it was published. It never changes." actions={(workflow) => <Actions workflow={workflow} number={number} />}>
      {(workflow) => <Room workflow={workflow} number={number} />}
    </WorkflowFrame>
  );
}

function Actions({ workflow, number }: { workflow: Workflow; number: number }) {
  const may = useMay("workflows:publish");
  const [isBack, setBack] = useState(false);
  if (workflow.liveVersion === number) return null;
  return (
    <>
      {may && workflow.status !== "archived" && <Button onClick={() => setBack(true)}>Bring back…</Button>}
      {isBack && <RollbackDialog workflow={workflow} version={number} onClose={() => setBack(false)} />}
    </>
  );
}

function Room({ workflow, number }: { workflow: Workflow; number: number }) {
  const [chosen, setChosen] = useState<string>();
  const { data, error, isError, refetch } = useQuery({
    queryKey: ["version", workflow.id, workflow.version, number],
    queryFn: () => api.get("/v1/workflows/{id}/versions/{versionNumber}", { params: { path: { id: workflow.id, versionNumber: number } } }),
  });
  if (isError) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const definition = data.definition as unknown as Definition;
  const node = chosen === undefined ? undefined : definition.nodes[chosen];
  const params = { workflowId: workflow.id };
  return (
    <>
      <FactLine>
        <Fact name="Status">
          <Status of={data.status} />
        </Fact>
        <Fact name="Published">
          <Instant at={data.publishedAt} />
        </Fact>
        <Fact name="By">
          <Theirs>{data.createdBy}</Theirs>
        </Fact>
        <Fact name="Compare with" look="row">
          {number > 1 && (
            <Link to="/workflows/$workflowId/compare" params={params} search={{ from: String(number - 1), to: String(number) }}>
              the one before
            </Link>
          )}
          {workflow.liveVersion !== null && workflow.liveVersion !== undefined && workflow.liveVersion !== number && (
            <Link to="/workflows/$workflowId/compare" params={params} search={{ from: String(number), to: String(workflow.liveVersion) }}>
              what is live
            </Link>
          )}
          {workflow.hasDraft && (
            <Link to="/workflows/$workflowId/compare" params={params} search={{ from: String(number), to: "draft" }}>
              the draft
            </Link>
          )}
        </Fact>
      </FactLine>
      <section className="panel" aria-label={`The graph of version ${number}`}>
        {isDrawable(definition) ? (
          <Suspense fallback={<Loading />}>
            <RunGraph definition={definition} selected={chosen} onSelect={setChosen} />
          </Suspense>
        ) : (
          <p className="body quiet">It is no graph.</p>
        )}
        {node && (
          <div className="node-panel body">
            <h2>
              <code className="theirs">{chosen}</code> <span className="quiet">{node.type}</span>
            </h2>
            <JsonTree value={node as Json} label="the node" />
          </div>
        )}
      </section>
      <section className="panel" aria-label="Its definition">
        <header>
          <h2 className="grow">Definition</h2>
          <Copy text={writeJson(definition, 2)} what="the definition" />
        </header>
        <div className="body">
          <JsonTree value={definition as Json} label="the definition" />
        </div>
      </section>
    </>
  );
}
