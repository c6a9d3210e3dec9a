import { useEffect, useState, type FormEvent } from "react";
import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { isObject, type Json, type JsonObject } from "../api/exactJson";
import { Problem } from "../api/problem";
import { Button } from "../common/Button";
import { JsonTree } from "../common/JsonTree";
import { Theirs } from "../common/Theirs";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import type { Schema } from "../forms/schema";
import { DataView } from "../interfaces/DataView";
import type { Component } from "../interfaces/model";
import { begin, runOf, type Begun, type InputField, type PublicRun, type PublicWorkflow, type Refusal } from "./api";
import { RefusalNote } from "./RefusalNote";

/** How often a run is looked at: at once in the beginning, then less and less often. */
const FIRST_MS = 400;
const LAST_MS = 5_000;

/** The form of a public workflow, and what becomes of the run that it starts. */
export function RunForm({ workflow }: { workflow: PublicWorkflow }) {
  const schema = schemaOf(workflow.inputSchema);
  const [payload, setPayload] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [begun, setBegun] = useState<Begun>();
  // The same form that is sent twice starts one run.
  const [key, setKey] = useState(newKey);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (check(schema, payload, schema, { allowsExpressions: false }).length > 0) return;
    setSending(true);
    setRefusal(undefined);
    try {
      setBegun(await begin(workflow.id, isObject(payload) ? payload : {}, key));
    } catch (error) {
      setRefusal(error instanceof Problem ? error : Problem.unreachable());
    }
    setSending(false);
  };
  const again = () => {
    setBegun(undefined);
    setTried(false);
    setKey(newKey());
  };
  if (begun) return <Following workflow={workflow} begun={begun} onAgain={again} />;
  const change = (next: Json | undefined) => {
    setPayload(next);
    setKey(newKey());
  };
  const faults = (refusal?.details ?? []).filter(({ path }) => path.startsWith("/payload")).map(({ path, message }) => ({ path: path.slice("/payload".length), message }));
  return (
    <form className="stack" onSubmit={(event) => void send(event)} noValidate>
      {workflow.inputSchema.length > 0 ? <SchemaForm schema={schema} value={payload} onChange={change} faults={faults} isTried={isTried} /> : <p className="quiet">It needs nothing from you.</p>}
      {refusal && <RefusalNote refusal={refusal} />}
      <div className="row">
        <Button type="submit" look="primary" busy={isSending}>
          {workflow.publicWidgetConfig.buttonText ?? "Start"}
        </Button>
      </div>
    </form>
  );
}

/** A run until it ends, by its token. */
function Following({ workflow, begun, onAgain }: { workflow: PublicWorkflow; begun: Begun; onAgain: () => void }) {
  const [run, setRun] = useState<PublicRun>();
  const [refusal, setRefusal] = useState<Refusal>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async (wait: number) => {
      try {
        const now = await runOf(begun);
        if (isOver) return;
        setRun(now);
        setRefusal(undefined);
        if (now.status !== "running") return;
      } catch (error) {
        if (isOver) return;
        const problem: Refusal = error instanceof Problem ? error : Problem.unreachable();
        setRefusal(problem);
        if (problem.status !== 0 && problem.status !== 429 && problem.status < 500) return;
      }
      timer = setTimeout(() => void look(Math.min(LAST_MS, wait * 1.5)), wait);
    };
    void look(FIRST_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [begun]);
  const outputs = Object.entries(run?.outputs ?? {});
  return (
    <div className="stack" aria-live="polite">
      <Standing run={run} />
      {refusal && <RefusalNote refusal={refusal} />}
      {outputs.map(([node, value]) => {
        const title = workflow.nodes.find(({ id }) => id === node)?.title ?? node;
        return (
          <section key={node} className="stack" aria-label={title}>
            <h3>
              <Theirs>{title}</Theirs>
            </h3>
            {isFlat(value) ? <DataView component={CARD} data={value} /> : <JsonTree value={value} label={title} />}
          </section>
        );
      })}
      <div className="row spread">
        <code className="small quiet theirs">{begun.runId}</code>
        {run && run.status !== "running" && <Button onClick={onAgain}>Once more</Button>}
      </div>
    </div>
  );
}

function Standing({ run }: { run: PublicRun | undefined }) {
  if (!run || run.status === "running") {
    return (
      <p className="status tone-busy">
        <LoaderCircle size={16} className="spin" aria-hidden /> It runs. You can leave this page; it goes on without you.
      </p>
    );
  }
  if (run.status === "success") {
    return (
      <p className="status tone-good public-word">
        <CircleCheck size={16} aria-hidden />
        <Theirs>{run.message ?? "Done."}</Theirs>
      </p>
    );
  }
  return (
    <p className="status tone-bad public-word">
      <CircleX size={16} aria-hidden /> It came to nothing. Whoever offers it can see why, by the id below.
    </p>
  );
}

/** What is no deeper than a name and a value reads as a card. */
const CARD: Component = { name: "A result", componentType: "Display", customProps: { displayType: "card" } };

function isFlat(value: Json): boolean {
  return isObject(value) && Object.values(value).every((part) => !isObject(part) && !Array.isArray(part));
}

/** The declared inputs as a schema, which the forms of the app are made of. */
function schemaOf(fields: InputField[]): Schema {
  const properties = fields.map(({ key, type, description }): [string, JsonObject] => [key, { type, ...(description !== undefined && { description }) }]);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties), required: fields.filter(({ required }) => required).map(({ key }) => key) };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `public-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
