import { ListFilter, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../common/Button";
import { Choices } from "../common/Choices";
import { SearchBox } from "../common/SearchBox";
import { lookOf, Status } from "../common/Status";
import { toInstant, toLocal } from "../common/time";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";
import { isNarrowed, NODE_STATUSES, RUN_STATUSES, type RunFilter } from "./runFilter";

const HOUR = 3_600_000;
const SINCE: [label: string, ms: number][] = [
  ["Last hour", HOUR],
  ["Last 24 hours", 24 * HOUR],
  ["Last 7 days", 7 * 24 * HOUR],
  ["Last 30 days", 30 * 24 * HOUR],
];

type Props = { filter: RunFilter; onChange: (next: RunFilter) => void };

export function RunFilters({ filter, onChange }: Props) {
  const { list } = useWorkflowNames();
  const [isMore, setMore] = useState(Boolean(filter.nodeStatus ?? filter.from ?? filter.to));
  const set = (name: keyof RunFilter, value: string | undefined) => {
    const kept = Object.entries(filter).filter(([other]) => other !== name);
    onChange(Object.fromEntries(value ? [...kept, [name, value]] : kept));
  };
  return (
    <div className="stack filters">
      <div className="row">
        <Choices label="Status" of={RUN_STATUSES.map((status) => [status, <Status key={status} of={status} pill={false} />] as const)} chosen={filter.status} onChoose={(status) => set("status", filter.status === status ? undefined : status)} />
        <SearchBox value={filter.search ?? ""} onChange={(words) => set("search", words)} label="Search by id, failure or node" hint="Id, failure or node" />
        <select className="input choose" aria-label="Workflow" value={filter.workflowId ?? ""} onChange={(event) => set("workflowId", event.target.value)}>
          <option value="">Every workflow</option>
          {filter.workflowId && !list.some(({ id }) => id === filter.workflowId) && <option value={filter.workflowId}>{filter.workflowId}</option>}
          <WorkflowOptions of={list} />
        </select>
        <Button look="plain" aria-expanded={isMore} icon={<ListFilter size={16} aria-hidden />} onClick={() => setMore(!isMore)}>
          More
        </Button>
        {isNarrowed(filter) && (
          <Button look="plain" icon={<X size={16} aria-hidden />} onClick={() => onChange({})}>
            Clear
          </Button>
        )}
      </div>
      {isMore && (
        <div className="row">
          <label className="row">
            A node is
            <select className="input choose" value={filter.nodeStatus ?? ""} onChange={(event) => set("nodeStatus", event.target.value)}>
              <option value="">in any state</option>
              {NODE_STATUSES.map((status) => (
                <option key={status} value={status}>
                  {lookOf(status).label.toLowerCase()}
                </option>
              ))}
            </select>
          </label>
          <label className="row">
            Began after
            <input className="input choose" type="datetime-local" value={toLocal(filter.from)} onChange={(event) => set("from", toInstant(event.target.value))} />
          </label>
          <label className="row">
            and before
            <input className="input choose" type="datetime-local" value={toLocal(filter.to)} onChange={(event) => set("to", toInstant(event.target.value))} />
          </label>
          {SINCE.map(([label, ms]) => (
            <Button key={label} look="plain" onClick={() => set("from", new Date(Date.now() - ms).toISOString())}>
              {label}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
