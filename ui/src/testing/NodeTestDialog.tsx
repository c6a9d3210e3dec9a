import { useState } from "react";
import type { Json } from "../api/exactJson";
import type { NodeRecord } from "../api/types";
import { Button } from "../common/Button";
import { Dialog } from "../common/Dialog";
import { FailureNote } from "../common/FailureNote";
import { JsonTree } from "../common/JsonTree";
import { Status } from "../common/Status";
import { Tabs } from "../common/Tabs";
import { lasting } from "../common/time";
import { useMay } from "../frame/whoami";
import type { Editor } from "../editor/useEditor";
import { usePin } from "../editor/usePin";
import { NodePlay } from "./NodePlay";
import { NodeRun } from "./NodeRun";
import { CURES, tookOf } from "./upTo";

type Way = "play" | "run";

/** One node alone: played in virtual time, or executed for real. */
export function NodeTestDialog({ editor, id, onClose }: { editor: Editor; id: string; onClose: () => void }) {
  const [way, setWay] = useState<Way>("play");
  const mayRun = useMay("actions:run");
  const type = editor.catalog.of(editor.definition.nodes[id]?.type ?? "");
  const isRunnable = type !== undefined && type.role !== "trigger" && mayRun;
  return (
    <Dialog wide title={`Test ${id}`} onClose={onClose}>
      {isRunnable && (
        <Tabs
          panel="node-test"
          tabs={[
            ["play", "Simulate"],
            ["run", "Execute for real"],
          ]}
          shown={way}
          onShow={setWay}
        />
      )}
      <div id="node-test" role={isRunnable ? "tabpanel" : undefined} aria-labelledby={isRunnable ? `tab-${way}` : undefined} className="stack">
        {way === "play" ? <NodePlay editor={editor} id={id} /> : <NodeRun editor={editor} id={id} />}
      </div>
      <footer>
        <Button onClick={onClose}>Back</Button>
      </footer>
    </Dialog>
  );
}

type Shown = { editor: Editor; id: string; record: NodeRecord | undefined; virtual: boolean; took?: number | undefined; cure?: string | undefined };

/** What came of the node: what it was given, what it gave or why it failed, and the way to pin it. */
export function NodeOutcome({ editor, id, record, virtual, took = tookOf(record), cure }: Shown) {
  const pin = usePin(editor, id);
  if (!record) return <p className="note wait">The run did not come to this node: a decision before it went another way, or something before it failed.</p>;
  const helps = cure ?? (record.error && CURES[record.error.category]);
  return (
    <section className="stack" aria-label="What came of it">
      <div className="row" role="status">
        <Status of={record.status} />
        {took !== undefined && (
          <span className="small quiet">
            {lasting(took)}
            {virtual ? " of virtual time" : ""}
          </span>
        )}
        {record.branch && (
          <span className="small">
            on branch <code className="theirs">{record.branch}</code>
          </span>
        )}
      </div>
      {record.error && <FailureNote of={record.error} role="alert">{helps && <p className="quiet">{helps}</p>}</FailureNote>}
      {record.input !== undefined && record.input !== null && (
        <details>
          <summary>What it was given</summary>
          <JsonTree value={record.input} label="what it was given" />
        </details>
      )}
      {record.result !== undefined && record.result !== null && (
        <>
          <h3>Output</h3>
          <JsonTree value={record.result} label="the output" />
          {editor.may && (
            <div>
              <Button busy={pin.isPending} onClick={() => pin.mutate(record.result as Json)}>
                Pin this output
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}
