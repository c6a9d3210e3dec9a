import { useMutation } from "@tanstack/react-query";
import { Zap } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { parseJson, type Json } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { inZone, toLocal } from "../common/time";
import { Instant } from "../common/Instant";
import { JsonField, jsonFault } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useMay } from "../frame/whoami";
import { OCCASIONS, occasionOf, occasionsOf, type Filled, type Occasion } from "./occasions";
import { SimulationShown } from "./SimulationShown";
import { useDeliveries } from "./useDeliveries";

const WEEK = 7 * 86_400_000;

/** What the trigger would fire: tried, and nothing fired. */
export function TriggerTest({ workflow, type }: { workflow: Workflow; type: string }) {
  const may = useMay("workflows:run");
  const offered = occasionsOf(type);
  const [kind, setKind] = useState<Occasion>(offered[0] ?? "payload");
  const [text, setText] = useState<string>();
  const [plays, setPlays] = useState(false);
  const [given, setGiven] = useState(() => ({ event: "", delivery: "", from: kind === "times" ? toLocal(new Date().toISOString()) : "", to: kind === "times" ? toLocal(new Date(Date.now() + WEEK).toISOString()) : "" }));
  const { items } = useDeliveries(workflow.id, offered.includes("delivery"));
  const fault = text === undefined ? undefined : jsonFault(text);
  const delivery = given.delivery || items[0]?.id || "";
  const test = useMutation({
    mutationFn: () => {
      const filled: Filled = { ...given, delivery, payload: text === undefined ? {} : parseJson(text) };
      return api.post("/v1/workflows/{id}/trigger/test", { params: { path: { id: workflow.id } }, body: { with: occasionOf(kind, filled) as never, simulate: plays, unmocked: "echo" } });
    },
  });
  const set = (name: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value });
  const isBlank = (kind === "event" && given.event.trim() === "") || (kind === "blocks" && !/^\d+$/.test(given.from)) || (kind === "times" && (given.from === "" || given.to === "")) || (kind === "delivery" && delivery === "");
  return (
    <div className="stack trigger-test">
      <p className="quiet">Whether the trigger {workflow.hasDraft ? "of the draft" : "of what is live"} would fire, and what its run would be told. Nothing is fired and nothing is written.</p>
      {offered.length > 1 && (
        <Field label="With">
          {(control) => (
            <select {...control} className="input" value={kind} onChange={(event) => setKind(event.target.value as Occasion)}>
              {offered.map((each) => (
                <option key={each} value={each}>
                  {OCCASIONS[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {kind === "event" && <Field label="Event" isRequired>{(control) => <input {...control} className="input" placeholder="order.paid" value={given.event} onChange={set("event")} />}</Field>}
      {kind === "delivery" &&
        (items.length === 0 ? (
          <p className="quiet">Nothing was delivered yet.</p>
        ) : (
          <Field label="Delivery">
            {(control) => (
              <select {...control} className="input" value={delivery} onChange={set("delivery")}>
                {items.map(({ id, receivedAt, method, bodyBytes }) => (
                  <option key={id} value={id}>
                    {inZone(receivedAt, true)} · {method} · {bodyBytes.toLocaleString()} B
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
      {(kind === "payload" || kind === "event") && <JsonField label={kind === "event" ? "What the event says" : "What it would tell"} value={text} original={{}} fault={fault} onChange={setText} />}
      {(kind === "blocks" || kind === "times") && (
        <div className="row">
          <Field label="From" isRequired hint={kind === "blocks" ? "The number of the first block." : "In your zone."}>
            {(control) => <input {...control} className="input" type={kind === "times" ? "datetime-local" : "text"} inputMode="numeric" value={given.from} onChange={set("from")} />}
          </Field>
          <Field label="To" hint={kind === "blocks" ? "The chain’s newest when empty; at most 10,000 blocks." : "In your zone."}>
            {(control) => <input {...control} className="input" type={kind === "times" ? "datetime-local" : "text"} inputMode="numeric" value={given.to} onChange={set("to")} />}
          </Field>
        </div>
      )}
      <label className="row">
        <input type="checkbox" checked={plays} onChange={(event) => setPlays(event.target.checked)} />
        Play the run of the first firing as well
      </label>
      <div>
        <Button look="primary" icon={<Zap size={16} aria-hidden />} busy={test.isPending} disabled={!may || isBlank || fault !== undefined} onClick={() => test.mutate()}>
          Try the trigger
        </Button>
      </div>
      {test.isError && <ProblemNote error={test.error} />}
      {test.data && <Tried result={test.data} />}
    </div>
  );
}

function Tried({ result }: { result: Data<"/v1/workflows/{id}/trigger/test", "post"> }) {
  const { firings, reason, isTruncated, nextBlock, readTo, simulation, cancels } = result;
  return (
    <div className="stack">
      <h3 role="status">{firings.length === 0 ? "It would start nothing" : firings.length === 1 ? "It would start one run" : `It would start ${firings.length.toLocaleString()} runs`}</h3>
      {reason && (
        <p>
          <Theirs>{reason}</Theirs>
        </p>
      )}
      {(cancels?.length ?? 0) > 0 && (
        <p>
          It would cancel runs under: <Theirs>{(cancels ?? []).join(", ")}</Theirs>
        </p>
      )}
      {isTruncated && <p className="small quiet">There would be more than what is told{nextBlock ? `: go on from block ${nextBlock}` : ""}.</p>}
      {readTo !== null && readTo !== undefined && <p className="small quiet">Read up to block {readTo}.</p>}
      <ol className="stack">
        {firings.map((firing, index) => (
          <li key={firing.id ?? index}>
            <details open={firings.length === 1}>
              <summary>
                {firing.at ? <Instant at={firing.at} form="full" /> : `Firing ${index + 1}`}
                {firing.block !== null && firing.block !== undefined && <span className="quiet"> · block {firing.block}</span>}
                {firing.correlationKey && (
                  <span className="quiet">
                    {" "}
                    · key <Theirs>{firing.correlationKey}</Theirs>
                  </span>
                )}
              </summary>
              <JsonTree value={firing.body as unknown as Json} label="what the run is told" />
            </details>
          </li>
        ))}
      </ol>
      {simulation && <SimulationShown result={simulation} />}
    </div>
  );
}
