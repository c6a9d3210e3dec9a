import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { asObject, parseJson, type JsonObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { ProblemNote } from "../common/ProblemNote";
import { ROOT } from "../editor/model/ids";
import { inputOf, recordOf, type Known } from "../editor/model/sample";
import type { Editor } from "../editor/useEditor";
import { useMay } from "../frame/whoami";
import { NodeOutcome } from "./NodeTestDialog";
import { mocksOf, sayable, triggerOf } from "./upTo";
import { usePlay } from "./usePlay";

type Source = "simulation" | "run" | "pinned";
const SOURCES: Record<Source, string> = { simulation: "Of the last simulation", run: "Of the last run", pinned: "What is pinned, else the example of the trigger" };

/** Plays the draft as far as the node, with what the nodes before it are said to have given. */
export function NodePlay({ editor, id }: { editor: Editor; id: string }) {
  const { definition, samples, catalog } = editor;
  const may = useMay("workflows:run");
  const play = usePlay(editor);
  const sources = sourcesOf(editor);
  const [source, setSource] = useState<Source>(() => sources[0]?.[0] ?? "pinned");
  const [text, setText] = useState<string>();
  const [unmocked, setUnmocked] = useState<"echo" | "fail" | "foreseen">("echo");
  const [original, setOriginal] = useState<JsonObject>(() => inputFrom(editor, id, source));
  const fault = text === undefined ? undefined : jsonFault(text);
  const isPinned = samples.known.pinned[id] !== undefined;
  const choose = (next: Source) => {
    setSource(next);
    setOriginal(inputFrom(editor, id, next));
    setText(undefined);
  };
  const order = () => {
    const input = text === undefined ? original : asObject(parseJson(text));
    play.mutate({ ...triggerOf(input), mocks: mocksOf(definition, id, input, catalog.of), unmocked: unmocked === "fail" ? "fail" : "echo", chains: unmocked === "foreseen" ? "foreseen" : "mocked", upTo: id });
  };
  return (
    <>
      <p className="quiet">
        The draft is played in virtual time as far as this node: nothing is written, signed or sent. What stands below answers for the nodes before it; those that only reckon are executed, since they would be, too.
      </p>
      <Field label="What it is given">
        {(control) => (
          <select {...control} className="input" value={source} onChange={(event) => choose(event.target.value as Source)}>
            {sources.map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        )}
      </Field>
      <JsonField key={source} label="What its expressions read" value={text} original={original} fault={fault} onChange={setText} hint="$trigger, and what each node before it gave as its result." />
      <Field label="Its own call to the outside" hint={isPinned ? "An output is pinned to it: that is what it gives, whatever stands here." : "Echo: its result is what it would have been called with."}>
        {(control) => (
          <select {...control} className="input" value={unmocked} onChange={(event) => setUnmocked(event.target.value as typeof unmocked)}>
            <option value="echo">is answered with what it was given</option>
            <option value="fail">fails</option>
            <option value="foreseen">is foreseen upon its chain as it stands</option>
          </select>
        )}
      </Field>
      <div>
        <Button look="primary" icon={<FlaskConical size={16} aria-hidden />} busy={play.isPending} disabled={!may || fault !== undefined} onClick={order}>
          Simulate it
        </Button>
      </div>
      {play.isError && <ProblemNote error={play.error} />}
      {play.data && <NodeOutcome editor={editor} id={id} record={recordOf(play.data.executionState, id)} virtual />}
    </>
  );
}

function sourcesOf({ samples }: Editor): [Source, string][] {
  const there = { simulation: samples.simulated !== undefined, run: samples.lastRun !== undefined, pinned: true };
  return (Object.keys(SOURCES) as Source[]).filter((name) => there[name]).map((name) => [name, SOURCES[name]]);
}

function inputFrom({ definition, samples }: Editor, id: string, source: Source): JsonObject {
  const states = source === "simulation" ? samples.simulated?.executionState : source === "run" ? samples.lastRun?.executionState : undefined;
  const known: Known = { ...samples.known, states: states ?? {} };
  const input = sayable(inputOf(definition, id, known));
  if (id !== ROOT) return input;
  return { $trigger: recordOf(known.states, ROOT)?.result ?? known.trigger ?? {} };
}
