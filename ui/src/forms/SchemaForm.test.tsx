import { readdirSync, readFileSync } from "node:fs";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { asObject, isObject, parseJson, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { check } from "./check";
import { SchemaForm } from "./SchemaForm";

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(`${folder}/${entry.name}`) : entry.name.endsWith(".json") ? [`${folder}/${entry.name}`] : [],
  );
}

type Case = { name: string; schema: JsonObject; example: Json | undefined };

/** Every schema for which somebody fills in a form: of nodes, connectors and tasks, wherever in a file it stands. */
function cases(): Case[] {
  const found: Case[] = [];
  const walk = (value: Json, name: string) => {
    if (Array.isArray(value)) return value.forEach((item, index) => walk(item, `${name}/${index}`));
    if (!isObject(value)) return;
    const label = `${name} ${String(value["type"] ?? value["name"] ?? "")}`;
    const example = asObject(value["exampleUsage"])["payload"];
    if (isObject(value["payloadSchema"])) found.push({ name: `${label} payload`, schema: value["payloadSchema"], example });
    if (isObject(value["input"]) && isObject(asObject(value["input"])["properties"])) found.push({ name: `${label} input`, schema: asObject(value["input"]), example });
    if (isObject(value["data"]) && typeof asObject(value["data"])["type"] === "string" && isObject(asObject(value["data"])["properties"])) {
      found.push({ name: `${label} data`, schema: asObject(value["data"]), example: undefined });
    }
    if (isObject(value["form"])) found.push({ name: `${label} form`, schema: value["form"], example: undefined });
    for (const [key, item] of Object.entries(value)) walk(item, `${name}/${key}`);
  };
  for (const file of [...files("../catalog"), ...files("../examples")]) walk(parseJson(readFileSync(file, "utf8")), file.slice(3));
  return found;
}

const all = cases();

describe("a form of every schema that exists", () => {
  it("knows them", () => {
    expect(all.length).toBeGreaterThan(80);
    // Every type of connector, whatever its file is called, and tasks.
    const connectors = files("../catalog/connectors").map((file) => String(asObject(parseJson(readFileSync(file, "utf8")))["type"]));
    expect(connectors.length).toBeGreaterThan(20);
    for (const type of connectors) expect(all.filter(({ name }) => name.endsWith(` ${type} data`)), type).toHaveLength(1);
    expect(all.some(({ name }) => name.endsWith(" form"))).toBe(true);
  });

  it.each(all.filter(({ name }) => name.includes("catalog/connectors/")))("hides what is secret: $name", ({ schema }) => {
    const { container } = render(<SchemaForm schema={schema} value={{}} onChange={() => undefined} />);
    const secrets = Object.values(asObject(schema["properties"])).filter((part) => asObject(part)["writeOnly"] === true && asObject(part)["type"] === "string");
    for (const more of container.querySelectorAll("details")) more.open = true;
    expect(container.querySelectorAll("input[type=password], textarea").length).toBeGreaterThanOrEqual(secrets.length);
  });

  it.each(all)("$name", ({ schema, example }) => {
    const { container, unmount } = render(<SchemaForm schema={schema} value={undefined} onChange={() => undefined} allowsExpressions />);
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    if (required.length > 0) expect(container.querySelector("input, select, textarea, button")).not.toBeNull();
    for (const control of container.querySelectorAll("input, select, textarea")) {
      const label = control.getAttribute("aria-label") ?? container.querySelector(`label[for="${control.id}"]`)?.textContent ?? control.closest("label")?.textContent;
      expect(label, control.outerHTML).toBeTruthy();
    }
    unmount();
    if (example === undefined) return;
    // What the catalogue shows as an example is shown by the form, found good by it, and left as it is.
    const change = vi.fn();
    render(<SchemaForm schema={schema} value={example} onChange={change} isTried allowsExpressions />);
    expect(check(schema, example, schema, { allowsExpressions: true })).toEqual([]);
    expect(screen.queryAllByRole("alert")).toEqual([]);
    expect(change).not.toHaveBeenCalled();
  });
});

