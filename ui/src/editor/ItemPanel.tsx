import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { COLOURS, frameKey, noteKey, type Colour, type Frame, type Note } from "../graph/canvasOf";
import { setFrame, setNote } from "./model/canvas";
import type { Editor } from "./useEditor";

/** The chosen group or note, and what can be changed of it. */
export function ItemPanel({ editor, item }: { editor: Editor; item: string }) {
  const frame = editor.canvas.frames.find(({ id }) => frameKey(id) === item);
  const note = editor.canvas.notes.find(({ id }) => noteKey(id) === item);
  if (frame) return <FramePanel key={item} editor={editor} frame={frame} />;
  return note ? <NotePanel key={item} editor={editor} note={note} /> : null;
}

const NAMES: Record<Colour, string> = { plain: "Plain", blue: "Blue", green: "Green", amber: "Amber", red: "Red" };

function ColourField({ value, onChange }: { value: Colour; onChange: (colour: Colour) => void }) {
  return (
    <Field label="Colour">
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => onChange(COLOURS.find((colour) => colour === event.target.value) ?? "plain")}>
          {COLOURS.map((colour) => (
            <option key={colour} value={colour}>
              {NAMES[colour]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function FramePanel({ editor, frame }: { editor: Editor; frame: Frame }) {
  const { definition } = editor;
  const { id, name, nodes, colour, isFolded } = frame;
  return (
    <fieldset className="stack node-settings item-panel" disabled={!editor.may}>
      <h2>Group</h2>
      <Field label="Name">{(control) => <input {...control} className="input" maxLength={120} value={name} onChange={(event) => editor.write(setFrame(definition, id, { name: event.target.value }), `frame:${id}`)} />}</Field>
      <ColourField value={colour} onChange={(next) => editor.apply(setFrame(definition, id, { colour: next }))} />
      <p className="small quiet">
        {nodes.length === 1 ? "One node" : `${nodes.length} nodes`}: <bdi>{nodes.join(", ")}</bdi>. Drag a node into the frame or out of it, or choose nodes and press g.
      </p>
      <div className="row">
        <Button onClick={() => editor.apply(setFrame(definition, id, { isFolded: !isFolded }))}>{isFolded ? "Unfold" : "Fold"}</Button>
        <Button onClick={() => editor.select(nodes)}>Choose its nodes</Button>
        <Button onClick={editor.take}>Ungroup</Button>
      </div>
    </fieldset>
  );
}

function NotePanel({ editor, note }: { editor: Editor; note: Note }) {
  const { definition } = editor;
  const { id, text, colour, beside } = note;
  return (
    <fieldset className="stack node-settings item-panel" disabled={!editor.may}>
      <h2>Note</h2>
      <Field label="Text" hint="Plain text, for whoever reads the graph.">
        {(control) => <textarea {...control} className="input" rows={5} maxLength={2_000} value={text} onChange={(event) => editor.write(setNote(definition, id, { text: event.target.value }), `note:${id}`)} />}
      </Field>
      <ColourField value={colour} onChange={(next) => editor.apply(setNote(definition, id, { colour: next }))} />
      <Field label="It goes along with">
        {(control) => (
          <select {...control} className="input" value={beside ?? ""} onChange={(event) => editor.apply(setNote(definition, id, { beside: event.target.value || undefined }))}>
            <option value="">nothing: it stays where it is</option>
            {Object.keys(definition.nodes).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <div>
        <Button onClick={editor.take}>Take it away</Button>
      </div>
    </fieldset>
  );
}
