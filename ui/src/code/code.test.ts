import { EditorState } from "@codemirror/state";
import { CompletionContext } from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { describe, expect, it } from "vitest";
import { definitionWords } from "../workflows/definitionWords";
import { Echoes } from "./echoes";
import { rangeAt } from "./pointer";
import { expressionWords, jsonWords, openExpression, wordsOf } from "./words";

const text = '{\n  "nodes": {\n    "root": { "type": "manual", "children": ["a", "b"] },\n    "a/b": { "type": "log", "payload": { "n": 123456789012345678901 } }\n  }\n}';
const at = (pointer: string) => {
  const { from, to } = rangeAt(text, pointer);
  return text.slice(from, to);
};

describe("places in a text", () => {
  it("are found by JSON pointers, names with slashes and items of lists included", () => {
    expect(at("/nodes/root/type")).toBe('"manual"');
    expect(at("/nodes/root/children/1")).toBe('"b"');
    expect(at("/nodes/a~1b/payload/n")).toBe("123456789012345678901");
  });

  it("of what is missing are those of the object that misses it", () => {
    expect(at("/nodes/a~1b/payload/message")).toBe('"payload"');
    expect(at("/nodes/gone")).toBe('"nodes"');
    expect(at("")).toBe("{");
  });

  it("are found in a text that is no JSON yet", () => {
    expect(rangeAt('{"nodes": {"root": {"type": ', "/nodes/root")).toEqual({ from: 11, to: 17 });
    expect(rangeAt("", "/nodes")).toEqual({ from: 0, to: 0 });
  });
});

const readable = { $trigger: { body: { amount: 12, lines: [{ sku: "A" }], "odd name": 1 } }, ask: { result: { id: "x" } } };
const labels = (inner: string) => wordsOf(inner, readable).options.map(({ label }) => label);

describe("what an expression can go on with", () => {
  it("is what the node can read, and the functions", () => {
    expect(labels("")).toEqual(expect.arrayContaining(["$trigger", "ask", "upper", "toUnits"]));
    expect(labels("upper(ask.result.")).toEqual(["id"]);
    expect(labels("$trigger.body.am")).toEqual(["amount", "lines"]);
    expect(wordsOf("$trigger.body.am", readable).typed).toBe("am");
    expect(labels("$trigger.body.lines[0].")).toEqual(["sku"]);
    expect(labels("nobody.knows.")).toEqual([]);
  });

  it("is offered between braces only", () => {
    expect(openExpression("To {{ask.")).toBe("ask.");
    expect(openExpression("To {{ask.result}} and")).toBeUndefined();
    expect(openExpression("plain")).toBeUndefined();
    const state = EditorState.create({ doc: "Paid {{$trigger.body.a" });
    expect(expressionWords(() => readable)(new CompletionContext(state, 22, false))).toMatchObject({ from: 21 });
    expect(expressionWords(() => readable)(new CompletionContext(state, 4, true))).toBeNull();
  });

  it("in a definition is the fields of a node, and the types of nodes", () => {
    const types = [{ type: "log", role: "action" }, { type: "manual", role: "trigger" }] as never;
    const doc = '{"nodes": {"root": {"type": "m"}, "a": {"ty": 1}}}';
    const state = EditorState.create({ doc, extensions: [json()] });
    const words = jsonWords(() => definitionWords(types));
    expect(words(new CompletionContext(state, doc.indexOf('m"') + 1, false))).toMatchObject({ options: [{ label: "manual" }] });
    const names = words(new CompletionContext(state, doc.indexOf("ty\"") + 2, false));
    expect(names).toMatchObject({ from: doc.indexOf('ty"') });
    expect((names as unknown as { options: { label: string }[] }).options.map(({ label }) => label)).toContain("compensatedBy");
  });
});

describe("a text that comes back to its field", () => {
  it("late, while somebody types on, is old, and is another one when somebody goes back to it", () => {
    const echoes = new Echoes();
    for (const text of ["a", "ab", "abc"]) echoes.told(text);
    // "a" was never shown by itself: it and "ab" came at once.
    expect(echoes.isOld("ab", "abc")).toBe(true);
    expect(echoes.isOld("abc", "abc")).toBe(true);
    expect(echoes.isOld("ab", "abc")).toBe(false);
  });

  it("from elsewhere is shown, whatever was typed before", () => {
    const echoes = new Echoes();
    echoes.told("mine");
    expect(echoes.isOld("theirs", "mine")).toBe(false);
    expect(echoes.isOld("mine", "theirs")).toBe(false);
  });
});
