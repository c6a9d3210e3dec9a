import { useState } from "react";
import { api } from "../api/client";
import { asText, type Json, type JsonObject } from "../api/exactJson";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { useOrder } from "../common/useOrder";
import type { Editor } from "../editor/useEditor";
import { casesOf, useTests, writeTest } from "./useTests";

type Props = { editor: Editor; input: Json; unmocked: "fail" | "echo"; onClose: () => void };

const NEW = "";

/** Keeps what the trigger brings as a named case of a test, with what must come of it. */
export function KeepCase({ editor, input, unmocked, onClose }: Props) {
  const { workflow, samples } = editor;
  const { data: tests = [] } = useTests(workflow.id);
  const simulated = samples.isFresh && samples.simulated?.upTo === undefined ? samples.simulated : undefined;
  const [into, setInto] = useState<string>();
  const [caseId, setCaseId] = useState("");
  const [status, setStatus] = useState<string>(simulated?.status === "failure" ? "failure" : "success");
  const [holdsOutput, setHolds] = useState(false);
  const chosen = tests.find(({ id }) => id === (into ?? tests[0]?.id));
  const test = into === NEW ? undefined : chosen;
  const isTaken = test !== undefined && casesOf(test).some((each) => asText(each["caseId"]) === caseId.trim());
  const keep = useOrder(
    async () => {
      const kept = { caseId: caseId.trim(), input, expectedStatus: status, ...(holdsOutput && simulated?.output && { expectedOutput: simulated.output as unknown as Json }) } as JsonObject;
      if (test) return writeTest(test, { ...test.definition, cases: [...casesOf(test), kept] });
      const definition = { name: `${workflow.name.slice(0, 180)}: cases`, type: "workflow", targetId: workflow.id, unmocked, cases: [kept] };
      return api.post("/v1/testing/test-definitions", { body: definition as never });
    },
    "The case is kept",
    onClose,
  );
  return (
    <OrderDialog title="Keep it as a case" verb="Keep it" busy={keep.isPending} error={keep.error} disabled={caseId.trim() === "" || isTaken} onOrder={() => keep.mutate(undefined)} onClose={onClose}>
      <Field label="Name of the case" isRequired faults={isTaken ? ["The test has a case of this name"] : []}>
        {(control) => <input {...control} className="input" maxLength={100} placeholder="a-large-payment-waits" value={caseId} onChange={(event) => setCaseId(event.target.value)} />}
      </Field>
      {tests.length > 0 && (
        <Field label="Test">
          {(control) => (
            <select {...control} className="input" value={test?.id ?? NEW} onChange={(event) => setInto(event.target.value)}>
              {tests.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
              <option value={NEW}>A new one</option>
            </select>
          )}
        </Field>
      )}
      <Field label="The run must end as">
        {(control) => (
          <select {...control} className="input" value={status} onChange={(event) => setStatus(event.target.value)}>
            <option value="success">success</option>
            <option value="failure">failure</option>
          </select>
        )}
      </Field>
      {simulated?.output && (
        <label className="row">
          <input type="checkbox" checked={holdsOutput} onChange={(event) => setHolds(event.target.checked)} />
          Its output must be what the simulation gave
        </label>
      )}
    </OrderDialog>
  );
}
