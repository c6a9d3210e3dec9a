import "./data.css";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { jsonFault, JsonText } from "../common/JsonField";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

const LEVELS = ["BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE"] as const;
type Level = (typeof LEVELS)[number];

/** The schemas of the organization, by which data is checked. */
export function SchemasPage() {
  const may = useMay("schemas:write");
  const navigate = useNavigate();
  const [isMaking, setMaking] = useState(false);
  const [namespace, setNamespace] = useState("");
  const schemas = usePages(["schemas", namespace], (cursor) => api.get("/v1/validation/schemas", { params: { query: { limit: 50, ...(namespace && { namespace }), ...(cursor && { cursor }) } } }));
  return (
    <Page
      title="Schemas"
      lead="What data looks like, in versions that never change. Workflows and programs hold data against them."
      actions={
        may && (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            New schema
          </Button>
        )
      }
    >
      <div className="row">
        <SearchBox value={namespace} onChange={setNamespace} label="Namespace" />
      </div>
      <section className="panel" aria-label="Schemas">
        <Listing
          query={schemas}
          empty={
            <Empty title={namespace ? "No schema in this namespace" : "No schema yet"}>
              <p>A schema says what a message or a document holds. A new version is held against those before it, so that whoever reads the data goes on being able to.</p>
            </Empty>
          }
        >
          <Table heads={["Schema", "Version", "Versions", "Compatibility", "Owner", "State", "Changed"]}>
            {schemas.items.map((schema) => (
              <tr key={schema.id}>
                <td>
                  <Link to="/schemas/$schemaId" params={{ schemaId: schema.id }}>
                    <Theirs>{`${schema.namespace}/${schema.name}`}</Theirs>
                  </Link>
                  {schema.description && (
                    <div className="small quiet">
                      <Theirs clip>{schema.description}</Theirs>
                    </div>
                  )}
                </td>
                <td>{schema.version}</td>
                <td>{schema.versions.toLocaleString()}</td>
                <td className="small">{schema.compatibility.replaceAll("_", " ").toLowerCase()}</td>
                <td>{schema.owner ? <Theirs>{schema.owner}</Theirs> : <span className="quiet">–</span>}</td>
                <td>
                  <Status of={schema.isDeprecated ? "deprecated" : "active"} />
                </td>
                <td>
                  <Instant at={schema.updatedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <MakeSchema onClose={() => setMaking(false)} onMade={(schemaId) => void navigate({ to: "/schemas/$schemaId", params: { schemaId } })} />}
    </Page>
  );
}

const FIRST = `{
  "type": "object",
  "additionalProperties": false,
  "required": ["id"],
  "properties": {
    "id": { "type": "string" }
  }
}`;

function MakeSchema({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const [namespace, setNamespace] = useState("");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [compatibility, setCompatibility] = useState<Level>("BACKWARD");
  const [text, setText] = useState(FIRST);
  const fault = jsonFault(text);
  const make = useOrder(
    () => api.post("/v1/validation/schemas", { body: { namespace, name, compatibility, ...(description && { description }), schema: parseJson(text) as Record<string, never> } }),
    "The schema is there",
    ({ id }) => {
      onClose();
      onMade(id);
    },
  );
  return (
    <OrderDialog wide title="New schema" verb="Register it" busy={make.isPending} error={make.error} disabled={fault !== undefined || !namespace || !name} onOrder={() => make.mutate(undefined)} onClose={onClose}>
      <Field label="Namespace" isRequired>
        {(control) => <input {...control} className="input" value={namespace} onChange={(event) => setNamespace(event.target.value)} />}
      </Field>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="What it is for">{(control) => <input {...control} className="input" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      <Field label="Compatibility" hint="What each new version has to keep: backward lets new readers read old data, forward lets old readers read new data.">
        {(control) => <LevelSelect control={control} value={compatibility} onChange={setCompatibility} />}
      </Field>
      <JsonText label="Schema" fault={fault} rows={12} value={text} onChange={setText} />
    </OrderDialog>
  );
}

function LevelSelect({ control, value, onChange }: { control: object; value: Level; onChange: (level: Level) => void }) {
  return (
    <select {...control} className="input" value={value} onChange={(event) => onChange(event.target.value as Level)}>
      {LEVELS.map((level) => (
        <option key={level} value={level}>
          {level.replaceAll("_", " ").toLowerCase()}
        </option>
      ))}
    </select>
  );
}
