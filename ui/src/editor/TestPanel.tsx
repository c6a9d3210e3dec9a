import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { asObject, parseJson, writeJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useMay } from "../frame/whoami";
import { KeepCase } from "../testing/KeepCase";
import { TestCases } from "../testing/TestCases";
import { TriggerData } from "../testing/TriggerData";
import { usePlay } from "../testing/usePlay";
import { recordOf } from "./model/sample";
import { ROOT } from "./model/ids";
import type { Editor } from "./useEditor";
import type { Simulated } from "./useSamples";

/** Plays the draft in virtual time. Nothing is written, signed or sent. */
export function TestPanel({ editor }: { editor: Editor }) {
  const { draft, samples, definition } = editor;
  const may = useMay("workflows:run");
  const mayKeep = useMay("tests:write");
  const [text, setText] = useState<string>();
  const [unmocked, setUnmocked] = useState<"fail" | "echo">("echo");
  const [chains, setChains] = useState<"mocked" | "foreseen">("mocked");
  const fault = text === undefined ? undefined : jsonFault(text);
  const trigger = recordOf(samples.known.states, ROOT)?.result ?? samples.known.trigger;
  const [original] = useState<Json>(() => asObject(asObject(trigger)["body"]));
  const [upTo, setUpTo] = useState("");
  const [isKeeping, setKeeping] = useState(false);
  const play = usePlay(editor);
  const payload = fault === undefined && text !== undefined ? parseJson(text) : original;
  const end = upTo !== "" && definition.nodes[upTo] ? upTo : undefined;
  const takeData = (body: Json) => setText(writeJson(body, 2));
  const { simulated } = samples;
  return (
    <div className="run-data">
      <div className="stack">
        <p className="quiet">The draft is played in virtual time: a wait of a day takes none, and nothing is written, signed or sent. Pinned outputs answer for their nodes.</p>
        <TriggerData editor={editor} onTake={takeData} />
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
        <Field label="As far as" hint={end === undefined ? undefined : "The server plays the whole draft; what does not lead to this node is told as not played."}>
          {(control) => (
            <select {...control} className="input" value={end ?? ""} onChange={(event) => setUpTo(event.target.value)}>
              <option value="">the end of the run</option>
              {Object.keys(definition.nodes ?? {}).map((id) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="row">
          <Button look="primary" icon={<FlaskConical size={16} aria-hidden />} busy={play.isPending} disabled={!may || fault !== undefined || draft.fault !== undefined} onClick={() => play.mutate({ payload: asObject(payload), unmocked, chains, upTo: end })}>
            Play the draft
          </Button>
          {simulated && <Button onClick={() => samples.simulate(undefined, definition)}>Forget what came of it</Button>}
          {mayKeep && <Button disabled={fault !== undefined} onClick={() => setKeeping(true)}>Keep as a case…</Button>}
        </div>
        {play.isError && <ProblemNote error={play.error} />}
        <TestCases editor={editor} onTake={takeData} />
        {isKeeping && <KeepCase editor={editor} input={payload} unmocked={unmocked} onClose={() => setKeeping(false)} />}
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
      {result.upTo !== undefined && (
        <p className="small quiet">
          As far as <code className="theirs">{result.upTo}</code>. What does not lead to it is told as not played.
        </p>
      )}
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
