import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Zap } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, parseJson, writeJson, type Json } from "../api/exactJson";
import type { NodeRecord, Run } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { JsonField, jsonFault } from "../common/JsonField";
import { ProblemNote } from "../common/ProblemNote";
import { Id } from "../common/Theirs";
import { recordOf } from "../editor/model/sample";
import type { Editor } from "../editor/useEditor";
import { useIsMainnet, useMainnetFrame } from "../frame/mainnet";
import { NodeOutcome } from "./NodeTestDialog";

type Source = "simulation" | "run" | "settings";
const WORDS: Record<Source, string> = { simulation: "As the last simulation worked it out", run: "As in the last run", settings: "Its settings as they are written" };
/** The node of the run that is made for it. */
const ACTION = "action";

/** Executes the node, alone and for real, after it was said that this is wanted. */
export function NodeRun({ editor, id }: { editor: Editor; id: string }) {
  const { definition, samples, catalog } = editor;
  const node = definition.nodes[id];
  const given: Record<Source, Json | undefined> = {
    simulation: samples.simulated && recordOf(samples.simulated.executionState, id)?.input,
    run: samples.lastRun?.executionState ? recordOf(samples.lastRun.executionState, id)?.input : undefined,
    settings: node?.payload ?? {},
  };
  const sources = (Object.keys(WORDS) as Source[]).filter((name) => given[name] !== undefined && given[name] !== null);
  const [source, setSource] = useState<Source>(() => sources[0] ?? "settings");
  const [text, setText] = useState<string>();
  const [isSure, setSure] = useState(false);
  const original = given[source] ?? {};
  const fault = text === undefined ? undefined : jsonFault(text);
  const inputs = fault === undefined ? asObject(text === undefined ? original : parseJson(text)) : {};
  const type = node?.type ?? "";
  const isWrite = catalog.of(type)?.operationType === "write";
  const isMainnet = useIsMainnet({ nodes: { [id]: { type, payload: inputs } } });
  useMainnetFrame(isMainnet);
  const connectorId = node?.connector?.id;
  const run = useMutation({
    mutationFn: () => api.post("/v1/actions/{type}/run", { params: { path: { type } }, body: { inputs: inputs as Record<string, never>, ...(connectorId && { connectorId }) } }),
    onSettled: () => setSure(false),
  });
  return (
    <>
      <div className={isMainnet || isWrite ? "note bad" : "note wait"} role="alert">
        <div className="stack">
          <h3>{isMainnet ? "Real money: this goes to a main network" : "Its effects are real"}</h3>
          <p>
            {isMainnet
              ? "What is sent cannot be taken back. Policies and limits hold as they do in any run."
              : isWrite
                ? "It changes the world outside, once, as a run would. Nothing undoes it."
                : "It asks the outside, as a run would."}{" "}
            It becomes a run of its own, with its ledger.
          </p>
        </div>
      </div>
      {sources.length > 1 && (
        <Field label="What it is given">
          {(control) => (
            <select
              {...control}
              className="input"
              value={source}
              onChange={(event) => {
                setSource(event.target.value as Source);
                setText(undefined);
                setSure(false);
              }}
            >
              {sources.map((name) => (
                <option key={name} value={name}>
                  {WORDS[name]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <JsonField
        key={source}
        label="Settings, with nothing left to work out"
        value={text}
        original={original}
        fault={fault}
        onChange={(next) => {
          setText(next);
          setSure(false);
        }}
        hint="Texts are taken literally: an expression in them stays as it is."
      />
      {writeJson(inputs).includes("{{") && <p className="note wait">There are expressions in it, which are not worked out here. Simulate it first, and take what that worked out.</p>}
      <label className="row">
        <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.target.checked)} />
        {isMainnet ? "I want this to happen on a main network, with real money" : "I want this to happen for real, once"}
      </label>
      <div>
        <Button look="danger" icon={<Zap size={16} aria-hidden />} busy={run.isPending} disabled={!isSure || fault !== undefined} onClick={() => run.mutate()}>
          Execute it for real
        </Button>
      </div>
      {run.isError && <ProblemNote error={run.error} />}
      {run.data && <Came editor={editor} id={id} tried={run.data} />}
    </>
  );
}

function Came({ editor, id, tried }: { editor: Editor; id: string; tried: { run: { runId: string; status: string; durationMs: number; executionState: unknown } } }) {
  const { runId, status, durationMs, executionState } = tried.run;
  const { data: run } = useQuery({
    queryKey: ["run", runId],
    queryFn: async () => (await api.get("/v1/runs/{id}", { params: { path: { id: runId } } })) as unknown as Run,
    enabled: status === "failure",
  });
  const record = asObject(executionState)[ACTION] as unknown as NodeRecord | undefined;
  return (
    <>
      <NodeOutcome editor={editor} id={id} record={record} virtual={false} took={durationMs} cure={run?.remediation ?? undefined} />
      <p className="small">
        Its run:{" "}
        <Link to="/runs/$runId" params={{ runId }} search={{}}>
          <Id>{runId}</Id>
        </Link>
      </p>
    </>
  );
}
