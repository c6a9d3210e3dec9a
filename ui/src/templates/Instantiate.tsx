import { useNavigate } from "@tanstack/react-router";
import { FilePlus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import { useMay } from "../frame/whoami";
import { asksOf, schemaOf, useChoices, type Blueprint } from "./blueprints";

/** Makes a workflow of a template, after what it asks was said. */
export function Instantiate({ template }: { template: Blueprint }) {
  const may = useMay("workflows:write");
  const navigate = useNavigate();
  const choices = useChoices(template.inputs);
  const [name, setName] = useState(template.name);
  const [props, setProps] = useState<Json | undefined>({});
  const [answers, setAnswers] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const inputs = schemaOf(template.inputs, choices);
  const asks = asksOf(template.asks);
  const make = useOrder(
    () => api.post("/v1/templates/{id}/instantiate", { params: { path: { id: template.id } }, body: { name: name.trim(), props: asObject(props) as Record<string, never>, answers: asObject(answers) as Record<string, never> } }),
    "The draft is there",
    ({ id }) => void navigate({ to: "/workflows/$workflowId/edit", params: { workflowId: id } }),
  );
  const rules = { allowsExpressions: false };
  const order = () => {
    setTried(true);
    if (check(inputs, props, inputs, rules).length === 0 && check(asks, answers, asks, rules).length === 0) make.mutate(undefined);
  };
  const faults = (below: string) => (make.error ? asProblem(make.error).details : []).filter(({ path }) => path.startsWith(`${below}/`)).map(({ path, message }) => ({ path: path.slice(below.length), message }));
  return (
    <section className="panel" aria-label="Use it">
      <header>
        <h2>Use it</h2>
      </header>
      <form
        className="body stack"
        onSubmit={(event) => {
          event.preventDefault();
          order();
        }}
      >
        <Field label="Name of the workflow" isRequired>
          {(control) => <input {...control} className="input" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {template.inputs.length > 0 && <SchemaForm schema={inputs} value={props} onChange={setProps} isTried={isTried} faults={faults("/props")} />}
        {template.asks.length > 0 && <SchemaForm schema={asks} value={answers} onChange={setAnswers} isTried={isTried} faults={faults("/answers")} />}
        {make.isError && <ProblemNote error={make.error} />}
        <div>
          <Button type="submit" look="primary" icon={<FilePlus size={16} aria-hidden />} busy={make.isPending} disabled={!may || name.trim() === ""}>
            Make a draft of it
          </Button>
        </div>
        <p className="small quiet">Nothing is published. The draft knows nothing of its template any more.</p>
      </form>
    </section>
  );
}
