/** How code looks: everything by the tokens of the design, which know light and dark. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const field = { border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", background: "var(--panel)", color: "var(--ink)" };

const look = EditorView.theme({
  "&": { color: "var(--ink)", background: "transparent", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", fontVariantLigatures: "none" },
  ".cm-content": { caretColor: "var(--ink)", padding: "5px 0" },
  ".cm-content, .cm-gutter": { minHeight: "var(--code-height, 0)" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": { background: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--hover) 60%, transparent)" },
  ".cm-gutters": { background: "var(--sunken)", color: "var(--ink-3)", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { background: "var(--hover)", color: "var(--ink)" },
  ".cm-foldPlaceholder": { background: "var(--accent-soft)", border: "0", color: "var(--ink)", padding: "0 6px" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "var(--bad-soft)" },
  ".cm-searchMatch": { background: "var(--wait-soft)", outline: "1px solid var(--wait)" },
  ".cm-searchMatch-selected": { background: "color-mix(in srgb, var(--wait) 40%, transparent)" },
  ".cm-selectionMatch": { background: "var(--accent-soft)" },
  ".cm-tooltip": { background: "var(--panel)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", boxShadow: "0 4px 16px var(--shadow)", maxWidth: "min(420px, 90vw)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected], .cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
  ".cm-completionInfo": { padding: "8px 10px", fontFamily: "var(--font)" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--font)", overflowWrap: "anywhere" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-lintRange-error": { background: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--bad)" },
  ".cm-panels": { background: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)", fontFamily: "var(--font)", fontSize: "0.8125rem" },
  ".cm-panel.cm-search": { padding: "8px 32px 8px 10px" },
  ".cm-panel.cm-search [name=close]": { top: "8px", right: "8px", color: "var(--ink)", fontSize: "18px" },
  ".cm-panel .cm-textfield": { ...field, fontSize: "0.8125rem", padding: "3px 8px" },
  ".cm-panel .cm-button": { ...field, backgroundImage: "none", fontSize: "0.8125rem", padding: "3px 10px", cursor: "pointer" },
  ".cm-panel .cm-button:active": { backgroundImage: "none", background: "var(--hover)" },
  ".cm-panel.cm-panel-lint ul [aria-selected], .cm-panel.cm-panel-lint ul:focus [aria-selected]": { background: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-changedLine, &.cm-merge-b .cm-changedLine": { background: "color-mix(in srgb, var(--good-soft) 80%, transparent)" },
  ".cm-changedText, &.cm-merge-b .cm-changedText": { background: "color-mix(in srgb, var(--good) 30%, transparent)" },
  ".cm-deletedChunk": { background: "var(--bad-soft)", padding: "0 10px" },
  ".cm-deletedChunk .cm-deletedText, .cm-deletedText": { background: "color-mix(in srgb, var(--bad) 30%, transparent)" },
  ".cm-changeGutter": { width: "4px", padding: "0" },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: '"⋯"' },
  ".cm-changedLineGutter, &.cm-merge-b .cm-changedLineGutter": { background: "var(--good)" },
  ".cm-deletedLineGutter": { background: "var(--bad)" },
  ".cm-collapsedLines": { background: "var(--sunken)", backgroundImage: "none", color: "var(--ink-2)", padding: "4px 10px" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.variableName)], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--wait)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.meta], color: "var(--busy)", fontWeight: "600" },
  { tag: [tags.comment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.operator, tags.punctuation, tags.separator], color: "var(--ink-2)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
