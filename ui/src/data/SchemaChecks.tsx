import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, asText, parseJson, writeJson } from "../api/exactJson";
import { Button } from "../common/Button";
import { jsonFault, JsonText } from "../common/JsonField";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { ChangeList, type DataSchema } from "./SchemaPage";

type Props = { schema: DataSchema };

/** A version to be: what it would break, before it is made. */
export function NewVersion({ schema, before }: Props & { before: string }) {
  const [text, setText] = useState(before);
  const fault = jsonFault(text);
  const path = { params: { path: { id: schema.id } } };
  const given = () => parseJson(text) as Record<string, never>;
  const compare = useMutation({ mutationFn: () => api.post("/v1/validation/schemas/{id}/compatibility", { ...path, body: { schema: given() } }) });
  const add = useOrder(() => api.put("/v1/validation/schemas/{id}", { ...path, body: { schema: given() } }), "The version is there");
  return (
    <section className="panel" aria-label="A new version">
      <header>
        <h2>A new version</h2>
      </header>
      <div className="body stack">
        <JsonText label="Schema" fault={fault} rows={12} value={text} onChange={setText} />
        <div className="row">
          <Button busy={compare.isPending} disabled={fault !== undefined} onClick={() => compare.mutate()}>
            Compare
          </Button>
          <Button look="primary" busy={add.isPending} disabled={fault !== undefined || text === before} onClick={() => add.mutate(undefined)}>
            Add the version
          </Button>
        </div>
        {compare.data && (
          <div role="status" className="stack">
            <p className="row">
              {compare.data.compatible ? <CircleCheck size={16} className="tone-good" aria-hidden /> : <CircleX size={16} className="tone-bad" aria-hidden />}
              {compare.data.compatible ? `It keeps what the schema promises; it would be version ${compare.data.suggestedVersion}.` : `It breaks what the schema promises (${compare.data.level.replaceAll("_", " ").toLowerCase()}).`}
            </p>
            {compare.data.changes.length > 0 && <ChangeList changes={compare.data.changes} title="What differs" />}
          </div>
        )}
        {(compare.isError || add.isError) && <ProblemNote error={compare.error ?? add.error} />}
      </div>
    </section>
  );
}

/** Holds a document against the version that is shown. */
export function CheckDocument({ schema }: Props) {
  const [text, setText] = useState("{}");
  const fault = jsonFault(text);
  const validate = useMutation({
    mutationFn: () => api.post("/v1/validation/validate", { body: { schemaId: schema.id, version: schema.version, data: parseJson(text) as Record<string, never>, options: { errorFormat: "detailed" } } }),
  });
  return (
    <section className="panel" aria-label="Check a document">
      <header>
        <h2>Check a document</h2>
      </header>
      <div className="body stack">
        <JsonText label="Document" hint={`It is held against version ${schema.version}, and kept nowhere.`} fault={fault} rows={8} value={text} onChange={setText} />
        <div className="row">
          <Button busy={validate.isPending} disabled={fault !== undefined} onClick={() => validate.mutate()}>
            Check it
          </Button>
        </div>
        {validate.data && (
          <div role="status" className="stack">
            <p className="row">
              {validate.data.valid ? <CircleCheck size={16} className="tone-good" aria-hidden /> : <CircleX size={16} className="tone-bad" aria-hidden />}
              {validate.data.valid ? "It holds." : "It does not hold:"} <span className="quiet small">{validate.data.meta.durationMs.toLocaleString()} ms</span>
            </p>
            <ul className="stack small">
              {validate.data.errors.map((error, index) => {
                const said = asObject(error);
                return (
                  <li key={index}>
                    <code className="theirs">{asText(said["path"]) ?? asText(said["instancePath"]) ?? asText(said["instanceLocation"]) ?? ""}</code> <Theirs>{asText(said["message"]) ?? asText(said["error"]) ?? writeJson(said)}</Theirs>
                  </li>
                );
              })}
            </ul>
          </div>
        )}
        {validate.isError && <ProblemNote error={validate.error} />}
      </div>
    </section>
  );
}
