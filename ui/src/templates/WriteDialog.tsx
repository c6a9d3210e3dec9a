import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { parseJson, type Json, type JsonObject } from "../api/exactJson";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { useOrder } from "../common/useOrder";
import { inputsOf, KINDS, writeOne, type Blueprint, type Kind } from "./blueprints";

type Props = {
  kind: Kind;
  /** The one that is edited; without it a new one is made. */
  seen?: Blueprint;
  /** What a new one consists of. */
  definition?: JsonObject;
  name?: string;
  description?: string | null | undefined;
  /** What the reader should know of what was taken over. */
  note?: string | undefined;
  onClose: () => void;
};

/** Writes a template or a block: what it is called, to whom it is offered, what it asks, and what it consists of. */
export function WriteDialog({ kind, seen, definition: given = {}, name: first = "", description: told, note, onClose }: Props) {
  const navigate = useNavigate();
  const { one } = KINDS[kind];
  const [name, setName] = useState(seen?.name ?? first);
  const [description, setDescription] = useState(seen?.description ?? told ?? "");
  const [category, setCategory] = useState(seen?.category ?? "");
  const [tags, setTags] = useState((seen?.tags ?? []).join(" "));
  const [sharing, setSharing] = useState<"org" | "public">(seen?.sharing ?? "org");
  const [inputs, setInputs] = useState<string>();
  const [text, setText] = useState<string>();
  const definition: JsonObject = seen?.definition ?? given;
  const [asked] = useState<Json>(() => (seen?.inputs as unknown as Json) ?? inputsOf(definition));
  const faults = [inputs, text].map((each) => (each === undefined ? undefined : jsonFault(each)));
  const write = useOrder(
    () => {
      const content = {
        name: name.trim(),
        ...(description.trim() && { description: description.trim() }),
        ...(category.trim() && { category: category.trim() }),
        tags: tags.split(/[\s,]+/).filter(Boolean),
        sharing,
        inputs: inputs === undefined ? asked : parseJson(inputs),
        definition: text === undefined ? definition : parseJson(text),
      };
      return writeOne(kind, content, seen);
    },
    seen ? `The ${one} is another one` : `The ${one} is there`,
    ({ id }) => {
      onClose();
      if (!seen) void navigate({ to: kind === "templates" ? "/templates/$blueprintId" : "/blocks/$blueprintId", params: { blueprintId: id } });
    },
  );
  const line = (label: string, value: string, set: (text: string) => void, hint?: string) => (
    <Field label={label} hint={hint}>
      {(control) => <input {...control} className="input" value={value} onChange={(event) => set(event.target.value)} />}
    </Field>
  );
  return (
    <OrderDialog wide title={seen ? `Edit the ${one}` : `Save as a ${one}`} verb={seen ? "Save" : `Make the ${one}`} busy={write.isPending} error={write.error} disabled={name.trim() === "" || faults.some((fault) => fault !== undefined)} onOrder={() => write.mutate(undefined)} onClose={onClose}>
      {note && <p className="note">{note}</p>}
      {line("Name", name, setName)}
      {line("What it is for", description, setDescription)}
      <div className="row write-line">
        {line("Heading", category, setCategory, "Under which it is offered.")}
        {line("Tags", tags, setTags, "Separated by spaces.")}
        <Field label="Offered to">
          {(control) => (
            <select {...control} className="input" value={sharing} onChange={(event) => setSharing(event.target.value === "public" ? "public" : "org")}>
              <option value="org">our organization</option>
              <option value="public">all organizations</option>
            </select>
          )}
        </Field>
      </div>
      <JsonField
        label="What has to be said to use it"
        value={inputs}
        original={asked}
        fault={faults[0]}
        onChange={setInputs}
        hint={`A list of {key, type, required, default, title, description}; the types are string, number, boolean, object, array, connector and wallet. ${kind === "templates" ? "{{$props.key}} stands where it goes, and {{ask.field}} where something is asked." : "{{$inputs.key}} stands where it goes."}`}
      />
      <JsonField label={kind === "templates" ? "Definition" : "Nodes, entry and result"} value={text} original={definition} fault={faults[1]} onChange={setText} hint="It may hold no ids of an organization and no secrets: each that is found is told with its place." />
    </OrderDialog>
  );
}
