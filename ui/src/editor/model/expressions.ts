/** Names of nodes in expressions, read by the rules of docs/expressions.md. */
import { isObject, type Json } from "../../api/exactJson";

export type Names = ReadonlyMap<string, string>;

type Token = { text: string; at: number; kind: "word" | "text" | "sign" };
const TOKEN = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|[\p{L}\p{N}_$-]+|[^\s]/gu;

function tokensOf(expression: string): Token[] {
  return [...expression.matchAll(TOKEN)].map((match) => {
    const [text] = match;
    const kind = /^['"]./u.test(text) ? "text" : /^[\p{L}\p{N}_$-]/u.test(text) ? "word" : "sign";
    return { text, at: match.index, kind };
  });
}

/** Where `}}` closes an expression that begins there; braces inside quotes do not. */
function endOf(text: string, from: number): number {
  if (text.slice(from).trimStart().startsWith("@")) return text.indexOf("}}", from);
  let quote: string | undefined;
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at];
    if (quote !== undefined && letter === "\\") at += 1;
    else if (quote !== undefined) quote = letter === quote ? undefined : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === "}" && text[at + 1] === "}") return at;
  }
  return -1;
}

/** Calls `each` for what is between the braces, and puts what it gives in its place. */
function inBraces(text: string, each: (expression: string) => string): string {
  let written = "";
  let rest = 0;
  for (let open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", rest)) {
    const close = endOf(text, open + 2);
    if (close < 0) break;
    const inner = text.slice(open + 2, close);
    written += text.slice(rest, open + 2) + (inner.trimStart().startsWith("@") ? inner : each(inner)) + "}}";
    rest = close + 2;
  }
  return written + text.slice(rest);
}

/** The places in an expression where a node is named. */
function placesOf(expression: string): { at: number; length: number; id: string }[] {
  const tokens = tokensOf(expression);
  return tokens.flatMap((token, index) => {
    const [before, next, further, after] = [tokens[index - 1], tokens[index + 1], tokens[index + 2], tokens[index + 3]];
    if (token.kind !== "word" || before?.text === ".") return [];
    const isPath = next?.text === "." || next?.text === "[";
    if (!isPath) return [];
    if (token.text !== "$nodes" && token.text !== "$for") return token.text.startsWith("$") ? [] : [{ at: token.at, length: token.text.length, id: token.text }];
    if (next.text === "." && further?.kind === "word") return [{ at: further.at, length: further.text.length, id: further.text }];
    if (further?.kind === "text" && after?.text === "]") return [{ at: further.at + 1, length: further.text.length - 2, id: further.text.slice(1, -1) }];
    return [];
  });
}

/** A text with other names for nodes in its expressions. */
export function renameInText(text: string, names: Names): string {
  if (!text.includes("{{")) return text;
  return inBraces(text, (expression) => {
    let written = "";
    let rest = 0;
    for (const { at, length, id } of placesOf(expression)) {
      written += expression.slice(rest, at) + (names.get(id) ?? id);
      rest = at + length;
    }
    return written + expression.slice(rest);
  });
}

/** A value with other names for nodes in its expressions, those in the names of fields included: conditions have them there. */
export function renameInValue<T extends Json>(value: T, names: Names): T {
  if (typeof value === "string") return renameInText(value, names) as T;
  if (Array.isArray(value)) return value.map((item) => renameInValue(item, names)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [renameInText(key, names), renameInValue(part, names)])) as T;
}

/** Every expression in a value, each once, without its braces. */
export function expressionsIn(value: Json | undefined): string[] {
  const found = new Set<string>();
  const read = (text: string) => {
    inBraces(text, (expression) => {
      found.add(expression.trim());
      return expression;
    });
  };
  const walk = (part: Json | undefined) => {
    if (typeof part === "string") read(part);
    else if (Array.isArray(part)) part.forEach(walk);
    else if (isObject(part)) {
      Object.keys(part).forEach(read);
      Object.values(part).forEach(walk);
    }
  };
  walk(value);
  return [...found];
}

/** The steps of an expression that is a path and nothing else. */
export function pathOf(expression: string): string[] | undefined {
  const [head, ...rest] = tokensOf(expression);
  if (head?.kind !== "word" || /^-?\d/.test(head.text)) return undefined;
  const path = [head.text];
  for (let at = 0; at < rest.length; ) {
    const [sign, step, close] = [rest[at], rest[at + 1], rest[at + 2]];
    if (sign?.text === "." && step?.kind === "word") at += 2;
    else if (sign?.text === "[" && step && step.kind !== "sign" && close?.text === "]") at += 3;
    else return undefined;
    path.push(step.kind === "text" ? step.text.slice(1, -1).replaceAll(/\\([\s\S])/g, "$1") : step.text);
  }
  return path;
}

/** The expression that reads a place of the input: `["ask", "result", "a b", "0"]` is `{{ask.result['a b'].0}}`. */
export function expressionOf(path: string[]): string {
  const [head = "", ...steps] = path;
  const written = steps.map((name) => (/^(?:[\p{L}_][\p{L}\p{N}_-]*|\d+)$/u.test(name) ? `.${name}` : `['${name.replaceAll(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}']`));
  return `{{${head}${written.join("")}}}`;
}
