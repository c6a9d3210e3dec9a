import { useDeferredValue, useState } from "react";
import type { JsonObject } from "../api/exactJson";
import type { NodeType } from "../api/types";
import { Dialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Finder } from "../common/Finder";
import { ProblemNote } from "../common/ProblemNote";
import { ROOT } from "./model/ids";
import { useBlocks } from "../templates/useBlocks";
import type { Aim, Editor } from "./useEditor";

type Props = { editor: Editor; aim: Aim; onClose: () => void };
/** Every branch: the follower stands under none. */
const ANY = "";
const LOOP = "each turn";

/** Finds a type of nodes by what it is called or does, and puts one in its place. */
export function AddNode({ editor, aim, onClose }: Props) {
  const { definition, catalog } = editor;
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim().toLowerCase());
  const isTrigger = aim.kind === "trigger" || !definition.nodes[ROOT];
  const after = aim.kind === "after" ? aim.id : undefined;
  const ways = after === undefined ? [] : waysOut(editor, after);
  const [way, setWay] = useState(() => ways[0] ?? ANY);
  const blocks = useBlocks(!isTrigger);
  const types = found(catalog.list, wanted, isTrigger).map((type) => ({ key: type.type, kind: type.category, label: type.name, note: type.description, type, payload: {} as JsonObject }));
  const items = [...types, ...blocks.fitting(wanted)];
  const title = aim.kind === "between" ? `Insert between ${aim.link.from} and ${aim.link.to}` : isTrigger ? "Choose the trigger" : after === undefined ? "Add a node" : `Add a node after ${after}`;
  const choose = ({ type, payload }: (typeof items)[number]) => {
    onClose();
    editor.place(type, isTrigger ? { kind: "trigger" } : aim, whereOf(way), { payload });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {catalog.error !== null && catalog.error !== undefined && <ProblemNote error={catalog.error} />}
      <Finder label="What it does" placeholder="A name, or what it should do" words={words} onWords={setWords} items={items} onChoose={choose} empty={catalog.isPending ? "Reading the catalogue…" : "Nothing does that. Try another word."} />
      {ways.length > 0 && (
        <Field label="Where" hint={`What ${after ?? ""} decides, or in its loop.`}>
          {(control) => (
            <select {...control} className="input" value={way} onChange={(event) => setWay(event.target.value)}>
              {ways.map((each) => (
                <option key={each} value={each}>
                  {each === LOOP ? "In each turn of the loop" : each === ANY ? "In every case" : `On branch ${each}`}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </Dialog>
  );
}

/** Where a node stands that is put on a way out of another one. */
export function whereOf(way: string | undefined): { bond?: "loop"; branch?: string } {
  if (way === LOOP) return { bond: "loop" };
  return way === undefined || way === ANY ? {} : { branch: way };
}

/** The ways out of a node, those that nothing stands on first. */
export function waysOut(editor: Editor, id: string): string[] {
  const node = editor.definition.nodes[id];
  if (!node) return [];
  if (node.type === "for-each") return node.loopBody?.length ? [ANY, LOOP] : [LOOP, ANY];
  const taken = new Set((node.children ?? []).map((child) => editor.definition.nodes[child]?.branch));
  const branches = editor.catalog.branchesOf(node);
  if (branches.length === 0) return [];
  return [...branches.filter((branch) => !taken.has(branch)), ...branches.filter((branch) => taken.has(branch)), ANY];
}

/** Those whose names have the words come before those that only do them. */
export function found(list: NodeType[], wanted: string, isTrigger: boolean): NodeType[] {
  const words = wanted.split(/\s+/).filter(Boolean);
  const scored = list
    .filter(({ role }) => (role === "trigger") === isTrigger)
    .map((type) => {
      const [name, all] = [`${type.name} ${type.type}`.toLowerCase(), `${type.name} ${type.type} ${type.description} ${type.tags.join(" ")} ${type.category}`.toLowerCase()];
      const fits = words.every((word) => all.includes(word));
      const score = (name.startsWith(wanted) || type.type === wanted ? 2 : 0) + (words.every((word) => name.includes(word)) ? 1 : 0);
      return { type, fits, score };
    });
  return scored
    .filter(({ fits }) => fits)
    .sort((one, other) => other.score - one.score || one.type.name.localeCompare(other.type.name))
    .map(({ type }) => type);
}
