import { useState } from "react";
import type { JsonObject } from "../api/exactJson";
import type { Definition, DefinitionNode, NodeType, Workflow } from "../api/types";
import { done } from "../common/toasts";
import { useMay } from "../frame/whoami";
import { isDrawable, keyOf, linksOf, type DefinedLink } from "../graph/linksOf";
import { useDraft } from "../workflows/useDraft";
import { copy, duplicate, paste, readNodes } from "./model/clipboard";
import { add, disconnect, insertBetween, remove, setNode, type Place } from "./model/edit";
import { ROOT } from "./model/ids";
import { useCatalog } from "./useCatalog";
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
  const samples = useSamples(workflow, definition, catalog);
  const nodes = definition.nodes ?? {};
  const selected = chosen.filter((id) => nodes[id]);
  const only = selected.length === 1 ? selected[0] : undefined;
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
  const place = (type: Pick<NodeType, "type">, aim: Aim, where: Omit<Place, "after">, payload: JsonObject = {}) => {
    const node: DefinitionNode = { type: type.type, payload };
    if (aim.kind === "trigger" && nodes[ROOT]) return apply(setNode(definition, ROOT, node), [ROOT]);
    const after = aim.kind === "after" ? aim.id : undefined;
    const made = aim.kind === "between" ? insertBetween(definition, aim.link, node, branchesOf) : add(definition, node, after === undefined ? undefined : { ...where, after });
    setView("node");
    return apply(made.definition, [made.id]);
  };
  const take = () => {
    if (link) {
      setLink(undefined);
      return apply(disconnect(definition, link, branchesOf));
    }
    if (selected.length === 1 && only === ROOT) return done("The trigger stays: it begins the run. It can be changed for another one.");
    const above = linksOf(definition).find(({ to, bond }) => to === selected[0] && bond !== "undo")?.from;
    return apply(remove(definition, selected, branchesOf), above && !selected.includes(above) ? [above] : [ROOT]);
  };
  const twin = () => {
    const made = duplicate(definition, selected, branchesOf);
    if (made.ids.length > 0) apply(made.definition, made.ids);
  };
  const pasted = (text: string): boolean => {
    const read = readNodes(text);
    if (!read) return false;
    const made = paste(definition, read, only ?? (nodes[ROOT] ? ROOT : undefined), branchesOf);
    apply(made.definition, made.ids);
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
    hasMovable: selected.some((id) => id !== ROOT),
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
    copied: () => copy(definition, selected),
    pasted,
  };
}
