import { useEffect, useEffectEvent, useState } from "react";
import { read, write } from "../api/storage";
import { isCode } from "../common/CodeField";
import { failed } from "../common/toasts";
import type { Spot } from "../graph/layout";
import { linksOf } from "../graph/linksOf";
import { foldChosen, groupChosen, noteBeside, nudge } from "./onCanvas";
import { nextTo, type Direction } from "./model/walk";
import { ROOT } from "./model/ids";
import type { Aim, Editor } from "./useEditor";

/** What the keys do, as the sheet has it. */
export const KEYS: [string, string][] = [
  ["n or /", "Add a node after the chosen one"],
  ["b", "Insert a node before the chosen one"],
  ["Arrows", "Choose the next node in that direction"],
  ["Shift + arrow", "Choose it as well"],
  ["Ctrl + click, Shift + drag", "Choose several by pointer"],
  ["Ctrl A", "Choose all nodes"],
  ["Enter", "To the settings of the chosen node"],
  ["Escape", "From a field back to the graph"],
  ["Delete", "Take what is chosen out"],
  ["d", "Duplicate"],
  ["g", "Group the chosen nodes; of a chosen group, ungroup"],
  ["f", "Fold the group of what is chosen, or unfold it"],
  ["m", "A note beside the chosen node"],
  ["Arrows on a note", "Move it; with Shift, make it larger or smaller"],
  ["Ctrl C, Ctrl X, Ctrl V", "Copy, cut and paste, as JSON"],
  ["Ctrl Z", "Take the last step back"],
  ["Ctrl Shift Z", "Do it again"],
  ["p", "To the problems"],
  ["t", "To the test"],
  ["Ctrl Space", "In a text: what can be written there"],
  ["Ctrl F", "In code: search"],
  ["Escape, then Tab", "Out of a text in which Tab indents"],
  ["Ctrl K, Ctrl I, Ctrl J", "From everywhere: to any page, to the manual, to the assistant"],
  ["?", "This sheet"],
];

/** Whether letters are keys: who speaks to the browser, or types by accident, turns them off. */
export function useLetterKeys(): [boolean, (on: boolean) => void] {
  const [isOn, setOn] = useState(() => read<boolean>("browser", "letter-keys") !== false);
  const turn = (on: boolean) => {
    write("browser", "letter-keys", on ? undefined : false);
    setOn(on);
  };
  return [isOn, turn];
}

const ARROWS: Record<string, Direction> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

type Actions = { spots: Map<string, Spot>; hasLetters: boolean; onAim: (aim: Aim) => void; onSheet: () => void };

/** Fields have their own keys, and so have windows. */
function isElsewhere(event: Event): boolean {
  const target = event.target instanceof Element ? event.target : undefined;
  const isField = target !== undefined && target.closest("input, textarea, select, [contenteditable], .code-host") !== null;
  // React Flow takes the arrows upon a chosen node to move it, which the canvas does not let it do.
  const isWalk = event instanceof KeyboardEvent && event.key in ARROWS && target?.closest(".react-flow__node") != null;
  return (event.defaultPrevented && !isWalk) || isField || document.querySelector("dialog[open]") !== null;
}

function focusNode(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
}

function focusSettings(): void {
  const field = document.querySelector<HTMLElement>(".node-settings :is(input, textarea, select, .code-host)");
  if (isCode(field)) field?.dispatchEvent(new CustomEvent("code-focus"));
  else field?.focus();
}

/** The keys of the editor. */
export function useKeys(editor: Editor, { spots, hasLetters, onAim, onSheet }: Actions): void {
  const { draft, selected, only } = editor;
  const plain = (event: KeyboardEvent): boolean => {
    const arrow = ARROWS[event.key];
    if (arrow && nudge(editor, arrow, event.shiftKey)) return true;
    if (arrow) {
      // Elsewhere on the page they scroll.
      if (!(event.target as Element).closest(".editor-canvas") && event.target !== document.body) return false;
      const next = nextTo(spots, selected.at(-1), arrow);
      if (next === undefined) return false;
      editor.select(event.shiftKey ? [...selected.filter((id) => id !== next), next] : [next]);
      focusNode(next);
      return true;
    }
    if (event.key.length === 1 && !hasLetters) return false;
    switch (event.key) {
      case "n":
      case "/":
        onAim({ kind: "after", id: selected.at(-1) ?? (editor.definition.nodes[ROOT] && ROOT) });
        return true;
      case "b": {
        const link = linksOf(editor.definition).find(({ to, bond }) => to === only && (bond === "child" || bond === "loop"));
        if (link) onAim({ kind: "between", link });
        return true;
      }
      case "Delete":
      case "Backspace":
        editor.take();
        return true;
      case "d":
        editor.twin();
        return true;
      case "g":
        groupChosen(editor);
        return true;
      case "f":
        return foldChosen(editor);
      case "m":
        noteBeside(editor);
        setTimeout(focusSettings);
        return true;
      case "p":
        editor.setView("problems");
        return true;
      case "t":
        editor.setView("test");
        return true;
      case "?":
        onSheet();
        return true;
      case "Enter":
        if ((only === undefined && editor.items.length !== 1) || (event.target as Element).closest("button, a, summary")) return false;
        editor.setView("node");
        // The panel may only now be drawn.
        setTimeout(focusSettings);
        return true;
      default:
        return false;
    }
  };
  const withControl = (event: KeyboardEvent): boolean => {
    const key = event.key.toLowerCase();
    if (key === "z") (event.shiftKey ? draft.redo : draft.undo)();
    else if (key === "y") draft.redo();
    else if (key === "a") editor.select(Object.keys(editor.definition.nodes));
    else return false;
    return true;
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented && event.target instanceof Element && event.target.closest(".node-settings") && !document.querySelector("dialog[open]")) return focusNode(only ?? editor.items[0] ?? "");
    if (isElsewhere(event) || event.altKey) return;
    if (event.ctrlKey || event.metaKey ? withControl(event) : plain(event)) event.preventDefault();
  });
  const onClipboard = useEffectEvent((event: ClipboardEvent) => {
    if (isElsewhere(event) || !event.clipboardData) return;
    if (event.type === "paste") {
      const text = event.clipboardData.getData("text/plain");
      if (!editor.pasted(text) && text !== "") failed(new Error("What is on the clipboard holds no nodes"));
      return event.preventDefault();
    }
    if (!editor.hasMovable || getSelection()?.isCollapsed === false) return;
    event.clipboardData.setData("text/plain", editor.copied());
    event.preventDefault();
    if (event.type === "cut") editor.take();
  });
  useEffect(() => {
    const key = (event: KeyboardEvent) => onKey(event);
    const clip = (event: ClipboardEvent) => onClipboard(event);
    const clipboard = ["copy", "cut", "paste"] as const;
    addEventListener("keydown", key);
    for (const name of clipboard) document.addEventListener(name, clip);
    return () => {
      removeEventListener("keydown", key);
      for (const name of clipboard) document.removeEventListener(name, clip);
    };
  }, []);
}
