import "./testing.css";
import { FlaskConical, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, asText, parseJson, writeJson, type Json, type JsonObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { JsonField, jsonFault } from "../common/JsonField";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { lookOf } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import type { Editor } from "../editor/useEditor";
import { useMay } from "../frame/whoami";
import { casesOf, useExecute, useResults, useTests, writeTest, type CaseResult, type Kept } from "./useTests";

/** The cases of a workflow: played together upon the draft, each passed or not, and why. */
export function TestCases({ editor, onTake }: { editor: Editor; onTake: (body: Json) => void }) {
  const { workflow, draft } = editor;
  const mayRun = useMay("tests:run");
  const tests = useTests(workflow.id);
  const execute = useExecute();
  const run = async (chosen: Kept[]) => {
    if ((await draft.flush()) !== undefined) execute.mutate(chosen);
  };
  const all = tests.data ?? [];
  return (
    <section className="stack test-cases" aria-label="Cases">
      <header className="row">
        <h3 className="grow">Cases</h3>
        {all.length > 0 && mayRun && (
          <Button icon={<FlaskConical size={16} aria-hidden />} busy={execute.isPending} disabled={draft.fault !== undefined} onClick={() => void run(all)}>
            Run all
          </Button>
        )}
      </header>
      {tests.isError && <ProblemNote error={tests.error} onRetry={() => void tests.refetch()} />}
      {execute.isError && <ProblemNote error={execute.error} />}
      {tests.isPending && <Loading lines={2} />}
      {tests.data?.length === 0 && <p className="quiet">None is kept yet. A case is what the trigger brings, and what must come of it: keep what stands above, and it is played again whenever you want. The checklist of readiness asks for such tests.</p>}
      {all.map((test) => (
        <OneTest key={test.id} test={test} isBusy={execute.isPending} onRun={mayRun ? () => void run([test]) : undefined} onTake={onTake} />
      ))}
    </section>
  );
}

type Props = { test: Kept; isBusy: boolean; onRun: (() => void) | undefined; onTake: (body: Json) => void };

function OneTest({ test, isBusy, onRun, onTake }: Props) {
  const may = useMay("tests:write");
  const results = useResults(test);
  const [open, setOpen] = useState<"edit" | "delete">();
  const close = () => setOpen(undefined);
  const cases = casesOf(test);
  const isOld = results !== undefined && results.of !== test.version;
  const without = useOrder((caseId: string) => writeTest(test, { ...test.definition, cases: cases.filter((each) => each["caseId"] !== caseId) }), "The case is gone");
  return (
    <div className="stack one-test">
      <div className="row">
        <strong className="grow">
          <Theirs clip>{test.name}</Theirs>
        </strong>
        {results && (
          <span className="small quiet">
            {isOld ? "Before it was changed, " : ""}
            <Instant at={results.at} form="relative" />
          </span>
        )}
        {onRun && (
          <Button look="plain" disabled={isBusy} onClick={onRun}>
            Run
          </Button>
        )}
        {may && (
          <Button look="plain" onClick={() => setOpen("edit")}>
            Edit…
          </Button>
        )}
        {may && (
          <Button look="plain" onClick={() => setOpen("delete")}>
            Delete…
          </Button>
        )}
      </div>
      {without.isError && <ProblemNote error={without.error} />}
      <ul className="stack">
        {cases.map((each, index) => {
          const name = asText(each["caseId"]) ?? `Case ${index + 1}`;
          return (
            <li key={name}>
              <div className="row">
                <Verdict of={results?.results.find(({ caseId }) => caseId === name)} />
                <span className="grow">
                  <Theirs clip>{name}</Theirs>
                </span>
                <Button look="plain" aria-label={`Take the data of ${name}`} onClick={() => onTake(each["input"] ?? {})}>
                  Take its data
                </Button>
                {may && cases.length > 1 && <Button look="plain" aria-label={`Take ${name} out`} icon={<Trash2 size={14} aria-hidden />} busy={without.isPending} onClick={() => without.mutate(name)} />}
              </div>
              <Why of={results?.results.find(({ caseId }) => caseId === name)} />
            </li>
          );
        })}
      </ul>
      {open === "edit" && <EditTest test={test} onClose={close} />}
      {open === "delete" && <DeleteTest test={test} onClose={close} />}
    </div>
  );
}

const VERDICTS: Record<string, [look: string, word: string]> = { passed: ["success", "Passed"], failed: ["failure", "Did not pass"], skipped: ["skipped", "Not played"] };

function Verdict({ of }: { of: CaseResult | undefined }) {
  const [look, word] = of ? (VERDICTS[of.status] ?? ["failure", of.status]) : ["pending", "Not played yet"];
  const { icon: Icon, tone } = lookOf(look);
  return (
    <span className={`status small tone-${tone}`}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}

const LETTERS = 300;
const short = (value: Json | undefined) => (value === undefined ? "nothing" : writeJson(value).slice(0, LETTERS));

function Why({ of }: { of: CaseResult | undefined }) {
  if (!of || of.status === "passed") return null;
  return (
    <ul className="stack small why">
      {of.error && (
        <li className="tone-bad">
          <Theirs>{of.error}</Theirs>
        </li>
      )}
      {of.checks.map(({ path, message, expected, actual }, index) => (
        <li key={index}>
          <code className="theirs">{path}</code> {message ? <Theirs>{message}</Theirs> : <>should be <code className="theirs">{short(expected)}</code>, and is <code className="theirs">{short(actual)}</code></>}
        </li>
      ))}
    </ul>
  );
}

function EditTest({ test, onClose }: { test: Kept; onClose: () => void }) {
  const [text, setText] = useState<string>();
  const fault = text === undefined ? undefined : jsonFault(text);
  const save = useOrder(() => writeTest(test, (text === undefined ? test.definition : asObject(parseJson(text))) as JsonObject), "The test is saved", onClose);
  return (
    <OrderDialog wide title="A test" verb="Save" busy={save.isPending} error={save.error} disabled={fault !== undefined} onOrder={() => save.mutate(undefined)} onClose={onClose}>
      <JsonField label="Test" value={text} original={test.definition} fault={fault} onChange={setText} hint="Mocks, assertions, expected events and more: docs/testing-workflows.md has all that a case may hold." />
    </OrderDialog>
  );
}

function DeleteTest({ test, onClose }: { test: Kept; onClose: () => void }) {
  const order = useOrder(() => api.delete("/v1/testing/test-definitions/{id}", { params: { path: { id: test.id } } }), "The test is gone", onClose);
  return (
    <OrderDialog title="Delete a test" verb="Delete it" look="danger" busy={order.isPending} error={order.error} onOrder={() => order.mutate(undefined)} onClose={onClose}>
      <p>
        <Theirs>{test.name}</Theirs> goes with its {casesOf(test).length} cases. What became of them when they were played stays on the ledger.
      </p>
    </OrderDialog>
  );
}
