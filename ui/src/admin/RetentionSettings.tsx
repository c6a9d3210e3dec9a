import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Table } from "../common/Table";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { shortened } from "../money/units";

type Retention = Data<"/v1/retention">;

export function useRetention() {
  return useQuery({ queryKey: ["retention"], queryFn: () => api.get("/v1/retention") });
}

/** After how long runs are deleted, and which months have left the database. */
export function RetentionSettings() {
  const retention = useRetention();
  const may = useMay("retention:manage");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <div className="settings">
        <section className="setting" aria-label="How long runs are kept">
          <div className="stack">
            <h2>How long runs are kept</h2>
            <p className="quiet">Counted from the end of the month in which a run began. A shorter time counts after seven days, so that somebody may take it back.</p>
          </div>
          <div className="stack">
            {retention.isError && <ProblemNote error={retention.error} onRetry={() => void retention.refetch()} />}
            {retention.data && (
              <>
                <p>
                  <strong>{kept(retention.data.deleteAfterDays)}</strong>
                </p>
                {retention.data.waiting && (
                  <p className="note wait">
                    <span>
                      From <Instant at={retention.data.waiting.effectiveAt} form="full" /> on: {kept(retention.data.waiting.deleteAfterDays)}. {retention.data.waiting.by} settled it.
                    </span>
                  </p>
                )}
                {may && (
                  <div>
                    <Button onClick={() => setOpen(true)}>Change</Button>
                  </div>
                )}
              </>
            )}
          </div>
        </section>
      </div>
      <Segments />
      {isOpen && retention.data && <KeepDialog retention={retention.data} onClose={() => setOpen(false)} />}
    </>
  );
}

function kept(days: number | null | undefined): string {
  return days === null || days === undefined ? "For ever" : `${days.toLocaleString()} days, then deleted for good`;
}

function KeepDialog({ retention, onClose }: { retention: Retention; onClose: () => void }) {
  const [isForEver, setForEver] = useState(retention.deleteAfterDays === null || retention.deleteAfterDays === undefined);
  const [days, setDays] = useState(String(retention.deleteAfterDays ?? 2_555));
  const [typed, setTyped] = useState("");
  const set = useOrder(() => api.put("/v1/retention", { body: { deleteAfterDays: isForEver ? null : Number(days) } }), "It is settled", onClose);
  const fault = isForEver || (/^\d+$/.test(days) && Number(days) >= 365) ? [] : ["365 days or more."];
  return (
    <OrderDialog
      title="How long runs are kept"
      verb="Settle it"
      look={isForEver ? "primary" : "danger"}
      busy={set.isPending}
      error={set.error}
      disabled={fault.length > 0 || (!isForEver && typed.trim() !== "delete")}
      onOrder={() => set.mutate(undefined)}
      onClose={onClose}
    >
      <label className="row">
        <input type="radio" name="kept" checked={isForEver} onChange={() => setForEver(true)} />
        For ever
      </label>
      <label className="row">
        <input type="radio" name="kept" checked={!isForEver} onChange={() => setForEver(false)} />
        Deleted for good after so many days
      </label>
      {!isForEver && (
        <>
          <Field label="Days" faults={fault}>
            {(control) => <input {...control} className="input" inputMode="numeric" value={days} onChange={(event) => setDays(event.target.value)} />}
          </Field>
          <p>What is due is deleted by whole months, from the database and from files. Nothing brings it back; holds keep what they are about.</p>
          <Field label="Type “delete” to confirm">{(control) => <input {...control} className="input" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}</Field>
        </>
      )}
    </OrderDialog>
  );
}

const STATES: Record<string, string> = { written: "in the database", sealed: "in the database, sealed", detached: "in its file, with rows still there", moved: "in its file alone", deleted: "deleted, by order" };

function Segments() {
  const segments = useQuery({ queryKey: ["segments"], queryFn: async () => (await api.get("/v1/retention/segments")).items });
  return (
    <section aria-label="Months that have left">
      <h2 className="setting-head">Months that have left the database</h2>
      <Listing
        query={{ ...segments, items: segments.data ?? [] }}
        empty={
          <Empty title="All runs are in the database">
            <p>A month whose runs are long over can leave for files in which each event stays as it was and is proved as before. The operator says when (CHAINKEEL_RETENTION_SEAL_AFTER_DAYS).</p>
          </Empty>
        }
      >
        <Table heads={["Month", "Is", "Runs", "Events", "Size", "SHA-256", "Since"]}>
          {segments.data?.map((one) => (
            <tr key={one.segmentId}>
              <td>
                {one.month.replace("_", "-")} <span className="quiet">part {one.part}</span>
              </td>
              <td>{STATES[one.state] ?? one.state}</td>
              <td>{one.runs.toLocaleString()}</td>
              <td>{one.events.toLocaleString()}</td>
              <td>{(one.bytes / 1_048_576).toLocaleString(undefined, { maximumFractionDigits: 1 })} MiB</td>
              <td>
                <code title={one.sha256}>{shortened(one.sha256)}</code>
              </td>
              <td>
                <Instant at={one.changedAt} />
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
    </section>
  );
}
