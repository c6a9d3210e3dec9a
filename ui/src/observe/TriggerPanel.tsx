import "../trigger/trigger.css";
import { useState } from "react";
import { Deliveries } from "../trigger/Deliveries";
import { Schedule } from "../trigger/Schedule";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { WorkflowOptions } from "../workflows/WorkflowOptions";

/** A workflow's trigger: when its schedule fires, and what its webhook brought. */
export function TriggerPanel() {
  const { list } = useWorkflowNames();
  const [chosen, setChosen] = useState("");
  const live = list.filter((workflow) => workflow.hasLiveVersion);
  const workflow = live.find(({ id }) => id === chosen) ?? live[0];
  return (
    <section className="panel" aria-label="A workflow’s trigger">
      <header>
        <h2 className="grow">A workflow’s trigger</h2>
        <select className="input choose" aria-label="Workflow" value={workflow?.id ?? ""} onChange={(event) => setChosen(event.target.value)}>
          {live.length === 0 && <option value="">No workflow is live</option>}
          <WorkflowOptions of={live} />
        </select>
      </header>
      {workflow === undefined ? (
        <p className="body quiet">Publish a workflow, and its schedule and its deliveries stand here.</p>
      ) : (
        <div key={workflow.id} className="two-columns body">
          <section className="stack">
            <h3>Schedule</h3>
            <Schedule workflow={workflow} />
          </section>
          <section className="stack">
            <h3>What its webhook brought</h3>
            <Deliveries workflow={workflow} />
          </section>
        </div>
      )}
    </section>
  );
}
