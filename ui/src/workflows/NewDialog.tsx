import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { isObject, parseJson, writeJson, type JsonObject } from "../api/exactJson";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { jsonFault, JsonText } from "../common/JsonField";
import { useOrder } from "../common/useOrder";

const FIRST: JsonObject = {
  nodes: { root: { type: "manual", payload: {}, children: ["note"] }, note: { type: "log", payload: { message: "It runs" } } },
};

/** A new draft, from next to nothing. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [text, setText] = useState(() => writeJson(FIRST, 2));
  const fault = faultOf(text);
  const create = useOrder(
    () => api.post("/v1/workflows", { body: { name: name.trim(), definition: parseJson(text) as Record<string, never> } }),
    "The draft is there",
    (workflow) => {
      onClose();
      void navigate({ to: "/workflows/$workflowId/edit", params: { workflowId: workflow.id } });
    },
  );
  return (
    <OrderDialog wide title="New workflow" verb="Create the draft" busy={create.isPending} error={create.error} disabled={fault !== undefined || name.trim() === ""} onOrder={() => create.mutate(undefined)} onClose={onClose}>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <JsonText label="Definition" fault={fault} hint="It may have problems: they keep a draft from being published, not from being saved." rows={14} value={text} onChange={setText} />
    </OrderDialog>
  );
}

function faultOf(text: string): string | undefined {
  const fault = jsonFault(text);
  if (fault !== undefined) return fault;
  const read = parseJson(text);
  return isObject(read) && isObject(read["nodes"]) ? undefined : "This is no workflow: it has no `nodes`";
}
