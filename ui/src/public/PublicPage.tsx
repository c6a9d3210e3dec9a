import { useCallback, useEffect, useState } from "react";
import { Problem } from "../api/problem";
import { Loading } from "../common/Loading";
import { Theirs } from "../common/Theirs";
import { view, type PublicWorkflow, type Refusal } from "./api";
import { tellHeight } from "./frame";
import { PublicGraph } from "./PublicGraph";
import type { Place } from "./place";
import { RefusalNote } from "./RefusalNote";
import { RunForm } from "./RunForm";

/** A public workflow for everybody: what it is, its graph, and its form; or the form alone, for frames. */
export function PublicPage({ place }: { place: Place }) {
  const [workflow, setWorkflow] = useState<PublicWorkflow>();
  const [refusal, setRefusal] = useState<Refusal>();
  const load = useCallback(async () => {
    setRefusal(undefined);
    try {
      setWorkflow(await view(place.workflowId));
    } catch (error) {
      setRefusal(error instanceof Problem ? error : Problem.unreachable());
    }
  }, [place.workflowId]);
  useEffect(() => void load(), [load]);
  const config = workflow?.publicWidgetConfig;
  useEffect(() => {
    if (!workflow) return;
    document.title = (config?.title ?? workflow.name).slice(0, 80);
    if (config?.theme === "light" || config?.theme === "dark") document.documentElement.dataset["theme"] = config.theme;
  }, [workflow, config]);
  useEffect(() => (place.isEmbedded && workflow ? tellHeight(config?.allowedOrigins ?? []) : undefined), [place.isEmbedded, workflow, config]);
  if (!workflow) {
    return (
      <main className="public">
        {refusal?.status === 404 || refusal?.status === 400 ? (
          <div className="panel public-nothing">
            <h1>There is nothing here</h1>
            <p className="quiet">No workflow is public under this address. It may have been closed since the address was shared.</p>
          </div>
        ) : refusal ? (
          <RefusalNote refusal={refusal} onRetry={() => void load()} />
        ) : (
          <div className="panel">
            <Loading lines={4} />
          </div>
        )}
      </main>
    );
  }
  return (
    <main className="public">
      <header className="stack public-head">
        <h1>
          <Theirs>{config?.title ?? workflow.name}</Theirs>
        </h1>
        {(config?.description ?? workflow.description) && (
          <p className="public-text">
            <Theirs>{config?.description ?? workflow.description ?? ""}</Theirs>
          </p>
        )}
      </header>
      {workflow.executable ? (
        <section className="panel" aria-label="Start a run">
          <div className="body stack">
            <RunForm workflow={workflow} />
          </div>
        </section>
      ) : (
        (place.isEmbedded || workflow.nodes.length === 0) && <p className="note">It starts no run now. Try again later.</p>
      )}
      {!place.isEmbedded && (
        <section className="panel" aria-label="What it does">
          <header>
            <h2>What it does</h2>
            <span className="quiet small">{workflow.nodes.length} nodes. What they are given is not shown.</span>
          </header>
          <PublicGraph nodes={workflow.nodes} />
        </section>
      )}
      {!place.isEmbedded && <footer className="small quiet">Shown by Chainkeel. Only what its author made public is here.</footer>}
    </main>
  );
}

