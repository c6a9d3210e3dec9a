import { javascriptLanguage, javascript } from "@codemirror/lang-javascript";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { StreamLanguage, type StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

export type Language = "json" | "javascript" | "expression";

type State = { isOpen: boolean };

/** A text with expressions between double braces, by the rules of docs/expressions.md. */
const template: StreamParser<State> = {
  name: "expression",
  startState: () => ({ isOpen: false }),
  token(stream, state) {
    if (!state.isOpen) {
      if (stream.match("{{")) {
        state.isOpen = true;
        return "meta";
      }
      stream.next();
      while (!stream.eol() && !stream.match("{{", false)) stream.next();
      return null;
    }
    if (stream.match("}}")) {
      state.isOpen = false;
      return "meta";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)/)) return "string";
    if (stream.match(/^-?\d+(?:\.\d+)?(?![\w-])/)) return "number";
    if (stream.match(/^(?:true|false|null)(?![\w-])/)) return "atom";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*(?=\()/u)) return "keyword";
    if (stream.match(/^[\p{L}_$][\p{L}\p{N}_$-]*/u)) return "propertyName";
    stream.next();
    return "operator";
  },
};
const expression = StreamLanguage.define(template);

export function languageOf(language: Language): Extension {
  if (language === "json") return json();
  if (language === "javascript") return [javascript(), javascriptLanguage.data.of({ closeBrackets: { brackets: ["(", "[", "{", "'", '"', "`"] } })];
  return expression;
}

/** Where a text stops being JSON. */
export const jsonFaults = jsonParseLinter();
