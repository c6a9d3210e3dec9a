import { lazy, Suspense, useState } from "react";
import { parseJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { FailureNote } from "../common/FailureNote";
import { JsonField, jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Status } from "../common/Status";
import { recordOf, resultOf } from "./model/sample";
import type { Editor } from "./useEditor";
import { usePin } from "./usePin";

const NodeTest = lazy(() => import("../testing/NodeTestDialog").then(({ NodeTestDialog }) => ({ default: NodeTestDialog })));

/** What came of a node, in the last simulation or run, and what is pinned to it for tests. */
export function NodeOutput({ editor, id }: { editor: Editor; id: string }) {
  const { samples } = editor;
  const [isPinning, setPinning] = useState(false);
  const [isTesting, setTesting] = useState(false);
  const record = recordOf(samples.known.states, id);
  const pinned = samples.known.pinned[id];
  return (
    <>
      <header className="row">
        <h2 className="grow">Output</h2>
        {record && <Status of={record.status} />}
        <Button onClick={() => setTesting(true)}>Test…</Button>
        {editor.may && <Button onClick={() => setPinning(true)}>{pinned === undefined ? "Pin…" : "Pinned…"}</Button>}
      </header>
      {record && <p className="small quiet">{samples.simulated ? "Of the simulation" : "Of the last run"}</p>}
      {record?.error && <FailureNote of={record.error} />}
      {record?.input !== undefined && record.input !== null && (
        <details>
          <summary>What it was given</summary>
          <JsonTree value={record.input} label="what it was given" />
        </details>
      )}
      {record ? <JsonTree value={record.result ?? undefined} label="the output" /> : pinned === undefined ? <p className="quiet">It has not run. Test the draft, or pin a result that tests should be answered with.</p> : <JsonTree value={pinned} label="what is pinned" />}
      {isTesting && (
        <Suspense>
          <NodeTest editor={editor} id={id} onClose={() => setTesting(false)} />
        </Suspense>
      )}
      {isPinning && <PinDialog editor={editor} id={id} onClose={() => setPinning(false)} />}
    </>
  );
}

/** Pins a result: simulations and tests are answered with it, runs never are. */
function PinDialog({ editor, id, onClose }: { editor: Editor; id: string; onClose: () => void }) {
  const { samples } = editor;
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const pinned = samples.known.pinned[id];
  const original: Json = resultOf(samples.known, id) ?? {};
  const pin = usePin(editor, id, onClose);
  return (
    <OrderDialog title={`Pin an output to ${id}`} verb="Pin" busy={pin.isPending} error={pin.error} disabled={fault !== undefined} onOrder={() => pin.mutate(text === undefined ? original : parseJson(text))} onClose={onClose}>
      <p>Simulations and tests are answered with it where no mock fits. Runs never are.</p>
      <JsonField label="Output" value={text} original={original} fault={fault} onChange={setText} />
      {pinned !== undefined && (
        <div>
          <Button busy={pin.isPending} onClick={() => pin.mutate(undefined)}>
            Pin nothing
          </Button>
        </div>
      )}
    </OrderDialog>
  );
}
