import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing, Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { ChainEndpoints } from "./ChainEndpoints";
import { TriggerPanel } from "./TriggerPanel";

type Watch = Data<"/v1/chain-watches">["items"][number];
const EVERY = 5_000;

/** Whether triggers see what happens: chains, schedules, webhooks, events. */
export function HealthPage() {
  return (
    <Page title="Triggers and chains" lead="Whether what starts runs is seen in time: how far each chain was read, when schedules fire, what webhooks brought, and how events queue.">
      <Watches />
      <EventQueue />
      <TriggerPanel />
      <ChainEndpoints />
    </Page>
  );
}

function Watches() {
  const may = useMay("installation:manage");
  const chains = useQuery({ queryKey: ["chains"], queryFn: async () => (await api.get("/v1/chains")).items, staleTime: 60_000 });
  const watches = useQuery({ queryKey: ["chain-watches"], queryFn: async () => (await api.get("/v1/chain-watches")).items, refetchInterval: EVERY });
  const [resuming, setResuming] = useState<Watch>();
  const nameOf = (chainId: number) => chains.data?.find((chain) => chain.chainId === chainId);
  const items = watches.data ?? [];
  return (
    <section className="panel" aria-label="Chains that are watched">
      <header>
        <h2>Chains that are watched</h2>
      </header>
      <Listing
        query={{ ...watches, items }}
        empty={
          <Empty title="No chain is watched">
            <p>A chain is watched as long as a live workflow has a trigger on it: a log, a transfer, a block. How far behind the chain’s head it is, and why it halted if it did, stands here.</p>
          </Empty>
        }
      >
        <Table heads={["Chain", "State", "Read up to", "Head", "Behind", "Still to be read", "Orphaned", "Moved"]} hasActions>
          {items.map((watch) => {
            const chain = nameOf(watch.chainId);
            return (
              <tr key={`${watch.chainId}/${watch.view}`}>
                <td>
                  <Theirs>{chain?.name ?? String(watch.chainId)}</Theirs>
                  <div className="small quiet">{watch.view}</div>
                </td>
                <td>
                  <Status of={watch.halted ? "halted" : "following"} />
                  {watch.halted && (
                    <div className="small tone-bad">
                      <Theirs clip>{watch.halted}</Theirs>
                    </div>
                  )}
                </td>
                <td className="number">{watch.cursor.toLocaleString()}</td>
                <td className="number">{watch.head.toLocaleString()}</td>
                <td className="number" title={chain ? `about ${lasting(watch.lag * chain.blockTimeMs)}` : undefined}>
                  {watch.lag.toLocaleString()} blocks
                </td>
                <td className="number">{watch.backfill.toLocaleString()}</td>
                <td className="number">{watch.orphaned.toLocaleString()}</td>
                <td>
                  <Instant at={watch.movedAt} form="relative" />
                </td>
                <td>{may && watch.halted && <Button onClick={() => setResuming(watch)}>Resume…</Button>}</td>
              </tr>
            );
          })}
        </Table>
      </Listing>
      {resuming && <ResumeDialog watch={resuming} onClose={() => setResuming(undefined)} />}
    </section>
  );
}

function ResumeDialog({ watch, onClose }: { watch: Watch; onClose: () => void }) {
  const [from, setFrom] = useState(String(watch.cursor + 1));
  const resume = useOrder(() => api.post("/v1/chain-watches/{chainId}/resume", { params: { path: { chainId: watch.chainId } }, body: { from: Number(from) } }), "The chain is followed again", onClose);
  const isBlock = /^\d+$/.test(from);
  return (
    <OrderDialog title="Follow the chain again" verb="Resume" busy={resume.isPending} error={resume.error} disabled={!isBlock} onOrder={() => resume.mutate(undefined)} onClose={onClose}>
      <p>It halted: {watch.halted && <Theirs>{watch.halted}</Theirs>}. The chain is taken as it is now, from the block that you name; what lay before it is not read again.</p>
      <Field label="From block" hint={`It was read up to ${watch.cursor.toLocaleString()}; the head is ${watch.head.toLocaleString()}.`} faults={isBlock ? [] : ["must be the number of a block"]}>
        {(control) => <input {...control} className="input" inputMode="numeric" value={from} onChange={(event) => setFrom(event.target.value.trim())} />}
      </Field>
    </OrderDialog>
  );
}

function EventQueue() {
  const queue = useQuery({ queryKey: ["event-queue"], queryFn: () => api.get("/v1/events/queue"), refetchInterval: EVERY });
  if (queue.isPending) return <Loading lines={2} />;
  if (queue.isError) return <ProblemNote error={queue.error} onRetry={() => void queue.refetch()} />;
  const { state, depth, maxDepth, highWatermark, processed, errors, averageMs } = queue.data;
  const percent = Math.min(100, Math.round((depth / Math.max(1, maxDepth)) * 100));
  return (
    <section className="panel" aria-label="Event queue">
      <header>
        <h2 className="grow">Event queue</h2>
        <Status of={state} />
      </header>
      <div className="body stack">
        <div className="bar" role="progressbar" aria-label="How full it is" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
          <span style={{ width: `${percent}%` }} />
        </div>
        <p className="small quiet">
          {depth.toLocaleString()} of {maxDepth.toLocaleString()} waiting; from {highWatermark.toLocaleString()} on publishers are slowed. {processed.toLocaleString()} delivered, {errors.toLocaleString()} failed, {averageMs.toLocaleString()} ms on average.
        </p>
      </div>
    </section>
  );
}
