import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, asText, isObject, parseJson, writeJson, type JsonObject } from "../api/exactJson";
import { CodeField } from "../common/CodeField";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { jsonFault } from "../common/JsonField";
import { useOrder } from "../common/useOrder";

const FIRST: JsonObject = {
  nodes: { root: { type: "manual", payload: {}, children: ["note"] }, note: { type: "log", payload: { message: "It runs" } } },
};
/** A file larger than this is no workflow. */
const LARGEST = 4 * 1024 * 1024;

/** What a file holds: a workflow with its name, as it is exported, or a bare definition. */
export function readFile(text: string): { name: string | undefined; description: string | undefined; definition: JsonObject } {
  const read = asObject(parseJson(text));
  const definition = isObject(read["definition"]) ? read["definition"] : read;
  if (!isObject(definition["nodes"])) throw new Error("This is no workflow: it has no `nodes`");
  return { name: asText(read["name"]), description: asText(read["description"]), definition };
}

/** A new draft, from nothing or from a file. */
export function ImportDialog({ isNew, onClose }: { isNew: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [text, setText] = useState(isNew ? writeJson(FIRST, 2) : "");
  const [fault, setFault] = useState<string>();
  const create = useOrder(
    () => {
      const { description, definition } = readFile(text);
      return api.post("/v1/workflows", { body: { name: name.trim(), definition: definition as Record<string, never>, ...(description && { description }) } });
    },
    "The draft is there",
    (workflow) => {
      onClose();
      void navigate({ to: isNew ? "/workflows/$workflowId/edit" : "/workflows/$workflowId", params: { workflowId: workflow.id } });
    },
  );
  const take = (next: string) => {
    setText(next);
    try {
      const { name: given } = readFile(next);
      if (given && name === "") setName(given);
      setFault(undefined);
    } catch (error) {
      setFault(jsonFault(next) ?? (error as Error).message);
    }
  };
  const load = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > LARGEST) setFault("The file is larger than a workflow can be");
    else take(await file.text());
  };
  return (
    <OrderDialog
      wide
      title={isNew ? "New workflow" : "Import a workflow"}
      verb="Create the draft"
      busy={create.isPending}
      error={create.error}
      disabled={fault !== undefined || text === "" || name.trim() === ""}
      onOrder={() => create.mutate(undefined)}
      onClose={onClose}
    >
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      {!isNew && (
        <Field label="File" hint="As the command line and this app export it, or a bare definition.">
          {(control) => <input {...control} type="file" accept=".json,application/json" onChange={(event) => void load(event.target.files?.[0])} />}
        </Field>
      )}
      <Field label="Definition" faults={fault ? [fault] : []} hint="It may have problems: they keep a draft from being published, not from being saved.">
        {(control) => <CodeField control={control} label="Definition" language="json" rows={14} value={text} onChange={take} />}
      </Field>
    </OrderDialog>
  );
}
