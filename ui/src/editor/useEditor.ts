import { useMemo, useState } from "react";
import type { JsonObject } from "../api/exactJson";
import type { Definition, DefinitionNode, NodeType, Workflow } from "../api/types";
import { done } from "../common/toasts";
import { useMay } from "../frame/whoami";
import { isDrawable, keyOf, linksOf, type DefinedLink } from "../graph/linksOf";
import { useDraft } from "../workflows/useDraft";
import { canvasOf, frameKey, noteKey } from "../graph/canvasOf";
import { frameOf, moveTo, partOfCanvas, pasteCanvas, removeNote, ungroup } from "./model/canvas";
import { copy, duplicate, paste, readCanvas, readNodes } from "./model/clipboard";
import { add, disconnect, insertBetween, remove, setNode, type Made, type Place } from "./model/edit";
import { ROOT } from "./model/ids";
import { useCatalog } from "./useCatalog";
import { usePins } from "./usePins";
import { useProblems } from "./useProblems";
import { useSamples } from "./useSamples";

/** Where what is chosen from the palette goes. */
export type Aim = { kind: "after"; id: string | undefined } | { kind: "between"; link: DefinedLink } | { kind: "trigger" };
export const VIEWS = ["node", "problems", "test", "changes"] as const;
export type View = (typeof VIEWS)[number];
/** Typing within so many milliseconds is taken back as one. */
const TYPING = 4_000;

export type Editor = ReturnType<typeof useEditor>;

/** The draft as it is edited, what is chosen in it, and what can be done to it. */
export function useEditor(workflow: Workflow) {
  const draft = useDraft(workflow);
  const catalog = useCatalog();
  const may = useMay("workflows:write");
  const { definition } = draft;
  const [chosen, setChosen] = useState<string[]>([ROOT]);
  const [marked, setLink] = useState<DefinedLink>();
  const [view, setView] = useState<View>("node");
  const problems = useProblems(definition);
  const pins = usePins(workflow, draft, may);
  const samples = useSamples(workflow, definition, catalog, pins.pinned);
  const canvas = useMemo(() => canvasOf(isDrawable(definition) ? definition : { nodes: {} }), [definition]);
  const nodes = definition.nodes ?? {};
  const selected = chosen.filter((id) => nodes[id]);
  const isItem = new Set([...canvas.frames.map(({ id }) => frameKey(id)), ...canvas.notes.map(({ id }) => noteKey(id))]);
  /** Groups and notes that are chosen, as they are called in the drawing. */
  const items = chosen.filter((key) => isItem.has(key));
  const notes = items.filter((key) => key.startsWith(noteKey(""))).map((key) => key.slice(noteKey("").length));
  const only = selected.length === 1 && items.length === 0 ? selected[0] : undefined;
  const link = marked && isDrawable(definition) && linksOf(definition).some((each) => keyOf(each) === keyOf(marked)) ? marked : undefined;
  const { branchesOf } = catalog;

  const select = (ids: string[]) => {
    setChosen(ids);
    setLink(undefined);
  };
  const apply = (next: Definition, ids?: string[]) => {
    if (!may) return;
    draft.change(next);
    if (ids) select(ids);
  };
  /** `further` is what else is done to the definition in the same step. */
  const place = (type: Pick<NodeType, "type">, aim: Aim, where: Omit<Place, "after">, { payload = {}, further }: { payload?: JsonObject; further?: ((made: Made) => Definition) | undefined } = {}) => {
    const node: DefinitionNode = { type: type.type, payload };
    if (aim.kind === "trigger" && nodes[ROOT]) return apply(setNode(definition, ROOT, node), [ROOT]);
    const after = aim.kind === "after" ? aim.id : undefined;
    const made = aim.kind === "between" ? insertBetween(definition, aim.link, node, branchesOf) : add(definition, node, after === undefined ? undefined : { ...where, after });
    // What is put into a group belongs to it.
    const frame = frameOf(definition, aim.kind === "between" ? aim.link.from : after);
    const isIn = frame !== undefined && (aim.kind !== "between" || frame.nodes.includes(aim.link.to));
    setView("node");
    if (further) return apply(further(made), [made.id]);
    return apply(isIn ? moveTo(made.definition, [made.id], frame.id) : made.definition, [made.id]);
  };
  const take = () => {
    if (link) {
      setLink(undefined);
      return apply(disconnect(definition, link, branchesOf));
    }
    const bare = items.reduce((whole, key) => (key.startsWith(noteKey("")) ? removeNote(whole, key.slice(noteKey("").length)) : ungroup(whole, key.slice(frameKey("").length))), definition);
    if (items.length > 0 && selected.length === 0) return apply(bare, []);
    if (selected.length === 1 && only === ROOT) return done("The trigger stays: it begins the run. It can be changed for another one.");
    const above = linksOf(definition).find(({ to, bond }) => to === selected[0] && bond !== "undo")?.from;
    return apply(remove(bare, selected, branchesOf), above && !selected.includes(above) ? [above] : [ROOT]);
  };
  const twin = () => {
    const made = duplicate(definition, selected, branchesOf);
    const copied = partOfCanvas(definition, new Set(selected), new Set(notes));
    const originals = selected.filter((id) => id !== ROOT);
    const beside = pasteCanvas(made.definition, copied, new Map(originals.map((id, index) => [id, made.ids[index] ?? id])));
    if (made.ids.length + beside.notes.length > 0) apply(beside.definition, [...made.ids, ...beside.notes.map(noteKey)]);
  };
  const pasted = (text: string): boolean => {
    const read = readNodes(text) ?? {};
    const copied = readCanvas(text, { ...nodes, ...read });
    if (Object.keys(read).length + copied.notes.length === 0) return false;
    const made = paste(definition, read, only ?? (nodes[ROOT] ? ROOT : undefined), branchesOf);
    const beside = pasteCanvas(made.definition, copied, new Map(Object.keys(read).map((id, index) => [id, made.ids[index] ?? id])));
    apply(beside.definition, [...made.ids, ...beside.notes.map(noteKey)]);
    return true;
  };
  return {
    workflow,
    draft,
    catalog,
    may,
    definition,
    problems,
    samples,
    view,
    setView,
    selected,
    /** What of it can be copied and taken out: all but the trigger. */
    hasMovable: selected.some((id) => id !== ROOT) || notes.length > 0,
    hasChosen: selected.some((id) => id !== ROOT) || items.length > 0,
    canvas,
    items,
    pins,
    only,
    link,
    select,
    letGo: () => setChosen([]),
    selectLink: (next: DefinedLink | undefined) => setLink(next),
    apply,
    /** A change of a form: what is typed in a row is one step of the history. */
    write: (next: Definition, what: string) => may && draft.change(next, `${what}:${Math.floor(Date.now() / TYPING)}`),
    place,
    take,
    twin,
    copied: () => copy(definition, selected, notes),
    pasted,
  };
}
