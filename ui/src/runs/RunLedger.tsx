import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { LedgerEvent, Run } from "../api/types";
import type { StreamState } from "../api/useStream";
import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import { StatusSign } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { inUtc, inZone, lasting } from "../common/time";
import { EventPanel } from "./EventPanel";
import { nodeOf, placeOf, remarkOf, signOf, titleOf } from "./facts";

type Props = { run: Run; events: LedgerEvent[]; state: StreamState; node: string | undefined; onSelect: (place: string | undefined) => void; event: number | undefined; onEvent: (sequence: number | undefined) => void };

/** The ledger of a run, event by event, as it was written. */
export function RunLedger({ run, events, state, node, onSelect, event: opened, onEvent: setOpened }: Props) {
  const list = node === undefined ? events : events.filter((event) => fits(placeOf(event), node));
  const event = events.find(({ sequence }) => sequence === opened);
  return (
    <div className="ledger">
      <header className="row spread">
        <h2>Ledger</h2>
        <span className="small quiet">
          {node === undefined ? `${events.length.toLocaleString()} events` : `${list.length} of ${events.length.toLocaleString()}`}
        </span>
        {node !== undefined && (
          <Button look="plain" onClick={() => onSelect(undefined)}>
            Show all
          </Button>
        )}
      </header>
      {state.connection === "refused" && <ProblemNote error={state.problem} />}
      {event ? (
        <EventPanel runId={run.id} event={event} onBack={() => setOpened(undefined)} onStep={(by) => setOpened(clamp(event.sequence + by, events.length))} />
      ) : (
        <EventList events={list} began={Date.parse(events[0]?.recordedAt ?? "")} isFollowing={state.connection === "live" && node === undefined} onOpen={setOpened} />
      )}
    </div>
  );
}

function clamp(sequence: number, last: number): number {
  return Math.min(Math.max(sequence, 1), last);
}

function fits(place: string | undefined, node: string): boolean {
  return place === node || (place !== undefined && !node.includes(".") && nodeOf(place) === node);
}

type ListProps = { events: LedgerEvent[]; began: number; isFollowing: boolean; onOpen: (sequence: number) => void };

function EventList({ events, began, isFollowing, onOpen }: ListProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => scroll.current, estimateSize: () => 48, overscan: 12 });
  useEffect(() => {
    // Whoever reads the end is kept at the end; whoever reads further up is left alone.
    if (isFollowing && isAtEnd.current && events.length > 0) rows.scrollToIndex(events.length - 1);
  }, [events.length, isFollowing, rows]);
  const noteEnd = () => {
    const box = scroll.current;
    if (box) isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  };
  return (
    <div className="ledger-scroll" ref={scroll} onScroll={noteEnd}>
      <ol style={{ height: `${rows.getTotalSize()}px` }}>
        {rows.getVirtualItems().map((row) => {
          const event = events[row.index];
          return (
            event && (
              <li key={event.sequence} ref={rows.measureElement} data-index={row.index} style={{ transform: `translateY(${row.start}px)` }}>
                <EventRow event={event} began={began} onOpen={onOpen} />
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
}

function EventRow({ event, began, onOpen }: { event: LedgerEvent; began: number; onOpen: (sequence: number) => void }) {
  const place = placeOf(event);
  const remark = remarkOf(event);
  return (
    <button type="button" className="event" onClick={() => onOpen(event.sequence)}>
      <span className="small quiet event-number">{event.sequence}</span>
      <StatusSign of={signOf(event)} size={15} />
      <span className="event-text">
        <span>
          {titleOf(event)}
          {place !== undefined && (
            <>
              {" "}
              <code className="theirs">{place}</code>
            </>
          )}
        </span>
        {remark && (
          <span className="small quiet">
            <Theirs clip>{remark}</Theirs>
          </span>
        )}
      </span>
      <span className="small quiet event-time">
        <time dateTime={event.recordedAt} title={`${inZone(event.recordedAt)} · ${inUtc(event.recordedAt)}`}>
          +{lasting(Math.max(0, Date.parse(event.recordedAt) - began))}
        </time>
      </span>
    </button>
  );
}
