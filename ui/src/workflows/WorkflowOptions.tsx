import type { WorkflowSummary } from "../api/types";

/** Workflows to choose from, by their names. */
export function WorkflowOptions({ of }: { of: Pick<WorkflowSummary, "id" | "name">[] }) {
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name.slice(0, 80)}
    </option>
  ));
}
