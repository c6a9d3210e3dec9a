import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ShieldPlus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { DefineDialog } from "./DefineDialog";
import { SimulateDialog } from "./SimulateDialog";
import type { Policy } from "./types";
import { stretch } from "./units";

type Open = "define" | "ask" | "delay" | undefined;

/** What keys may sign. */
export function PoliciesPage() {
  const may = useMay("policies:manage");
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const policies = useQuery({ queryKey: ["policies"], queryFn: () => api.get("/v1/policies"), refetchInterval: 15_000 });
  return (
    <Page
      title="Policies"
      lead="What keys may sign. What no rule allows is denied, and a rule that denies wins."
      actions={
        <>
          <Button onClick={() => setOpen("ask")}>Ask the policies</Button>
          {may && (
            <Button look="primary" icon={<ShieldPlus size={16} aria-hidden />} onClick={() => setOpen("define")}>
              New policy
            </Button>
          )}
        </>
      }
    >
      {policies.data && (
        <div className="note row spread">
          <span>
            {policies.data.delaySeconds > 0
              ? `A change that lets more through than before waits ${stretch(policies.data.delaySeconds)}, so that somebody may withdraw it.`
              : "Changes that let more through than before count at once. Let them wait, so that somebody may withdraw them."}
          </span>
          {may && <Button onClick={() => setOpen("delay")}>Change</Button>}
        </div>
      )}
      <section className="panel" aria-label="Policies">
        <Listing
          query={{ ...policies, items: policies.data?.items ?? [] }}
          empty={
            <Empty title="No policy: nothing is signed">
              <p>A policy says which transactions and documents a wallet’s key may sign: by receiver, token, amount, time, with limits and with people who approve. Without one every transaction is denied.</p>
              {may && <Button onClick={() => setOpen("define")}>Write one</Button>}
              <Command>chainkeel policy apply suppliers examples/policies/suppliers.json</Command>
            </Empty>
          }
        >
          <Table heads={["Policy", "Mode", "Says", "Version", "Since", "Waits"]}>
            {policies.data?.items.map((policy) => (
              <PolicyRow key={policy.name} policy={policy} />
            ))}
          </Table>
        </Listing>
      </section>
      {open === "define" && <DefineDialog onClose={close} />}
      {open === "ask" && <SimulateDialog onClose={close} />}
      {open === "delay" && <DelayDialog seconds={policies.data?.delaySeconds ?? 0} onClose={close} />}
    </Page>
  );
}

const count = (list: unknown, word: string) => (Array.isArray(list) && list.length > 0 ? `${list.length} ${word}${list.length === 1 ? "" : "s"}` : "");

function PolicyRow({ policy }: { policy: Policy }) {
  const document = asObject(policy.current?.document);
  const parts = [count(document["rules"], "rule"), count(document["limits"], "limit"), count(document["approvals"], "approval")].filter(Boolean).join(", ");
  return (
    <tr>
      <td>
        <Link to="/policies/$name" params={{ name: policy.name }}>
          <Theirs>{policy.name}</Theirs>
        </Link>
        {typeof document["description"] === "string" && (
          <div className="small quiet">
            <Theirs clip>{document["description"]}</Theirs>
          </div>
        )}
      </td>
      <td>{policy.current ? <Status of={policy.current.mode} /> : <span className="quiet">not yet</span>}</td>
      <td>{parts || "–"}</td>
      <td>{policy.current?.version ?? "–"}</td>
      <td>
        <Instant at={policy.current?.at} />
      </td>
      <td>
        {policy.waiting ? (
          <span className="tone-wait">
            a change counts from <Instant at={policy.waiting.countsFrom} />
          </span>
        ) : (
          <span className="quiet">nothing</span>
        )}
      </td>
    </tr>
  );
}

const DELAYS = [0, 3_600, 4 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400];

function DelayDialog({ seconds, onClose }: { seconds: number; onClose: () => void }) {
  const [wanted, setWanted] = useState(seconds);
  const set = useOrder(() => api.post("/v1/policies/delay", { body: { seconds: wanted } }), "It is settled", onClose);
  return (
    <OrderDialog title="How long changes wait" verb="Settle it" busy={set.isPending} error={set.error} onOrder={() => set.mutate(undefined)} onClose={onClose}>
      <p>What lets more through than before waits so long: new or wider rules that allow, fewer that deny, higher limits, watching only, removal. A shorter wait waits itself.</p>
      <Field label="They wait">
        {(control) => (
          <select {...control} className="input" value={wanted} onChange={(event) => setWanted(Number(event.target.value))}>
            {[...new Set([...DELAYS, seconds])].sort((a, b) => a - b).map((one) => (
              <option key={one} value={one}>
                {one === 0 ? "not at all" : stretch(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}
