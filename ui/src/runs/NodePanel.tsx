import { X } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson, type Json } from "../api/exactJson";
import type { LedgerEvent, NodeRecord, Run } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Fact, FactLine } from "../common/Facts";
import { FailureNote } from "../common/FailureNote";
import { Instant } from "../common/Instant";
import { JsonField, jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { nodeOf, placeOf } from "./facts";
import { AgainDialog } from "./RunActions";
import { isOver } from "./useRunLive";

type Props = { run: Run; place: string; events: LedgerEvent[]; onClose: () => void };

/** What one node did: what it was given, what it gave, and what can be done about it. */
export function NodePanel({ run, place, events, onClose }: Props) {
  const [open, setOpen] = useState<"resume" | "again">();
  const may = useMay("runs:manage");
  const record = run.executionState?.[place];
  const node = run.workflowDefinition?.nodes[nodeOf(place)];
  const iterations = Object.keys(run.executionState ?? {}).filter((other) => other !== place && nodeOf(other) === place);
  const title = node?.titleOverride ?? node?.title;
  return (
    <section className="node-panel" aria-label={`Node ${place}`}>
      <header className="row">
        <h2 className="grow">
          {title && (
            <>
              <Theirs clip>{title}</Theirs>{" "}
            </>
          )}
          <code className="theirs">{place}</code> <span className="quiet">{node?.type}</span>
        </h2>
        {record && <Status of={record.status} />}
        {may && record?.status === "waiting" && node?.type !== "manual-task" && <Button onClick={() => setOpen("resume")}>Resume…</Button>}
        {may && isOver(run) && <Button onClick={() => setOpen("again")}>Run again from here…</Button>}
        <Button look="plain" aria-label="Close" icon={<X size={16} aria-hidden />} onClick={onClose} />
      </header>
      {record ? <NodeFacts record={record} tries={triesOf(events, place)} /> : <p className="quiet">It has not been reached.</p>}
      {iterations.length > 0 && <p className="small quiet">{iterations.length.toLocaleString()} iterations; the timeline and the ledger have each of them.</p>}
      {record?.error && <FailureNote of={record.error} />}
      {record && (
        <div className="run-data">
          <div className="stack">
            <h3>Input</h3>
            <JsonTree value={record.input ?? undefined} label="the input" />
          </div>
          <div className="stack">
            <h3>Result</h3>
            <JsonTree value={record.result ?? undefined} label="the result" />
          </div>
        </div>
      )}
      {open === "resume" && <ResumeDialog run={run} place={place} onClose={() => setOpen(undefined)} />}
      {open === "again" && <AgainDialog run={run} fromNode={nodeOf(place)} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function triesOf(events: LedgerEvent[], place: string): number {
  return events.filter((event) => event.type === "node_started" && placeOf(event) === place).length;
}

function NodeFacts({ record, tries }: { record: NodeRecord; tries: number }) {
  const took = record.startedAt && record.finishedAt ? Date.parse(record.finishedAt) - Date.parse(record.startedAt) : undefined;
  return (
    <FactLine isPanel={false}>
      <Fact name="Attempts">{Math.max(record.attempt, tries)}</Fact>
      <Fact name="Began">
        <Instant at={record.startedAt} />
      </Fact>
      <Fact name="Took">{took === undefined ? "–" : lasting(took)}</Fact>
      {record.dueAt && (
        <Fact name="Due">
          <Instant at={record.dueAt} form="relative" />
        </Fact>
      )}
      {record.branch && (
        <Fact name="Branch">
          <Theirs>{record.branch}</Theirs>
        </Fact>
      )}
    </FactLine>
  );
}

function ResumeDialog({ run, place, onClose }: { run: Run; place: string; onClose: () => void }) {
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const resume = useOrder(
    () => {
      const data = (text === undefined ? {} : parseJson(text)) as Json as Record<string, never>;
      return api.post("/v1/runs/{id}/nodes/{nodeId}/resume", { params: { path: { id: run.id, nodeId: place } }, body: { data } });
    },
    "The wait is over",
    onClose,
  );
  return (
    <OrderDialog title={`Resume ${place}`} verb="Resume" busy={resume.isPending} error={resume.error} disabled={fault !== undefined} onOrder={() => resume.mutate(undefined)} onClose={onClose}>
      <p>The node goes on as if what it waits for had come with this. It stays on the ledger that it was you.</p>
      <JsonField label="What it brings" value={text} original={{}} fault={fault} onChange={setText} hint="The nodes behind it read it as triggerResult." />
    </OrderDialog>
  );
}
