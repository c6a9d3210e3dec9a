import "../runs/runs.css";
import { lazy, Suspense, useMemo, useState } from "react";
import { asObject, writeJson } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Choices } from "../common/Choices";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { TextDiff } from "../common/TextDiff";
import { align } from "../graph/align";
import { isDrawable } from "../graph/linksOf";
import { ChangesBetween, useChanges } from "../workflows/Changes";
import { nameOf, type Edition } from "./editionSearch";
import { useEdition } from "./editions";

const GraphDiff = lazy(() => import("../graph/GraphDiff").then(({ GraphDiff }) => ({ default: GraphDiff })));

const WAYS = [
  ["graph", "Graph"],
  ["text", "Text"],
  ["list", "List"],
] as const;
type Way = (typeof WAYS)[number][0];

/** Two editions of a workflow beside one another: as one graph, as text, and as a list. */
export function Compare({ workflow, from, to }: { workflow: Workflow; from: Edition; to: Edition }) {
  const [way, setWay] = useState<Way>("graph");
  const [before, after] = [useEdition(workflow, from), useEdition(workflow, to)];
  const told = useChanges(workflow, from, to);
  const label = `${nameOf(from)} against ${nameOf(to)}`;
  return (
    <div className="stack">
      <div className="row spread">
        <p className="small quiet">
          From {nameOf(from)} to {nameOf(to)}
        </p>
        <Choices label="How it is compared" of={WAYS} chosen={way} onChoose={setWay} />
      </div>
      {way === "list" ? <ChangesBetween workflow={workflow} from={from} to={to} /> : <Shown way={way} label={label} before={before} after={after} told={told} />}
    </div>
  );
}

type Side = ReturnType<typeof useEdition>;

type ShownProps = { way: "graph" | "text"; label: string; before: Side; after: Side; told: ReturnType<typeof useChanges> };

function Shown({ way, label, before, after: later, told }: ShownProps) {
  // What the server does not call a change is none, however it is written.
  const definition = useMemo(() => {
    const [one, other] = [before.definition, later.definition];
    return one && other && told.data && isDrawable(one) && isDrawable(other) ? align(one, other, asObject(told.data.diff)) : other;
  }, [before.definition, later.definition, told.data]);
  const after = { ...later, definition: told.isPending ? undefined : definition };
  const failed = [before, after].find(({ error }) => error !== null && error !== undefined);
  if (failed) return <ProblemNote error={failed.error} onRetry={failed.retry} />;
  if (!before.definition || !after.definition) return <Loading />;
  if (way === "text") return <TextDiff label={label} before={writeJson(before.definition, 2)} after={writeJson(after.definition, 2)} />;
  if (!isDrawable(before.definition) || !isDrawable(after.definition)) return <p className="quiet">One of them is no graph. Compare them as text.</p>;
  return (
    <Suspense fallback={<Loading />}>
      <div className="panel">
        <GraphDiff label={label} before={before.definition} after={after.definition} />
      </div>
    </Suspense>
  );
}
