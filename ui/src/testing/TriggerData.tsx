import { useMutation } from "@tanstack/react-query";
import { Ear } from "lucide-react";
import { useState } from "react";
import { asObject, asText, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { inZone, lasting } from "../common/time";
import { ROOT } from "../editor/model/ids";
import { recordOf } from "../editor/model/sample";
import type { Editor } from "../editor/useEditor";
import { Address } from "../trigger/Deliveries";
import { isDelivered } from "../trigger/occasions";
import { toldBy, useDeliveries } from "../trigger/useDeliveries";
import { casesOf, useTests } from "./useTests";

type Props = { editor: Editor; onTake: (body: Json) => void };

/** Where the data of a test come from: the example, what came last, a case that was kept, or the next event that comes. */
export function TriggerData({ editor, onTake }: Props) {
  const { workflow, samples, definition } = editor;
  const [chosen, setChosen] = useState("");
  const canHear = isDelivered(definition.nodes?.[ROOT]?.type ?? "");
  const { items, listen, isListening, left } = useDeliveries(workflow.id, canHear);
  const { data: tests = [] } = useTests(workflow.id);
  const cases = tests.flatMap((test) => casesOf(test).map((each) => ({ key: `case:${test.id}:${asText(each["caseId"]) ?? ""}`, label: `${test.name}: ${asText(each["caseId"]) ?? ""}`, input: each["input"] ?? {} })));
  const lastRun = samples.lastRun?.executionState && recordOf(samples.lastRun.executionState, ROOT)?.result;
  const take = useMutation({
    mutationFn: async (key: string): Promise<Json> => {
      if (key === "example") return asObject(samples.known.trigger)["body"] ?? {};
      if (key === "run") return asObject(lastRun)["body"] ?? {};
      if (key.startsWith("case:")) return cases.find((each) => each.key === key)?.input ?? {};
      return (await toldBy(workflow.id, key.slice("delivery:".length))).body;
    },
    onSuccess: onTake,
  });
  const choose = (key: string) => {
    setChosen(key);
    if (key !== "") take.mutate(key);
  };
  return (
    <div className="stack">
      <Field label="Data from">
        {(control) => (
          <select {...control} className="input" value={chosen} onChange={(event) => choose(event.target.value)}>
            <option value="">What stands below</option>
            {samples.known.trigger !== undefined && <option value="example">The example of the trigger</option>}
            {lastRun !== undefined && <option value="run">The last run</option>}
            {items.length > 0 && (
              <optgroup label="What was delivered">
                {items.map(({ id, receivedAt, method, bodyBytes, outcome }) => (
                  <option key={id} value={`delivery:${id}`}>
                    {inZone(receivedAt, true)} · {method} · {bodyBytes.toLocaleString()} B · {outcome}
                  </option>
                ))}
              </optgroup>
            )}
            {cases.length > 0 && (
              <optgroup label="Cases that were kept">
                {cases.map(({ key, label }) => (
                  <option key={key} value={key}>
                    {label}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
        )}
      </Field>
      {take.isError && <ProblemNote error={take.error} />}
      {canHear && editor.may && !workflow.hasLiveVersion && (
        <div className="stack">
          <div>
            <Button icon={<Ear size={16} aria-hidden />} busy={listen.isPending} disabled={isListening} onClick={() => listen.mutate()}>
              {isListening ? `Listening, ${lasting(left)} left` : "Catch the next real event"}
            </Button>
          </div>
          {isListening && listen.data && (
            <div role="status" className="stack small">
              <p className="quiet">Send it to this address. It starts nothing; choose it above when it is there{items.length > 0 ? `: ${items.length} came` : ""}.</p>
              <Address url={listen.data.webhookUrl} />
            </div>
          )}
          {listen.isError && <ProblemNote error={listen.error} />}
        </div>
      )}
    </div>
  );
}
