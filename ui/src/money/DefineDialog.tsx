import { useState } from "react";
import { api } from "../api/client";
import { parseJson, type JsonObject } from "../api/exactJson";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { useOrder } from "../common/useOrder";

const BLANK: JsonObject = {
  form: 1,
  description: "Pays one supplier.",
  rules: [
    {
      id: "supplier",
      effect: "allow",
      when: { chain: { in: [8453] }, action: { in: ["native", "transfer"] }, token: "any", counterparty: { in: ["0x1111111111111111111111111111111111111111"] }, amount: { atMost: "1000000" } },
    },
  ],
  limits: [{ id: "often", measure: "transactions", most: "20", per: "day", by: "wallet" }],
};

type Props = { name?: string; document?: JsonObject; mode?: string; onClose: () => void };

/** Writes a policy, or its next version. */
export function DefineDialog({ name: given, document, mode: before, onClose }: Props) {
  const [name, setName] = useState(given ?? "");
  const [mode, setMode] = useState(before ?? "enforce");
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const original = document ?? BLANK;
  const define = useOrder(
    () => api.post("/v1/policies", { body: { name: name.trim(), mode, document: (text === undefined ? original : parseJson(text)) as Record<string, never> } }),
    "The policy is defined",
    onClose,
  );
  return (
    <OrderDialog
      wide
      title={given ? "The next version of this policy" : "New policy"}
      verb="Define it"
      busy={define.isPending}
      error={define.error}
      disabled={name.trim() === "" || fault !== undefined}
      onOrder={() => define.mutate(undefined)}
      onClose={onClose}
    >
      <Field label="Name" hint="Lower-case letters, digits and hyphens." isRequired>
        {(control) => <input {...control} className="input" maxLength={64} pattern="[a-z0-9\-]+" disabled={given !== undefined} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <ModeField value={mode} onChange={setMode} />
      <JsonField label="What it says" value={text} original={original} fault={fault} onChange={setText} hint="Facts, limits and approvals stand in docs/policies.md, with twelve policies to begin from." />
    </OrderDialog>
  );
}

export function ModeField({ value, onChange }: { value: string; onChange: (mode: string) => void }) {
  return (
    <Field label="Mode" hint="A policy that only watches decides, that is recorded, and nothing is stopped by it.">
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="enforce">In force</option>
          <option value="monitor">Only watches</option>
          <option value="off">Off</option>
        </select>
      )}
    </Field>
  );
}
