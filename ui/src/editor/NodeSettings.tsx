import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, isObject, type JsonObject } from "../api/exactJson";
import type { DefinitionNode } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import type { Schema } from "../forms/schema";
import { SchemaForm } from "../forms/SchemaForm";
import type { Fault } from "../forms/check";
import { rename, setNode } from "./model/edit";
import { nameFault, ROOT } from "./model/ids";
import { parentsOf } from "./model/links";
import { BLOCK, useBlockSchema } from "../templates/useBlocks";
import { NodeLinks } from "./NodeLinks";
import { OPTIONS, optionsSchema } from "./options";
import { useNodeType } from "./useCatalog";
import type { Aim, Editor } from "./useEditor";

/** Of a type that the catalogue has not, any payload is edited as JSON. */
const ANY: Schema = { title: "Payload", type: "object" };
/** Where payloads hold scripts. */
const SCRIPTS: Record<string, string[]> = { "code-transform": ["/code"] };
const NO_SCRIPTS: string[] = [];

type Props = { editor: Editor; id: string; node: DefinitionNode; onAim: (aim: Aim) => void };

/** What a node is given, its name, its place, and how it fails. */
export function NodeSettings({ editor, id, node, onAim }: Props) {
  const { definition, catalog, draft, problems } = editor;
  const [filled, setFilled] = useState(0);
  const known = catalog.of(node.type);
  const type = useNodeType(known);
  const faults = problems.of(id);
  const below = (part: string): Fault[] => {
    const at = `/nodes/${id}${part}`;
    return faults.filter(({ path }) => path === at || path.startsWith(`${at}/`)).map(({ path, message }) => ({ path: path.slice(at.length), message }));
  };
  const isUnknown = !known && !catalog.isPending;
  const block = useBlockSchema(node);
  const schema = isUnknown ? (block ?? ANY) : type?.payloadSchema;
  const example = asObject(type?.exampleUsage)["payload"];
  const isEmpty = Object.keys(node.payload ?? {}).length === 0;
  return (
    <fieldset className="stack" disabled={!editor.may}>
      <header className="row">
        <h2 className="grow">{known?.name ?? <Theirs>{node.type}</Theirs>}</h2>
        {id === ROOT && <Button onClick={() => onAim({ kind: "trigger" })}>Another trigger…</Button>}
        {isEmpty && isObject(example) && Object.keys(example).length > 0 && (
          <Button
            onClick={() => {
              editor.apply(setNode(definition, id, { payload: example }));
              setFilled(filled + 1);
            }}
          >
            Fill in the example
          </Button>
        )}
      </header>
      {known && <p className="small quiet">{known.description.replaceAll("`", "")}</p>}
      {isUnknown && <p className={node.type === BLOCK ? "small quiet" : "note wait"}>{node.type === BLOCK ? "The nodes of a block are put in its place when the draft is checked, tested and published." : "This server knows no such type of nodes."}</p>}
      {faults.filter(({ path }) => !hasField(path, `/nodes/${id}/payload`)).map(({ path, message }, index) => (
        <p key={index} className="fault" role="alert">
          <Theirs>{message}</Theirs> <code className="small quiet theirs">{path}</code>
        </p>
      ))}
      {isObject(schema) && (
        <div className="payload">
          <SchemaForm
            key={`${draft.generation}:${filled}`}
            schema={schema}
            value={node.payload}
            faults={below("/payload")}
            allowsExpressions
            scripts={SCRIPTS[node.type] ?? NO_SCRIPTS}
            onChange={(payload) => editor.write(setNode(definition, id, { payload: asObject(payload) }), `payload:${id}`)}
          />
        </div>
      )}
      {id !== ROOT && <NameField editor={editor} id={id} />}
      <BranchField editor={editor} id={id} node={node} />
      <Options key={draft.generation} editor={editor} id={id} node={node} />
      <NodeLinks editor={editor} id={id} />
    </fieldset>
  );
}

/** Whether a fault is told at a field for sure; what is further down may be within a text of JSON. */
function hasField(path: string, payload: string): boolean {
  return path === payload || (path.startsWith(`${payload}/`) && !path.slice(payload.length + 1).includes("/"));
}

/** Another name; links and expressions follow it. */
function NameField({ editor, id }: { editor: Editor; id: string }) {
  const { definition } = editor;
  const [name, setName] = useState(id);
  const fault = name === id ? undefined : nameFault(name, (other) => other in definition.nodes);
  const take = () => {
    if (name === id || fault !== undefined) return;
    editor.apply(rename(definition, id, name), [name]);
    editor.pins.renamed(id, name);
  };
  return (
    <Field label="Name" hint="Expressions that read it are written anew." faults={fault ? [fault] : []}>
      {(control) => <input {...control} className="input code" value={name} spellCheck={false} onChange={(event) => setName(event.target.value)} onBlur={take} onKeyDown={(event) => event.key === "Enter" && take()} />}
    </Field>
  );
}

function BranchField({ editor, id, node }: Omit<Props, "onAim">) {
  const { definition, catalog } = editor;
  const offered = new Set(parentsOf(definition, id).flatMap((parent) => catalog.branchesOf(definition.nodes[parent] as DefinitionNode)));
  if (node.branch !== undefined) offered.add(node.branch);
  if (offered.size === 0) return null;
  return (
    <Field label="Branch" hint="Which decision before it leads here.">
      {(control) => (
        <select {...control} className="input" value={node.branch ?? ""} onChange={(event) => editor.apply(setNode(definition, id, { branch: event.target.value || undefined }))}>
          <option value="">Every branch</option>
          {[...offered].map((branch) => (
            <option key={branch}>{branch}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Options({ editor, id, node }: Omit<Props, "onAim">) {
  const { definition } = editor;
  const { data: connectors = [] } = useQuery({ queryKey: ["connectors", "of-nodes"], queryFn: async () => (await api.get("/v1/connectors", { params: { query: { limit: 100 } } })).items, staleTime: 60_000 });
  const others = Object.keys(definition.nodes).filter((other) => other !== id && other !== ROOT);
  const provider = asObject(node.connector)["type"];
  const value = Object.fromEntries(OPTIONS.filter((name) => node[name] !== undefined).map((name) => [name, node[name]])) as JsonObject;
  const write = (next: JsonObject) => editor.write(setNode(definition, id, Object.fromEntries(OPTIONS.map((name) => [name, next[name]])) as Partial<DefinitionNode>), `options:${id}`);
  return (
    <details className="more-fields">
      <summary>Title, attempts, failure and connector</summary>
      <SchemaForm schema={optionsSchema(others, connectors.filter(({ type }) => !provider || type === provider))} value={value} onChange={(next) => write(asObject(next))} />
    </details>
  );
}