/** A form that holds what was put in. */
function Held({ schema, onValue, expressions = false }: { schema: JsonObject; onValue: (value: Json | undefined) => void; expressions?: boolean }) {
  const [value, setValue] = useState<Json | undefined>();
  return (
    <SchemaForm
      schema={schema}
      value={value}
      isTried
      allowsExpressions={expressions}
      onChange={(next) => {
        setValue(next);
        onValue(next);
      }}
    />
  );
}

async function fill(schema: JsonObject, act: () => Promise<void>, expressions = false): Promise<string> {
  let last: Json | undefined;
  render(<Held schema={schema} expressions={expressions} onValue={(value) => (last = value)} />);
  await act();
  return writeJson(last ?? null);
}

describe("a form", () => {
  it("gives what was put in, exactly", async () => {
    const schema = { type: "object", required: ["wei"], properties: { wei: { type: "integer" }, note: { type: "string" } } };
    const given = await fill(schema, async () => {
      await userEvent.type(screen.getByLabelText(/Wei/), "123456789012345678901234567890");
      await userEvent.type(screen.getByLabelText("Note"), "x");
      await userEvent.clear(screen.getByLabelText("Note"));
    });
    expect(given).toBe('{"wei":123456789012345678901234567890}');
  });

  it("takes neither yes nor no for an answer that was not given", async () => {
    const schema = { type: "object", required: ["approved"], properties: { approved: { type: "boolean", title: "Pay it?" } } };
    const given = await fill(schema, async () => {
      expect(screen.getByLabelText("Yes")).not.toBeChecked();
      expect(screen.getByLabelText("No")).not.toBeChecked();
      await userEvent.click(screen.getByLabelText("No"));
    });
    expect(given).toBe('{"approved":false}');
  });

  it("builds lists and maps, and takes entries out", async () => {
    const schema = {
      type: "object",
      properties: { tags: { type: "array", items: { type: "string" } }, headers: { type: "object", additionalProperties: { type: "string" } } },
    };
    const given = await fill(schema, async () => {
      const [addTag] = screen.getAllByRole("button", { name: "Add" });
      if (addTag) {
        await userEvent.click(addTag);
        await userEvent.click(addTag);
      }
      await userEvent.type(screen.getByRole("textbox", { name: /^Tags 1/ }), "a");
      await userEvent.click(screen.getByRole("button", { name: "Take Tags 2 out" }));
      await userEvent.type(screen.getByLabelText("A new name in Headers"), "X-One{Enter}");
      await userEvent.type(screen.getByRole("textbox", { name: /^X-One/ }), "1");
    });
    expect(given).toBe('{"tags":["a"],"headers":{"X-One":"1"}}');
  });

  it("takes an expression in place of a number where it may", async () => {
    const schema = { type: "object", properties: { limit: { type: "integer", minimum: 1 } } };
    const given = await fill(schema, () => userEvent.type(screen.getByLabelText("Limit"), "{{{{$inputs.limit}}"), true);
    expect(given).toBe('{"limit":"{{$inputs.limit}}"}');
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says at the field what is wrong, also what the server said", () => {
    const schema = { type: "object", required: ["name"], properties: { name: { type: "string", maxLength: 3 } } };
    render(<SchemaForm schema={schema} value={{ name: "abcd" }} onChange={() => undefined} isTried faults={[{ path: "/name", message: "is taken" }]} />);
    const field = screen.getByLabelText(/Name/);
    expect(field).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByText(/3 characters at most/)).toBeVisible();
    expect(screen.getByText("is taken")).toBeVisible();
  });

  it("lets one of several forms be chosen", async () => {
    const schema: JsonObject = { oneOf: [{ type: "string", title: "Word" }, { type: "object", title: "Pair", required: ["a"], properties: { a: { type: "integer" } } }] };
    const given = await fill({ type: "object", properties: { it: schema } }, async () => {
      await userEvent.selectOptions(screen.getByRole("combobox"), "Pair");
      await userEvent.type(screen.getByLabelText(/^A/), "7");
    });
    expect(given).toBe('{"it":{"a":7}}');
  });
});
