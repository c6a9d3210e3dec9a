import { useState } from "react";
import { api } from "../api/client";
import { Secret } from "../admin/Secret";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { useOrder } from "../common/useOrder";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";
import type { Hook } from "./HooksPage";

/** Of what a hook can be told: a family as a whole, or each of its types. */
const FAMILIES: Record<string, string[]> = {
  "run.*": ["run.started", "run.waiting", "run.completed", "run.failed", "run.cancelled"],
  "node.*": ["node.pending", "node.running", "node.succeeded", "node.failed", "node.skipped", "node.waiting", "node.scheduled"],
};

/** A new hook, whose secret is shown once; or another one's settings. */
export function HookDialog({ hook, onClose }: { hook: Hook | undefined; onClose: () => void }) {
  const { list } = useWorkflowNames();
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "https://");
  const [description, setDescription] = useState(hook?.description ?? "");
  const [types, setTypes] = useState(hook?.subscribedEventTypes ?? ["run.completed", "run.failed"]);
  const [workflowIds, setWorkflowIds] = useState(hook?.workflowIds ?? []);
  const [retries, setRetries] = useState(hook?.maxRetries ?? 9);
  const order = useOrder(
    async () => {
      const body = { name, url, description, subscribedEventTypes: types, workflowIds, maxRetries: retries };
      if (!hook) return (await api.post("/v1/execution-webhooks", { body })).secret ?? null;
      await api.patch("/v1/execution-webhooks/{id}", { params: { path: { id: hook.id } }, body });
      return undefined;
    },
    hook ? "The hook is changed" : "The hook is there",
    (secret) => {
      if (secret === undefined) onClose();
    },
  );
  if (order.isSuccess && !hook) {
    return (
      <Secret title="The secret of the hook" secret={order.data} onClose={onClose}>
        Whoever receives verifies with it that a message is from here.
      </Secret>
    );
  }
  const toggle = (type: string, is: boolean) => setTypes(is ? [...types, type] : types.filter((other) => other !== type));
  return (
    <OrderDialog wide title={hook ? "Change the hook" : "New hook"} verb={hook ? "Change it" : "Make it"} busy={order.isPending} error={order.error} disabled={!name.trim() || types.length === 0} onOrder={() => order.mutate(undefined)} onClose={onClose}>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="URL" hint="https, at an address that the outside has." isRequired>
        {(control) => <input {...control} className="input" type="url" value={url} onChange={(event) => setUrl(event.target.value)} />}
      </Field>
      <Field label="What it is for">{(control) => <input {...control} className="input" maxLength={1000} value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      <fieldset className="stack">
        <legend>Told of</legend>
        {Object.entries(FAMILIES).map(([family, members]) => (
          <div key={family} className="stack family">
            <label className="row">
              <input type="checkbox" checked={types.includes(family)} onChange={(event) => toggle(family, event.target.checked)} />
              Everything of {family === "run.*" ? "runs" : "nodes"} <code className="quiet">{family}</code>
            </label>
            {!types.includes(family) && (
              <div className="row family-members">
                {members.map((type) => (
                  <label key={type} className="row">
                    <input type="checkbox" checked={types.includes(type)} onChange={(event) => toggle(type, event.target.checked)} />
                    <code>{type}</code>
                  </label>
                ))}
              </div>
            )}
          </div>
        ))}
      </fieldset>
      <Field label="Of which workflows" hint="None chosen: of all.">
        {(control) => (
          <select {...control} className="input" multiple size={4} value={workflowIds} onChange={(event) => setWorkflowIds([...event.target.selectedOptions].map(({ value }) => value))}>
            <WorkflowOptions of={list} />
          </select>
        )}
      </Field>
      <Field label="Tried again at most" hint="After the first time; the pauses grow.">
        {(control) => (
          <select {...control} className="input" value={retries} onChange={(event) => setRetries(Number(event.target.value))}>
            {Array.from({ length: 10 }, (_, count) => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}
