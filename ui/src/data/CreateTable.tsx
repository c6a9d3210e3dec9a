import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asText, parseJson, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { jsonFault, JsonText } from "../common/JsonField";
import { useOrder } from "../common/useOrder";
import { HOLDS, type Holds } from "./columns";

type Draft = { name: string; holds: Holds; isRequired: boolean; isUnique: boolean; choices: string; references: string };
export const BLANK: Draft = { name: "", holds: "string", isRequired: false, isUnique: false, choices: "", references: "" };

export function schemaOfColumn(draft: Draft): JsonObject {
  const choices = draft.choices.split(",").map((choice) => choice.trim()).filter(Boolean);
  const kinds: Record<Holds, JsonObject> = {
    string: { type: "string" },
    number: { type: "number" },
    integer: { type: "integer" },
    boolean: { type: "boolean" },
    instant: { type: "string", format: "date-time" },
    enum: { type: "string", enum: choices },
    json: {},
  };
  return { ...kinds[draft.holds], ...(draft.isUnique && { unique: true }), ...(draft.references && draft.holds === "integer" && { references: draft.references }) };
}

function schemaOf(columns: Draft[]): JsonObject {
  const required = columns.filter((column) => column.isRequired).map(({ name }) => name);
  return { type: "object", ...(required.length > 0 && { required }), properties: Object.fromEntries(columns.map((column) => [column.name, schemaOfColumn(column)])) };
}

/** A new table by its columns, or by its schema. */
export function CreateTable({ onClose, onMade }: { onClose: () => void; onMade: (name: string) => void }) {
  const [name, setName] = useState("");
  const [columns, setColumns] = useState<Draft[]>([{ ...BLANK }]);
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const make = useOrder(
    () => {
      const schema = text === undefined ? schemaOf(columns.filter((column) => column.name !== "")) : parseJson(text);
      return api.post("/v1/tables", { body: { name: name.trim(), schema: schema as Record<string, never> } });
    },
    "The table is there",
    (table) => {
      onClose();
      onMade(table.name);
    },
  );
  const change = (at: number, by: Partial<Draft>) => setColumns(columns.map((column, index) => (index === at ? { ...column, ...by } : column)));
  return (
    <OrderDialog wide title="New table" verb="Make the table" busy={make.isPending} error={make.error} disabled={fault !== undefined || name.trim() === ""} onOrder={() => make.mutate(undefined)} onClose={onClose}>
      <Field label="Name" hint="Small letters, digits and _." isRequired>
        {(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      {text === undefined ? (
        <>
          <p className="quiet small">Every row has id, version, created_at and updated_at besides.</p>
          <ol className="stack">
            {columns.map((column, index) => (
              <li key={index} className="column-draft">
                <ColumnFields draft={column} onChange={(by) => change(index, by)} />
                <Button look="plain" aria-label={`Take column ${index + 1} out`} icon={<Trash2 size={15} aria-hidden />} onClick={() => setColumns(columns.filter((_, other) => other !== index))} />
              </li>
            ))}
          </ol>
          <div className="row">
            <Button icon={<Plus size={15} aria-hidden />} onClick={() => setColumns([...columns, { ...BLANK }])}>
              Another column
            </Button>
            <Button look="plain" onClick={() => setText(writeJson(schemaOf(columns.filter((column) => column.name !== "")), 2))}>
              As a schema
            </Button>
          </div>
        </>
      ) : (
        <>
          <JsonText label="Schema" hint="Defaults, bounds and references are said here." fault={fault} rows={14} value={text} onChange={setText} />
          <div className="row">
            <Button look="plain" onClick={() => setText(undefined)}>
              By its columns
            </Button>
          </div>
        </>
      )}
    </OrderDialog>
  );
}

export function ColumnFields({ draft, onChange }: { draft: Draft; onChange: (by: Partial<Draft>) => void }) {
  return (
    <>
      <Field label="Column">{(control) => <input {...control} className="input" value={draft.name} onChange={(event) => onChange({ name: event.target.value })} />}</Field>
      <Field label="Holds">
        {(control) => (
          <select {...control} className="input" value={draft.holds} onChange={(event) => onChange({ holds: event.target.value as Holds })}>
            {Object.entries(HOLDS).map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {draft.holds === "enum" && (
        <Field label="Choices" hint="With commas between.">
          {(control) => <input {...control} className="input" value={draft.choices} onChange={(event) => onChange({ choices: event.target.value })} />}
        </Field>
      )}
      {draft.holds === "integer" && (
        <Field label="Row of" hint="A table, if it is a row’s id.">
          {(control) => <input {...control} className="input" value={draft.references} onChange={(event) => onChange({ references: event.target.value })} />}
        </Field>
      )}
      <label className="row">
        <input type="checkbox" checked={draft.isRequired} onChange={(event) => onChange({ isRequired: event.target.checked })} />
        Required
      </label>
      <label className="row">
        <input type="checkbox" checked={draft.isUnique} onChange={(event) => onChange({ isUnique: event.target.checked })} />
        Unique
      </label>
    </>
  );
}

/** What a column's rule says, for people. */
export function rulesOf(schema: Record<string, Json>): string {
  const says = [
    schema["unique"] === true && "unique",
    Array.isArray(schema["enum"]) && `one of ${schema["enum"].map(String).join(", ")}`,
    schema["default"] !== undefined && `${writeJson(schema["default"])} unless it is said`,
    schema["minimum"] !== undefined && `at least ${String(schema["minimum"])}`,
    schema["maximum"] !== undefined && `at most ${String(schema["maximum"])}`,
    schema["maxLength"] !== undefined && `${Number(String(schema["maxLength"])).toLocaleString()} characters at most`,
    schema["references"] !== undefined && `a row of ${String(schema["references"])}`,
  ];
  return [asText(schema["description"]), says.filter(Boolean).join(", ")].filter(Boolean).join(" · ");
}
