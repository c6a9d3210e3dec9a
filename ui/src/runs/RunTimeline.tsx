import { useMemo } from "react";
import type { LedgerEvent, Run } from "../api/types";
import { Empty } from "../common/Empty";
import { StatusSign } from "../common/Status";
import { lasting, useNow } from "../common/time";
import { lanesOf, parentsOf, type Kind, type Lane } from "./facts";
import { isOver } from "./useRunLive";

const KINDS: Record<Kind, string> = {
  queue: "In the queue, ready to run",
  run: "Running",
  wait: "Waiting for somebody or something",
  retry: "Until the next attempt",
  delay: "Delay",
};
/** More lanes than these are a loop's; the rest is in the ledger. */
const SHOWN = 300;

type Props = { run: Run; events: LedgerEvent[]; selected: string | undefined; onSelect: (place: string) => void };

/** Where the time went: each node's attempts, waits and delays beside one another. */
export function RunTimeline({ run, events, selected, onSelect }: Props) {
  const now = useNow(isOver(run) ? undefined : 500);
  const lanes = useMemo(() => lanesOf(events, parentsOf(run.workflowDefinition)), [events, run.workflowDefinition]);
  if (lanes.length === 0) {
    return (
      <Empty title="No node has begun yet">
        <p>Each node gets a line here when it begins: when it ran, how often it was attempted, and for what it waited.</p>
      </Empty>
    );
  }
  const from = Math.min(...lanes.map((lane) => lane.stretches[0]?.from ?? Infinity), run.startedAt ? Date.parse(run.startedAt) : Infinity);
  const latest = Math.max(...lanes.flatMap((lane) => lane.stretches.map((stretch) => stretch.to ?? 0)));
  const to = isOver(run) ? Math.max(latest, from + 1) : Math.max(now, latest);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const sums = sumsOf(lanes, to);
  return (
    <div className="body stack">
      <ul className="row small legend" aria-label="Colours">
        {Object.entries(KINDS).map(([kind, label]) => (
          <li key={kind} className="row">
            <span className={`stretch-sample ${kind}`} aria-hidden />
            {label}
            {sums[kind as Kind] > 0 && <span className="quiet">{lasting(sums[kind as Kind])}</span>}
          </li>
        ))}
      </ul>
      <div className="timeline">
        <div className="lane-axis" aria-hidden>
          <span />
          <span className="axis">
            {ticks.map((tick) => (
              <span key={tick} className="small quiet">
                {lasting((to - from) * tick)}
              </span>
            ))}
          </span>
          <span />
        </div>
        {lanes.slice(0, SHOWN).map((lane) => (
          <LaneRow key={lane.place} lane={lane} from={from} to={to} isSelected={lane.place === selected} onSelect={onSelect} />
        ))}
      </div>
      {lanes.length > SHOWN && (
        <p className="quiet">The first {SHOWN} of {lanes.length.toLocaleString()} places. The ledger has all of them.</p>
      )}
    </div>
  );
}

/** How long all nodes together were in each of the states. */
function sumsOf(lanes: Lane[], to: number): Record<Kind, number> {
  const sums: Record<Kind, number> = { queue: 0, run: 0, wait: 0, retry: 0, delay: 0 };
  for (const { kind, from, to: end } of lanes.flatMap(({ stretches }) => stretches)) sums[kind] += Math.max(0, (end ?? to) - from);
  return sums;
}

type LaneProps = { lane: Lane; from: number; to: number; isSelected: boolean; onSelect: (place: string) => void };

function LaneRow({ lane, from, to, isSelected, onSelect }: LaneProps) {
  const width = to - from;
  const total = lane.stretches.reduce((sum, stretch) => sum + ((stretch.to ?? to) - stretch.from), 0);
  const last = lane.stretches.at(-1);
  const status = lane.outcome ?? (last?.kind === "run" || last?.kind === "queue" ? "running" : last?.kind === "wait" ? "waiting" : "scheduled");
  return (
    <button type="button" className={isSelected ? "lane selected" : "lane"} onClick={() => onSelect(lane.place)}>
      <span className="lane-name">
        <StatusSign of={status} size={14} />
        <bdi className="theirs">{lane.place}</bdi>
      </span>
      <span className="lane-track">
        {lane.stretches.map((stretch, index) => {
          const end = stretch.to ?? to;
          return (
            <span
              key={index}
              className={`stretch ${stretch.kind} ${stretch.ended ?? ""}`}
              title={`${KINDS[stretch.kind]}${stretch.kind === "run" ? `, attempt ${stretch.attempt}` : ""}: ${lasting(end - stretch.from)}`}
              style={{ insetInlineStart: `${((stretch.from - from) / width) * 100}%`, width: `${Math.max(0.3, ((end - stretch.from) / width) * 100)}%` }}
            />
          );
        })}
      </span>
      <span className="lane-took small">{lasting(total)}</span>
    </button>
  );
}
