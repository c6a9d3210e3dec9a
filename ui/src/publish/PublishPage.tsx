import "./publish.css";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import { isDrawable } from "../graph/linksOf";
import { Problems } from "../workflows/Problems";
import { Compare } from "./Compare";
import { DropDraft } from "./DropDraft";
import { PublishStage } from "./PublishStage";
import { ReadinessStage } from "./ReadinessStage";
import { ReviewStage } from "./ReviewStage";
import { StageSign } from "./StageSign";
import { STAGES, type Stage } from "./stageSearch";
import { RUNS, standingOf, TITLES, useStages, type Stages } from "./stages";
import { WhatIfStage } from "./WhatIfStage";
import { WorkflowFrame } from "./WorkflowFrame";

/** Everything that is looked at before a draft goes live, stage by stage. */
export function PublishPage() {
  const { workflowId } = useParams({ from: "/workflows/$workflowId/publish" });
  return (
    <WorkflowFrame
      workflowId={workflowId}
      heading="Review and publish"
      actions={() => (
        <Link to="/workflows/$workflowId/edit" params={{ workflowId }} className="button">
          <Pencil size={16} aria-hidden />
          Edit the draft
        </Link>
      )}
    >
      {(workflow) => <Room workflow={workflow} />}
    </WorkflowFrame>
  );
}

function Room({ workflow }: { workflow: Workflow }) {
  const search = useSearch({ from: "/workflows/$workflowId/publish" });
  const navigate = useNavigate({ from: "/workflows/$workflowId/publish" });
  const [runs, setRuns] = useState(RUNS);
  const stages = useStages(workflow, runs);
  const stage = search.stage ?? (stages.problems.data?.valid === false ? "problems" : "changes");
  const go = (next: Stage) => void navigate({ search: { stage: next }, replace: true, resetScroll: false });
  const next = STAGES[STAGES.indexOf(stage) + 1];
  if (!workflow.hasDraft) {
    return (
      <p className="note">
        There is no draft: what is live is all there is. An edit makes one. <Link to="/workflows/$workflowId/edit" params={{ workflowId: workflow.id }}>Edit</Link>
      </p>
    );
  }
  return (
    <div className="publish-room">
      <nav className="panel stage-list" aria-label="Stages">
        <ol>
          {STAGES.map((each, index) => (
            <li key={each}>
              <button type="button" aria-current={each === stage ? "step" : undefined} onClick={() => go(each)}>
                <span>
                  {index + 1}. {TITLES[each]}
                </span>
                <StageSign standing={standingOf(each, workflow, stages)} />
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <section className="panel" aria-label={TITLES[stage]}>
        <header>
          <h2 className="grow">{TITLES[stage]}</h2>
          {next && <Button onClick={() => go(next)}>Next: {TITLES[next]}</Button>}
        </header>
        <div className="body">
          <Content workflow={workflow} stage={stage} stages={stages} runs={runs} onRuns={setRuns} onGo={go} />
        </div>
      </section>
    </div>
  );
}

type Props = { workflow: Workflow; stage: Stage; stages: Stages; runs: number; onRuns: (runs: number) => void; onGo: (stage: Stage) => void };

function Content({ workflow, stage, stages, runs, onRuns, onGo }: Props) {
  switch (stage) {
    case "problems":
      return <Problems workflow={workflow} />;
    case "changes":
      return (
        <div className="stack">
          {workflow.hasLiveVersion ? (
            <Compare workflow={workflow} from="live" to="draft" />
          ) : (
            <p>
              Nothing is live yet: all of the draft is new.{" "}
              {isDrawable(workflow.definition) && <span className="quiet">{Object.keys(workflow.definition.nodes).length.toLocaleString()} nodes.</span>}
            </p>
          )}
          <div>
            <DropDraft workflow={workflow} />
          </div>
        </div>
      );
    case "readiness":
      return <Answered query={stages.readiness}>{(readiness) => <ReadinessStage readiness={readiness} />}</Answered>;
    case "what-if":
      if (!workflow.hasLiveVersion) return <p className="quiet">Once a version is live and has run, its last runs are played again under the draft, and what would be different stands here.</p>;
      if (stages.problems.data?.valid === false) return <p className="quiet">A draft with problems cannot be played. Once they are mended, the last runs are played again under it.</p>;
      return (
        <Answered query={stages.whatIf} busy={`Playing the last ${runs} runs of the live version under the draft…`}>
          {(report) => <WhatIfStage report={report} runs={runs} onRuns={onRuns} />}
        </Answered>
      );
    case "review":
      return <Answered query={stages.review}>{(review) => <ReviewStage workflow={workflow} review={review} />}</Answered>;
    case "publish":
      return <PublishStage workflow={workflow} stages={stages} onGo={onGo} />;
  }
}

function Answered<T>({ query, busy = "Looking…", children }: { query: UseQueryResult<T>; busy?: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="stack" role="status">
      <p>{busy}</p>
      <progress aria-label={busy} />
    </div>
  );
}
