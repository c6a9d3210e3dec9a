import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, sinceWritten } from "../api/client";
import { parseJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { jsonFault, JsonText } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { ReadDialog } from "../common/ReadDialog";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";

const STATES = ["draft", "active", "deprecated"] as const;

/** What events look like, in versions. */
export function EventDefinitions() {
  const may = useMay("events:manage");
  const [opened, setOpened] = useState<string>();
  const [isMaking, setMaking] = useState(false);
  const definitions = usePages(["event-definitions"], (cursor) => {
    const minPosition = sinceWritten();
    return api.get("/v1/event-definitions", { params: { query: { limit: 50, ...(cursor ? { cursor } : minPosition && { minPosition }) } } });
  });
  return (
    <>
      {may && (
        <div className="row">
          <Button look="primary" onClick={() => setMaking(true)}>
            Define events
          </Button>
        </div>
      )}
      <section className="panel" aria-label="Definitions">
        <Listing
          query={definitions}
          empty={
            <Empty title="No event is defined">
              <p>A definition says what an event holds; one that does not fit is refused to whoever publishes it, and not found later by whoever reads it.</p>
            </Empty>
          }
        >
          <Table heads={["Event", "Version", "State", "What it is", "Changed"]}>
            {definitions.items.map((definition) => (
              <tr key={`${definition.id} ${definition.version}`}>
                <td>
                  <button type="button" className="link" onClick={() => setOpened(definition.id)}>
                    <code className="theirs">{definition.name}</code>
                  </button>
                </td>
                <td>{definition.version}</td>
                <td>
                  <Status of={definition.status} />
                </td>
                <td>
                  <Theirs clip>{definition.description ?? ""}</Theirs>
                </td>
                <td>
                  <Instant at={definition.updatedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {opened !== undefined && <DefinitionDialog id={opened} may={may} onClose={() => setOpened(undefined)} />}
      {isMaking && <DefineDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function DefinitionDialog({ id, may, onClose }: { id: string; may: boolean; onClose: () => void }) {
  const [version, setVersion] = useState<string>();
  const definition = useQuery({ queryKey: ["event-definition", id, version], queryFn: () => api.get("/v1/event-definitions/{id}", { params: { path: { id }, query: { ...(version && { version }) } } }) });
  const set = useOrder((status: (typeof STATES)[number]) => api.post("/v1/event-definitions/{id}/status", { params: { path: { id } }, body: { version: definition.data?.version ?? "", status } }), "It holds from the next event on");
  return (
    <ReadDialog title={definition.data?.name ?? "A definition"} query={definition} onClose={onClose}>
      {(shown) => (
        <>
          {set.isError && <ProblemNote error={set.error} />}
          <div className="row">
            <select className="input choose" aria-label="Version" value={shown.version} onChange={(event) => setVersion(event.target.value)}>
              {shown.versions.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            <Status of={shown.status} />
            {may &&
              STATES.filter((status) => status !== shown.status).map((status) => (
                <Button key={status} busy={set.isPending} onClick={() => set.mutate(status)}>
                  {{ draft: "Back to a draft", active: "Let it hold", deprecated: "Deprecate" }[status]}
                </Button>
              ))}
          </div>
          <JsonTree value={shown.payloadSchema as Json} label="the schema" />
        </>
      )}
    </ReadDialog>
  );
}

function DefineDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [version, setVersion] = useState("");
  const [description, setDescription] = useState("");
  const [text, setText] = useState('{\n  "type": "object",\n  "properties": {}\n}');
  const fault = jsonFault(text);
  const define = useOrder(
    () => api.post("/v1/event-definitions", { body: { name, payloadSchema: parseJson(text) as Record<string, never>, status: "active", ...(version && { version }), ...(description && { description }) } }),
    "The event is defined",
    onClose,
  );
  return (
    <OrderDialog wide title="Define events" verb="Define" busy={define.isPending} error={define.error} disabled={!name || fault !== undefined} onOrder={() => define.mutate(undefined)} onClose={onClose}>
      <Field label="Event" hint="As order.created; a name that is there gets another version." isRequired>
        {(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value.trim())} />}
      </Field>
      <Field label="Version" hint="As 1.1.0; empty for the first.">
        {(control) => <input {...control} className="input" value={version} onChange={(event) => setVersion(event.target.value.trim())} />}
      </Field>
      <Field label="What it is">{(control) => <input {...control} className="input" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      <JsonText label="Schema of what it says" fault={fault} rows={10} value={text} onChange={setText} />
    </OrderDialog>
  );
}
