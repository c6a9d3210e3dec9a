import "./imports.css";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { api } from "../api/client";
import { writeJson } from "../api/exactJson";
import { asProblem } from "../api/problem";
import type { Workflow } from "../api/types";
import { CodeField } from "../common/CodeField";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { done } from "../common/toasts";
import { useOrder } from "../common/useOrder";
import { LARGEST, MOST, readFile, type Found, type Read } from "./read";

type Named = Found & { isWanted: boolean };

/** Reads files and text, tells what is wrong with each workflow in them, and makes drafts of those that are wanted. */
export function ImportDialog({ files, onClose }: { files: File[]; onClose: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [named, setNamed] = useState<Named[]>([]);
  const [faults, setFaults] = useState<Read["faults"]>([]);
  const wanted = named.filter(({ isWanted }) => isWanted);
  const show = ({ found, faults: wrong }: Read) => {
    const over = found.length > MOST ? [{ from: "All of it", why: `There are ${found.length} workflows; the first ${MOST} are shown` }] : [];
    setNamed(found.slice(0, MOST).map((each) => ({ ...each, name: each.name || nameOf(each.from), isWanted: true })));
    setFaults([...wrong, ...over]);
  };
  const load = async (given: File[]) => {
    const reads = await Promise.all(given.map(async (file): Promise<Read> => (file.size > LARGEST ? { found: [], faults: [{ from: file.name, why: "The file is larger than a workflow can be" }] } : readFile(file.name, await file.text()))));
    setText("");
    show({ found: reads.flatMap(({ found }) => found), faults: reads.flatMap((read) => read.faults) });
  };
  const begin = useEffectEvent((given: File[]) => void load(given));
  useEffect(() => {
    if (files.length > 0) begin(files);
  }, [files]);
  const make = useOrder(
    async () => {
      const made: Workflow[] = [];
      for (const each of wanted) made.push(await create(each, made.length));
      return made;
    },
    undefined,
    (made) => {
      onClose();
      done(made.length === 1 ? "The draft is there" : `${made.length} drafts are there`);
      const [only] = made;
      if (made.length === 1 && only) void navigate({ to: "/workflows/$workflowId", params: { workflowId: only.id } });
    },
  );
  const change = (at: number, next: Partial<Named>) => setNamed(named.map((each, index) => (index === at ? { ...each, ...next } : each)));
  return (
    <OrderDialog
      wide
      title="Import workflows"
      verb={wanted.length > 1 ? `Create ${wanted.length} drafts` : "Create the draft"}
      busy={make.isPending}
      error={make.error}
      disabled={wanted.length === 0 || wanted.some(({ name }) => name.trim() === "")}
      onOrder={() => make.mutate(undefined)}
      onClose={onClose}
    >
      <p className="quiet">As this app and the command line export them, as `chainkeel workflow apply` takes them, as bare definitions; several in a list, in several files, or one on each line. Nothing is published.</p>
      <Field label="Files" hint="They can be dropped on the list of workflows, too.">
        {(control) => <input {...control} type="file" multiple accept=".json,.jsonl,.ndjson,application/json" onChange={(event) => void load([...(event.target.files ?? [])])} />}
      </Field>
      <Field label="Or text">
        {(control) => (
          <CodeField
            control={control}
            label="Or text"
            language="json"
            rows={named.length > 0 ? 3 : 8}
            value={text}
            onChange={(next) => {
              setText(next);
              show(next.trim() === "" ? { found: [], faults: [] } : readFile("the text", next));
            }}
          />
        )}
      </Field>
      {faults.map(({ from, why }, index) => (
        <p key={index} className="note bad" role="alert">
          <span>
            <Theirs>{from}</Theirs>: <Theirs>{why}</Theirs>
          </span>
        </p>
      ))}
      {named.length > 0 && (
        <ul className="stack import-list" aria-label="What was found">
          {named.map((each, index) => (
            <One key={index} of={each} onChange={(next) => change(index, next)} />
          ))}
        </ul>
      )}
    </OrderDialog>
  );
}

/** One after the other, so that what was made is told when one is refused. */
async function create({ name, description, tags, limits, definition }: Named, before: number): Promise<Workflow> {
  try {
    let made = (await api.post("/v1/workflows", { body: { name: name.trim(), definition: definition as Record<string, never>, ...(description && { description }) } })) as unknown as Workflow;
    const params = { path: { id: made.id } };
    if (tags.length > 0) made = (await api.put("/v1/workflows/{id}/tags", { params, body: { tags } })) as unknown as Workflow;
    if (limits) made = (await api.put("/v1/workflows/{id}/limits", { params, body: limits as never })) as unknown as Workflow;
    return made;
  } catch (error) {
    if (before === 0) throw error;
    throw new Error(`${before} drafts were made. “${name}” was refused: ${asProblem(error).message}`, { cause: error });
  }
}

function nameOf(from: string): string {
  return from.replace(/\.(json|jsonl|ndjson)/, "").replace(/^the text.*/, "");
}

function One({ of, onChange }: { of: Named; onChange: (next: Partial<Named>) => void }) {
  const nodes = Object.keys(of.definition["nodes"] as object).length;
  return (
    <li className="stack">
      <div className="row">
        <input type="checkbox" aria-label={`Import ${of.name || of.from}`} checked={of.isWanted} onChange={(event) => onChange({ isWanted: event.target.checked })} />
        <input className="input grow" aria-label={`Name of ${of.from}`} placeholder="A name" maxLength={200} value={of.name} onChange={(event) => onChange({ name: event.target.value })} />
        <span className="small quiet">
          {nodes === 1 ? "one node" : `${nodes} nodes`} · <Theirs>{of.from}</Theirs>
        </span>
      </div>
      {of.isWanted && <Problems definition={of.definition} />}
    </li>
  );
}

/** Problems keep a draft from being published, not from being made. */
function Problems({ definition }: { definition: Found["definition"] }) {
  const { data, error } = useQuery({
    queryKey: ["checked", writeJson(definition)],
    queryFn: () => api.post("/v1/workflows/validate", { body: { definition: definition as Record<string, never> } }),
    gcTime: 60_000,
  });
  if (error) return <p className="small tone-bad">{asProblem(error).message}</p>;
  if (!data) return <p className="small quiet">Looking…</p>;
  if (data.valid) {
    return (
      <p className="status small tone-good">
        <CircleCheck size={14} aria-hidden /> No problems
      </p>
    );
  }
  return (
    <details className="small">
      <summary className="tone-wait">
        <TriangleAlert size={14} aria-hidden /> {data.problems.length === 1 ? "One problem" : `${data.problems.length} problems`}: it can be made, and mended before it is published
      </summary>
      <ul className="stack">
        {data.problems.map(({ path, message }, index) => (
          <li key={index}>
            <code className="theirs">{path}</code> <Theirs>{message}</Theirs>
          </li>
        ))}
      </ul>
    </details>
  );
}
