import { foldGutter } from "@codemirror/language";
import { json } from "@codemirror/lang-json";
import { unifiedMergeView } from "@codemirror/merge";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useLayoutEffect, useRef } from "react";
import { theme } from "./theme";

type Props = { label: string; before: string; after: string };

/** Two texts of JSON as one: what went above what came, and what is the same folded away. */
export default function TextDiff({ label, before, after }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const state = EditorState.create({
      doc: after,
      extensions: [
        json(),
        theme,
        lineNumbers(),
        foldGutter(),
        search(),
        keymap.of(searchKeymap),
        EditorView.lineWrapping,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true" }),
        unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
      ],
    });
    const view = new EditorView({ state, parent: root, root });
    return () => view.destroy();
  }, [label, before, after]);
  return <div ref={host} className="input code code-host" />;
}
