/** What the keys and the tools do to groups and notes. */
import { frameKey, noteKey } from "../graph/canvasOf";
import { addNote, frameOf, group, setFrame, setNote } from "./model/canvas";
import { ROOT } from "./model/ids";
import type { Direction } from "./model/walk";
import type { Editor } from "./useEditor";
import { WIDTH } from "../graph/layout";

function chosenFrame({ items, canvas, definition, only }: Editor) {
  return canvas.frames.find(({ id }) => items.includes(frameKey(id))) ?? frameOf(definition, only);
}

/** A group around what is chosen; a group that is chosen is taken apart. */
export function groupChosen(editor: Editor): void {
  const { definition, selected, items } = editor;
  if (selected.length === 0 && items.some((key) => key.startsWith(frameKey("")))) return editor.take();
  const made = group(definition, selected, "Group");
  if (!made) return;
  editor.apply(made.definition, [frameKey(made.id)]);
  editor.setView("node");
}

export function foldChosen(editor: Editor): boolean {
  const frame = chosenFrame(editor);
  if (!frame) return false;
  editor.apply(setFrame(editor.definition, frame.id, { isFolded: !frame.isFolded }), [frameKey(frame.id)]);
  return true;
}

const GAP = 40;

/** A note to the right of the chosen node. */
export function noteBeside(editor: Editor): void {
  const { definition, selected } = editor;
  const beside = selected.at(-1) ?? (definition.nodes[ROOT] ? ROOT : undefined);
  // Each further one stands a little lower.
  const others = editor.canvas.notes.filter((note) => note.beside === beside).length;
  const made = addNote(definition, { text: "", x: WIDTH + GAP, y: others * GAP, width: 200, height: 96, colour: "amber", beside });
  editor.apply(made.definition, [noteKey(made.id)]);
  editor.setView("node");
}

const STEP = 10;
const WAYS: Record<Direction, [number, number]> = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };

/** Moves the chosen note by a step, or makes it larger or smaller. */
export function nudge(editor: Editor, way: Direction, isSize: boolean): boolean {
  const { items, canvas, selected } = editor;
  const note = items.length === 1 && selected.length === 0 ? canvas.notes.find(({ id }) => noteKey(id) === items[0]) : undefined;
  if (!note) return false;
  const [x, y] = WAYS[way].map((each) => each * STEP) as [number, number];
  const change = isSize ? { width: Math.max(96, note.width + x), height: Math.max(48, note.height + y) } : { x: note.x + x, y: note.y + y };
  editor.write(setNote(editor.definition, note.id, change), `nudge:${note.id}`);
  return true;
}
