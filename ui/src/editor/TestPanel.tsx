import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, parseJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useMay } from "../frame/whoami";
import { recordOf } from "./model/sample";
import { ROOT } from "./model/ids";
import type { Editor } from "./useEditor";
import type { Simulated } from "./useSamples";

/** Plays the draft in virtual time. Nothing is written, signed or sent. */
export function TestPanel({ editor }: { editor: Editor }) {
  const { draft, workflow, samples, definition } = editor;
  const may = useMay("workflows:run");
  const [text, setText] = useState<string>();
  const [unmocked, setUnmocked] = useState<"fail" | "echo">("echo");
  const [chains, setChains] = useState<"mocked" | "foreseen">("mocked");
  const fault = text === undefined ? undefined : jsonFault(text);
  const trigger = recordOf(samples.known.states, ROOT)?.result ?? samples.known.trigger;
  const [original] = useState<Json>(() => asObject(asObject(trigger)["body"]));
  const play = useMutation({
    mutationFn: async () => {
      if ((await draft.flush()) === undefined) throw new Error("The draft could not be saved, so it was not played");
      const payload = (text === undefined ? original : parseJson(text)) as Record<string, never>;
      return (await api.post("/v1/workflows/{id}/simulate", { params: { path: { id: workflow.id } }, body: { payload, unmocked, chains } })) as unknown as Simulated;
    },
    onSuccess: (result) => samples.simulate(result, definition),
  });
  const { simulated } = samples;
  return (
    <div className="run-data">
      <div className="stack">
        <p className="quiet">The draft is played in virtual time: a wait of a day takes none, and nothing is written, signed or sent. Pinned outputs answer for their nodes.</p>
        <JsonField label="What the trigger brings" value={text} original={original} fault={fault} onChange={setText} hint="Nodes read it as $trigger.body and $inputs." />
        <Field label="Calls that nothing answers" hint="Echo: a node's result is what it would have been called with.">
          {(control) => (
            <select {...control} className="input" value={unmocked} onChange={(event) => setUnmocked(event.target.value === "fail" ? "fail" : "echo")}>
              <option value="echo">are answered with what they were given</option>
              <option value="fail">fail</option>
            </select>
          )}
        </Field>
        <Field label="Chains" hint="Foreseen: their nodes are asked what would stand there after each transaction, and policies judge it. Nothing is signed or sent.">
          {(control) => (
            <select {...control} className="input" value={chains} onChange={(event) => setChains(event.target.value === "foreseen" ? "foreseen" : "mocked")}>
              <option value="mocked">are not asked</option>
              <option value="foreseen">are foreseen as they stand now</option>
            </select>
          )}
        </Field>
        <div className="row">
          <Button look="primary" icon={<FlaskConical size={16} aria-hidden />} busy={play.isPending} disabled={!may || fault !== undefined || draft.fault !== undefined} onClick={() => play.mutate()}>
            Play the draft
          </Button>
          {simulated && <Button onClick={() => samples.simulate(undefined, definition)}>Forget what came of it</Button>}
        </div>
        {play.isError && <ProblemNote error={play.error} />}
      </div>
      <div className="stack">{simulated ? <Outcome editor={editor} result={simulated} /> : <p className="quiet">What becomes of each node will stand here, in the graph, and beside its settings.</p>}</div>
    </div>
  );
}

function Outcome({ editor, result }: { editor: Editor; result: Simulated }) {
  const failure = asObject(result.failure);
  const go = (id: string) => {
    editor.select([id]);
    editor.setView("node");
  };
  return (
    <>
      <div className="row" role="status">
        <Status of={result.status} /> <span className="small quiet">after {lasting(result.durationMs)} of virtual time</span>
      </div>
      {!editor.samples.isFresh && <p className="small quiet">The draft was changed since.</p>}
      {result.stopped && (
        <p className="note wait">
          <Theirs>{result.stopped}</Theirs>
        </p>
      )}
      {typeof failure["message"] === "string" && (
        <p className="note bad">
          <Theirs>{failure["message"]}</Theirs>
        </p>
      )}
      <ul className="stack">
        {Object.entries(result.executionState).map(([place, record]) => (
          <li key={place} className="row">
            <Status of={record.status} />
            <button type="button" className="button plain node-link" onClick={() => go(place.split(".")[0] ?? place)}>
              <code className="theirs">{place}</code>
            </button>
            {record.error && <Theirs clip>{record.error.message}</Theirs>}
          </li>
        ))}
      </ul>
      {result.transactions.length > 0 && (
        <>
          <h3>Transactions that it would want</h3>
          <JsonTree value={result.transactions as unknown as Json} label="the transactions" />
        </>
      )}
      {result.output && <JsonTree value={result.output as Json} label="the output" />}
    </>
  );
}
