import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import type { Projection } from "../api/types";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { RebuildDialog, ThrottleDialog } from "./ProjectionDialogs";
import { RebuildState } from "./RebuildState";

type Open = { kind: "rebuild" | "throttle"; view: Projection };

/** The views, how far behind the ledger each is, how far a rebuild has come, and orders about them. */
export function ProjectionsPage() {
  const may = useMay("installation:manage");
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const views = useQuery({ queryKey: ["projections"], queryFn: async () => (await api.get("/v1/projections")).items, refetchInterval: 2_000 });
  const items = views.data ?? [];
  return (
    <Page title="Projections" lead="Views built from the ledger. Each can be thrown away and built anew while the system runs; readers go on with the one before.">
      <section className="panel" aria-label="Projections">
        <Listing
          query={{ ...views, items }}
          empty={
            <Empty title="No view is built here">
              <p>A process with the role projector builds them.</p>
            </Empty>
          }
        >
          <Table heads={["View", "State", "How far", "Behind by", "Begun", "Live since"]} hasActions>
            {items.map((view) => (
              <View key={`${view.name}/${view.version}/${view.schema}`} view={view} may={may} onOpen={(kind) => setOpen({ kind, view })} />
            ))}
          </Table>
        </Listing>
      </section>
      <div className="stack">
        <p className="quiet">The same by the command line:</p>
        <Command>chainkeel projections rebuild run_history</Command>
      </div>
      {open?.kind === "rebuild" && <RebuildDialog view={open.view} onClose={close} />}
      {open?.kind === "throttle" && <ThrottleDialog view={open.view} onClose={close} />}
    </Page>
  );
}

type ViewProps = { view: Projection; may: boolean; onOpen: (kind: Open["kind"]) => void };

/** A share in percent, rounded down: rounding up would say that all is done while some is not. */
export function percentOf(position: number, target: number): number {
  if (position >= target) return 100;
  return target === 0 ? 100 : Math.min(99.9, Math.floor((position / target) * 1000) / 10);
}

function View({ view, may, onOpen }: ViewProps) {
  const head = view.position + view.lag;
  const percent = percentOf(view.position, head);
  const path = { params: { path: { name: view.name } } };
  const rest = useOrder(
    () => (view.isPaused ? api.post("/v1/projections/{name}/resume", path) : api.post("/v1/projections/{name}/pause", path)),
    view.isPaused ? "The view goes on" : "The view rests; readers see it as it is",
  );
  const isRebuilt = view.rebuild && !view.rebuild.finishedAt;
  return (
    <>
      <tr>
        <td>
          <Theirs>{view.name}</Theirs> <span className="small quiet">v{view.version}</span>
        </td>
        <td>
          <Status of={view.state} />
          {view.isPaused && (
            <div>
              <Status of="paused" />
            </div>
          )}
        </td>
        <td className="progress">
          <div className="bar" role="progressbar" aria-label={`${view.name}, version ${view.version}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
            <span style={{ width: `${percent}%` }} />
          </div>
          <span className="small quiet">
            {percent} % · position {view.position.toLocaleString()} of {head.toLocaleString()}
            {view.perSecond !== null && view.perSecond !== undefined && ` · at most ${view.perSecond.toLocaleString()} events a second`}
          </span>
        </td>
        <td className="number">{view.lag.toLocaleString()}</td>
        <td>
          <Instant at={view.createdAt} />
        </td>
        <td>
          <Instant at={view.wentLiveAt} />
        </td>
        <td>
          {may && view.state !== "retired" && (
            <span className="row nowrap">
              <Button disabled={Boolean(isRebuilt)} onClick={() => onOpen("rebuild")}>
                Rebuild…
              </Button>
              <Button aria-label={`${view.isPaused ? "Let go on" : "Pause"} ${view.name}`} title={view.isPaused ? "Let it go on" : "Let it rest"} busy={rest.isPending} icon={view.isPaused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />} onClick={() => rest.mutate(undefined)} />
              <Button onClick={() => onOpen("throttle")}>Bound…</Button>
            </span>
          )}
        </td>
      </tr>
      {view.rebuild && (
        <tr>
          <td colSpan={7}>
            <RebuildState of={view.rebuild} />
          </td>
        </tr>
      )}
      {(view.parkedReason || rest.isError) && (
        <tr>
          <td colSpan={7}>
            {view.parkedReason && (
              <span className="tone-bad">
                Parked at {view.parkedPosition?.toLocaleString()}: <Theirs>{view.parkedReason}</Theirs>
              </span>
            )}
            {rest.isError && <ProblemNote error={rest.error} />}
          </td>
        </tr>
      )}
    </>
  );
}
