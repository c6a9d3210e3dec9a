/** Places in a text of JSON, by JSON pointers. Texts that are not JSON yet are read as far as they go. */
import { jsonLanguage } from "@codemirror/lang-json";
import type { SyntaxNode, Tree } from "@lezer/common";

type Range = { from: number; to: number };

function treeOf(text: string): Tree {
  return jsonLanguage.parser.parse(text);
}

/** Where what a pointer names stands. Of what is not there, the nearest that is: a field that is missing is told at its object. */
export function rangeAt(text: string, pointer: string, tree: Tree = treeOf(text)): Range {
  let node = valueIn(tree.topNode);
  let named = undefined as SyntaxNode | undefined;
  for (const step of stepsOf(pointer)) {
    const next = node && below(text, node, step);
    if (!next) break;
    [node, named] = [next.value, next.name];
  }
  // Of a value that takes lines, its name or its first sign is marked.
  const isLong = node && (node.name === "Object" || node.name === "Array");
  if (isLong && named) return { from: named.from, to: named.to };
  if (isLong && node) return { from: node.from, to: Math.min(node.from + 1, text.length) };
  if (node) return { from: node.from, to: node.to };
  return named ? { from: named.from, to: named.to } : { from: 0, to: Math.min(1, text.length) };
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueIn(node: SyntaxNode): SyntaxNode | undefined {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (isValue(child)) return child;
  }
  return undefined;
}

function isValue(node: SyntaxNode): boolean {
  return ["Object", "Array", "String", "Number", "True", "False", "Null"].includes(node.name);
}

type Below = { value: SyntaxNode | undefined; name: SyntaxNode | undefined };

function below(text: string, node: SyntaxNode, step: string): Below | undefined {
  if (node.name === "Object") {
    for (const property of node.getChildren("Property")) {
      const name = property.getChild("PropertyName");
      if (name && nameOf(text, name) === step) return { value: valueIn(property), name };
    }
    return undefined;
  }
  if (node.name !== "Array") return undefined;
  let left = Number(step);
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (isValue(child) && left-- === 0) return { value: child, name: undefined };
  }
  return undefined;
}

function nameOf(text: string, name: SyntaxNode): string {
  const written = text.slice(name.from, name.to);
  try {
    return String(JSON.parse(written));
  } catch {
    return written.replaceAll('"', "");
  }
}

/** The place of what is being written: the names that lead there, and whether it is a name itself. */
type Spot = { path: string[]; isName: boolean; from: number };

export function spotAt(text: string, at: number, tree: Tree): Spot | undefined {
  const written = tree.resolveInner(at, -1);
  if (written.name !== "PropertyName" && written.name !== "String") return undefined;
  const path: string[] = [];
  const isName = written.name === "PropertyName";
  // The name that is being written is not a step yet.
  let node = isName ? (written.parent?.parent ?? null) : written;
  for (; node; node = node.parent) {
    const { parent } = node;
    if (parent?.name === "Property") {
      const name = parent.getChild("PropertyName");
      if (name) path.unshift(nameOf(text, name));
    } else if (parent?.name === "Array") {
      let index = 0;
      for (let child = parent.firstChild; child && child.from < node.from; child = child.nextSibling) index += isValue(child) ? 1 : 0;
      path.unshift(String(index));
    }
  }
  return { path, isName, from: written.from + 1 };
}
