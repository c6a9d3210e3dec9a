import { useRef, useState } from "react";
import { writeJson } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import { Theirs } from "../common/Theirs";
import { Readable } from "../forms/context";
import { insertInto, takesText, type Writable } from "./insert";
import { expressionOf } from "./model/expressions";
import { inputOf, readingsOf, type Reading } from "./model/sample";
import { ItemPanel } from "./ItemPanel";
import { NodeOutput } from "./NodeOutput";
import { NodeSettings } from "./NodeSettings";
import type { Aim, Editor } from "./useEditor";

type Props = { editor: Editor; onAim: (aim: Aim) => void };

/** The chosen node: what it can read, what it is given, and what came of it. */
export function NodePanel({ editor, onAim }: Props) {
  const field = useRef<Writable>(undefined);
  const [told, setTold] = useState("");
  const { definition, only: id, samples } = editor;
  const node = id === undefined ? undefined : definition.nodes[id];
  if (id === undefined || !node) {
    const [item] = editor.items;
    if (item !== undefined && editor.items.length === 1 && editor.selected.length === 0) return <ItemPanel editor={editor} item={item} />;
    const { length } = editor.selected;
    return <p className="body quiet">{length > 1 ? `${length} nodes are chosen.` : "Choose a node: by pointer, by the arrow keys, or add one with n."}</p>;
  }
  const input = inputOf(definition, id, samples.known);
  const pick = (path: string[]) => {
    const expression = expressionOf(path);
    const isThere = field.current?.isConnected === true;
    if (field.current && isThere) insertInto(field.current, expression);
    setTold(isThere ? `${expression} was put in` : `Go to the field first that should read ${expression}`);
  };
  return (
    <div className="node-columns">
      <section className="stack" aria-label="What it can read">
        <h2>Input</h2>
        {Object.keys(input).length > 0 ? (
          <>
            <p className="small quiet">
              {samples.from && `Data ${samples.from}. `}“use” writes the expression of a value into the field where the cursor is.
            </p>
            <JsonTree key={id} value={input} label="the input" onPick={pick} />
          </>
        ) : (
          <p className="quiet">Nothing is known yet. After a test or a run, what the nodes before it gave stands here.</p>
        )}
        <p className="small" role="status">
          {told && <Theirs>{told}</Theirs>}
        </p>
      </section>
      <section
        className="stack node-settings"
        aria-label={`Settings of ${id}`}
        onFocus={(event) => {
          const target: EventTarget = event.target;
          if (takesText(target) && target.closest(".payload")) field.current = target;
        }}
      >
        <Readable value={input}>
          <NodeSettings key={id} editor={editor} id={id} node={node} onAim={onAim} />
        </Readable>
        <Readings of={readingsOf(node.payload, input)} />
      </section>
      <section className="stack" aria-label="What came of it">
        <NodeOutput key={id} editor={editor} id={id} />
      </section>
    </div>
  );
}

const LETTERS = 200;

/** What the expressions of the settings come to with the data beside them. */
function Readings({ of }: { of: Reading[] }) {
  if (of.length === 0) return null;
  return (
    <div className="stack">
      <h3>What its expressions read</h3>
      <dl className="facts small">
        {of.map(({ expression, state, value }) => (
          <div key={expression} className="key-line">
            <dt>
              <code className="theirs">{expression}</code>
            </dt>
            <dd>
              {state === "known" && <code className="theirs">{writeJson(value).slice(0, LETTERS)}</code>}
              {state === "missing" && <span className="tone-wait">nothing in these data</span>}
              {state === "later" && <span className="quiet">is worked out by the run</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
