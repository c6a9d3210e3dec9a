/** What may be written where the cursor is. */
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { isObject, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { functions } from "./functions";
import { spotAt } from "./pointer";

/** Between the braces in which the cursor is, what stands before it; nothing outside of braces. */
export function openExpression(before: string): string | undefined {
  const open = before.lastIndexOf("{{");
  if (open < 0) return undefined;
  const inner = before.slice(open + 2);
  return inner.includes("}}") || inner.trimStart().startsWith("@") ? undefined : inner;
}

/** What an expression can go on with: the steps of a path into what can be read, or a function. */
export function wordsOf(inner: string, readable: JsonObject): { typed: string; options: Completion[] } {
  const path = /(?:[\p{L}_$][\p{L}\p{N}_$-]*)(?:\.[\p{L}\p{N}_-]*|\[\d+\])*$/u.exec(inner)?.[0] ?? "";
  const steps = path.split(/\.|\[|\]\.?/u);
  const typed = steps.at(-1) ?? "";
  const before = steps.slice(0, -1).filter((step) => step !== "");
  if (before.length === 0) return { typed, options: [...fieldsOf(readable, 2), ...calls()] };
  const at = before.reduce<Json | undefined>((value, step) => (Array.isArray(value) ? value[Number(step)] : isObject(value) ? value[step] : undefined), readable);
  return { typed, options: fieldsOf(at, 0) };
}

const PREVIEW = 60;

/** The fields of a value that can be written as steps of a path. */
function fieldsOf(value: Json | undefined, boost: number): Completion[] {
  const entries: [string, Json][] = Array.isArray(value) ? value.slice(0, 20).map((item, index) => [String(index), item]) : isObject(value) ? Object.entries(value) : [];
  return entries
    .filter(([name]) => /^(?:[\p{L}_$][\p{L}\p{N}_-]*|\d+)$/u.test(name))
    .map(([name, part]) => ({ label: name, type: isObject(part) || Array.isArray(part) ? "namespace" : "property", detail: writeJson(part).slice(0, PREVIEW), boost }));
}

function calls(): Completion[] {
  return functions.map(({ name, signature, what }) => ({ label: name, type: "function", detail: signature.slice(name.length), info: what, apply: `${name}(` }));
}

/** Words of an expression, from what its node can read. */
export function expressionWords(readable: () => JsonObject): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.sliceDoc(Math.max(0, context.pos - 2_000), context.pos);
    const inner = openExpression(line);
    if (inner === undefined) return null;
    const { typed, options } = wordsOf(inner, readable());
    if (typed === "" && !context.explicit && !/(?:^|[.\s(,])$/u.test(inner)) return null;
    return { from: context.pos - typed.length, options, validFor: /^[\p{L}\p{N}_$-]*$/u };
  };
}

/** Names and values that a place in a text of JSON may have. */
export type WordsAt = (path: string[], isName: boolean) => string[];

export function jsonWords(words: () => WordsAt | undefined): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const known = words();
    const spot = known && spotAt(context.state.doc.toString(), context.pos, ensureSyntaxTree(context.state, context.pos, 200) ?? syntaxTree(context.state));
    if (!known || !spot) return null;
    const options = known(spot.path, spot.isName).map((label) => ({ label, type: spot.isName ? "property" : "constant" }));
    return options.length > 0 ? { from: spot.from, options, validFor: /^[\w$-]*$/ } : null;
  };
}
