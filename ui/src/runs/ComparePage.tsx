import "./runs.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight, CircleCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "../api/client";
import type { Run } from "../api/types";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status, StatusSign } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { inZone, lasting } from "../common/time";
import { counted } from "../common/units";
import { Page } from "../frame/Page";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { ChangeRow } from "./ChangeRow";
import { pairsOf, type NodePair } from "./compare";
import type { Comparison } from "./runView";

const read = async (id: string) => (await api.get("/v1/runs/{id}", { params: { path: { id } } })) as unknown as Run;

/** Two runs of a workflow, node by node. */
export function ComparePage() {
  const view = useSearch({ from: "/compare" });
  const navigate = useNavigate();
  const look = (next: Comparison) => void navigate({ to: "/compare", search: next, replace: true });
  const left = useQuery({ queryKey: ["run", view.left], queryFn: () => read(view.left ?? ""), enabled: view.left !== undefined });
  const right = useQuery({ queryKey: ["run", view.right], queryFn: () => read(view.right ?? ""), enabled: view.right !== undefined });
  const error = left.error ?? right.error;
  return (
    <Page
      title="Compare two runs"
      crumbs={
        <Link to="/runs" search={{}}>
          Runs
        </Link>
      }
      lead="What the one did otherwise than the other: the first difference is where they part."
    >
      <div className="two-columns">
        <Side label="This run" chosen={view.left} run={left.data} workflowId={right.data?.workflowId} onChoose={(id) => look({ ...view, left: id })} />
        <Side label="With this one" chosen={view.right} run={right.data} workflowId={left.data?.workflowId} onChoose={(id) => look({ ...view, right: id })} />
      </div>
      {error && <ProblemNote error={error} />}
      {left.data && right.data ? (
        <>
          <div className="row">
            <Button icon={<ArrowLeftRight size={16} aria-hidden />} onClick={() => look({ left: right.data.id, right: left.data.id })}>
              Swap
            </Button>
            {left.data.workflowId !== right.data.workflowId && <span className="tone-wait">They are runs of different workflows.</span>}
            {left.data.workflowId === right.data.workflowId && left.data.workflowVersion !== right.data.workflowVersion && (
              <span className="tone-wait">
                They ran versions {left.data.workflowVersion} and {right.data.workflowVersion} of the workflow.
              </span>
            )}
          </div>
          <Differences left={left.data} right={right.data} />
        </>
      ) : (
        !error && ((left.isFetching || right.isFetching) && view.left && view.right ? <Loading /> : <Empty title="Choose two runs">Their input, and each node’s status, attempts, input and result are put beside one another.</Empty>)
      )}
    </Page>
  );
}

type SideProps = { label: string; chosen: string | undefined; run: Run | undefined; workflowId: string | undefined; onChoose: (id: string) => void };

function Side({ label, chosen, run, workflowId, onChoose }: SideProps) {
  const { nameOf } = useWorkflowNames();
  const of = run?.workflowId ?? workflowId;
  const others = useQuery({
    queryKey: ["runs-of", of],
    queryFn: () => api.get("/v1/runs", { params: { query: { limit: 50, ...(of && { workflowId: of }) } } }),
  });
  const items = others.data?.items ?? [];
  return (
    <section className="panel" aria-label={label}>
      <div className="body stack">
        <Field label={label} hint={of ? "Of the latest 50 runs of the workflow; any other by its id in the address." : "Of the latest 50 runs."}>
          {(control) => (
            <select {...control} className="input" value={chosen ?? ""} onChange={(event) => onChoose(event.target.value)}>
              {chosen === undefined && <option value="">Choose a run…</option>}
              {chosen !== undefined && !items.some(({ id }) => id === chosen) && <option value={chosen}>{chosen}</option>}
              {items.map((item) => (
                <option key={item.id} value={item.id}>
                  {`${inZone(item.startedAt, true)} · ${item.status} · …${item.id.slice(-8)}`}
                </option>
              ))}
            </select>
          )}
        </Field>
        {run && (
          <p className="row small">
            <Status of={run.status} />
            <Link to="/runs/$runId" params={{ runId: run.id }} search={{}}>
              <Id>{run.id}</Id>
            </Link>
            <Theirs clip>{nameOf(run.workflowId) ?? run.workflowId}</Theirs>
            <Instant at={run.startedAt} />
          </p>
        )}
      </div>
    </section>
  );
}

function Differences({ left, right }: { left: Run; right: Run }) {
  const [onlyOther, setOnlyOther] = useState(true);
  const pairs = useMemo(() => pairsOf(left, right), [left, right]);
  const differing = pairs.filter(({ changes }) => changes.length > 0);
  const first = differing[0];
  const shown = onlyOther ? differing : pairs;
  if (pairs.length === 0) return <Empty title="Neither run has begun a node yet">Come back in a moment.</Empty>;
  return (
    <section className="panel" aria-label="Node by node">
      <header>
        <h2 className="grow" role="status">
          {first ? (
            <>
              They part at <code className="theirs">{first.place}</code>
            </>
          ) : (
            <span className="row">
              <CircleCheck size={16} className="tone-good" aria-hidden /> Both did the same
            </span>
          )}
        </h2>
        <label className="row">
          <input type="checkbox" checked={onlyOther} onChange={(event) => setOnlyOther(event.target.checked)} />
          Only what differs
        </label>
        <span className="small quiet">
          {differing.length.toLocaleString()} of {counted(pairs.length, "node")}
        </span>
      </header>
      {shown.length === 0 && <p className="body quiet">Each node had the same input and the same result. Times are not compared.</p>}
      <ol>
        {shown.slice(0, 300).map((pair) => (
          <PairRow key={pair.place} pair={pair} isFirst={pair === first} left={left} right={right} />
        ))}
      </ol>
      {shown.length > 300 && <p className="body quiet">The first 300 of {shown.length.toLocaleString()} are shown.</p>}
    </section>
  );
}

function PairRow({ pair, isFirst, left, right }: { pair: NodePair; isFirst: boolean; left: Run; right: Run }) {
  const [isOpen, setOpen] = useState(isFirst);
  return (
    <li className={isFirst ? "pair first" : "pair"}>
      <div className="row">
        <code className="theirs grow">{pair.place}</code>
        {isFirst && <span className="small tone-wait">the first difference</span>}
        <Half node={pair.left} took={pair.tookLeft} runId={left.id} place={pair.place} label="in this run" />
        <span aria-hidden className="quiet">
          ↔
        </span>
        <Half node={pair.right} took={pair.tookRight} runId={right.id} place={pair.place} label="in the other" />
        {pair.changes.length > 0 && (
          <Button look="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {counted(pair.changes.length, "difference")}
          </Button>
        )}
      </div>
      {isOpen && pair.changes.length > 0 && (
        <ul className="stack changes">
          {pair.changes.map((change) => (
            <ChangeRow key={change.path} change={change} before="this" after="other" />
          ))}
        </ul>
      )}
    </li>
  );
}

function Half({ node, took, runId, place, label }: { node: NodePair["left"]; took: number | undefined; runId: string; place: string; label: string }) {
  if (!node) return <span className="half small quiet">not there</span>;
  return (
    <Link className="half small" to="/runs/$runId" params={{ runId }} search={{ node: place }} aria-label={`${place} ${label}`}>
      <StatusSign of={node.status} size={15} />
      {took === undefined ? "–" : lasting(took)}
    </Link>
  );
}
