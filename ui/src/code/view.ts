/** The editor of a field. It stands in a shadow root: there, its styles are sheets that are made by script, which the policy of the page admits. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder } from "@codemirror/view";
import type { JsonObject } from "../api/exactJson";
import { Echoes } from "./echoes";
import { jsonFaults, languageOf, type Language } from "./languages";
import type { Selected } from "../common/CodeField";
import { rangeAt } from "./pointer";
import { theme } from "./theme";
import { expressionWords, jsonWords, type WordsAt } from "./words";

type Problem = { path: string; message: string };
type Shape = { language: Language; isDocument: boolean; isLine: boolean };
type Setting = { label: string; description: string | undefined; isInvalid: boolean; isReadOnly: boolean; placeholder: string | undefined };
type Hooks = { onChange: (text: string) => void; readable: () => JsonObject; words: () => WordsAt | undefined };

/** What was put in from outside is not told again. */
const Given = Annotation.define<boolean>();

export class CodeView {
  private readonly settings = new Compartment();
  private readonly view: EditorView;
  private readonly echoes = new Echoes();

  constructor(host: HTMLElement, text: string, shape: Shape, setting: Setting, hooks: Hooks) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const state = EditorState.create({ doc: text, extensions: [this.settings.of(extensionsOf(setting)), ...partsOf(shape, { ...hooks, onChange: (changed) => this.tell(changed, hooks) })] });
    this.view = new EditorView({ state, parent: root, root });
  }

  set(setting: Setting): void {
    this.view.dispatch({ effects: this.settings.reconfigure(extensionsOf(setting)) });
  }

  private tell(text: string, { onChange }: Hooks): void {
    this.echoes.told(text);
    onChange(text);
  }

  /** Shows another text, touching only what is different: the cursor stays where it was. */
  show(text: string): void {
    const old = this.view.state.doc.toString();
    if (this.echoes.isOld(text, old)) return;
    let [from, end, next] = [0, old.length, text.length];
    while (from < end && from < next && old[from] === text[from]) from += 1;
    while (end > from && next > from && old[end - 1] === text[next - 1]) [end, next] = [end - 1, next - 1];
    this.view.dispatch({ changes: { from, to: end, insert: text.slice(from, next) }, annotations: Given.of(true) });
  }

  /** Marks what is wrong, by JSON pointers into the text, and where it stops being JSON. */
  mark(problems: Problem[], isJson: boolean): void {
    const text = this.view.state.doc.toString();
    const own = isJson && text.trim() !== "" ? jsonFaults(this.view) : [];
    const told = own.length > 0 ? [] : problems.map(({ path, message }): Diagnostic => ({ ...rangeAt(text, path), severity: "error", message }));
    this.view.dispatch(setDiagnostics(this.view.state, [...own, ...told]));
  }

  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input.complete" });
    this.view.focus();
  }

  focus(selected?: Selected): void {
    this.view.focus();
    const end = this.view.state.doc.length;
    if (selected) this.view.dispatch({ selection: { anchor: Math.min(selected.from, end), head: Math.min(selected.to, end) } });
  }

  destroy(): void {
    this.view.destroy();
  }
}

function extensionsOf({ label, description, isInvalid, isReadOnly, placeholder: shown }: Setting): Extension {
  return [
    EditorState.readOnly.of(isReadOnly),
    // What cannot be changed can still be gone through by keyboard.
    EditorView.contentAttributes.of({ "aria-label": label, ...(description && { "aria-description": description }), ...(isInvalid && { "aria-invalid": "true" }), ...(isReadOnly && { "aria-readonly": "true" }) }),
    shown ? placeholder(shown) : [],
  ];
}

function partsOf({ language, isDocument, isLine }: Shape, hooks: Hooks): Extension[] {
  const sources = [expressionWords(hooks.readable), ...(language === "json" ? [jsonWords(hooks.words)] : [])];
  return [
    languageOf(language),
    theme,
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    // A script has its own names.
    autocompletion(language === "javascript" ? {} : { override: sources, icons: false }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((each) => each.annotation(Given))) hooks.onChange(update.state.doc.toString());
    }),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...(isLine ? [] : [...searchKeymap, ...foldKeymap, ...lintKeymap])]),
    isLine ? [] : search({ top: true }),
    isDocument ? [lineNumbers(), foldGutter(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), indentOnInput(), keymap.of([indentWithTab])] : [],
    isLine ? [onOneLine, EditorView.theme({ ".cm-scroller": { overflowX: "auto", scrollbarWidth: "none" } })] : EditorView.lineWrapping,
    EditorView.domEventHandlers({ beforeinput: typed }),
    // Another pair of braces calls for what can be read.
    language === "javascript" ? [] : EditorView.inputHandler.of(opened),
  ];
}

/**
 * Writes what is typed. Left to itself, Chromium carries the look of what stood there along as an attribute, which the policy of the page refuses. What is
 * being composed stays with the browser: it cannot be taken from it.
 */
function typed(event: InputEvent, view: EditorView): boolean {
  const { data } = event;
  if (event.inputType !== "insertText" || data === null || view.composing) return false;
  if (view.state.readOnly) return true;
  const { from, to } = view.state.selection.main;
  const plainly = () => view.state.update(view.state.replaceSelection(data), { scrollIntoView: true, userEvent: "input.type" });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, plainly))) view.dispatch(plainly());
  return true;
}

/** A second `{` is an expression's: what it may read is offered at once. */
function opened(view: EditorView, from: number, to: number, text: string): boolean {
  if (text !== "{" || view.state.sliceDoc(from - 1, from) !== "{") return false;
  const closing = view.state.sliceDoc(to, to + 1) === "}" ? "}" : "}}";
  view.dispatch({ changes: { from, to, insert: `{${closing}` }, selection: { anchor: from + 1 }, userEvent: "input.type" });
  startCompletion(view);
  return true;
}

const onOneLine = [
  Prec.highest(keymap.of([{ key: "Shift-Enter", run: () => true }])),
  EditorState.transactionFilter.of((change) => {
    if (!change.docChanged || change.newDoc.lines === 1) return change;
    return [change, { changes: { from: 0, to: change.newDoc.length, insert: change.newDoc.toString().replaceAll(/\s*\n\s*/g, " ") }, sequential: true }];
  }),
];
