import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Fact, FactLine } from "../common/Facts";
import { Instant } from "../common/Instant";
import { Id, Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useMay } from "../frame/whoami";
import { LimitsDialog, RefillDialog } from "./LimitsDialog";
import { TagsDialog } from "./TagsDialog";

/** What is known of a workflow in a few words, and what of it can be set. */
export function WorkflowFacts({ workflow }: { workflow: Workflow }) {
  const [open, setOpen] = useState<"limits" | "refill" | "tags">();
  const [mayPublish, mayWrite] = [useMay("workflows:publish"), useMay("workflows:write")];
  const isOpen = workflow.status !== "archived";
  const close = () => setOpen(undefined);
  const { remainRuns, maxRuns, cooldownMs, pauseAfterFailures } = workflow;
  const facts: [string, ReactNode][] = [
    ["Workflow", <Id key="id">{workflow.id}</Id>],
    ["Live version", workflow.liveVersion ?? "none"],
    ["Draft", workflow.hasDraft ? "differs from what is live" : "none"],
    ["Changed", <Instant key="changed" at={workflow.updatedAt} />],
    ["Last triggered", <Instant key="last" at={workflow.lastTriggeredAt} />],
    ["Runs left", maxRuns === null || maxRuns === undefined ? "any number" : `${(remainRuns ?? 0).toLocaleString()} of ${(maxRuns + workflow.refilledRuns).toLocaleString()}`],
    ["Pause between runs", cooldownMs ? lasting(cooldownMs) : "none"],
    ["Pauses after", pauseAfterFailures === 0 ? "never by itself" : pauseAfterFailures === 1 ? "one failure" : `${pauseAfterFailures} failures in a row`],
  ];
  return (
    <FactLine>
      {facts.map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
      <Fact name="Tags" look="row">
        {workflow.tags.length === 0 && <span className="quiet">none</span>}
        {workflow.tags.map((tag) => (
          <Link key={tag} to="/workflows" search={{ tag }} className="chip">
            <Theirs>{tag}</Theirs>
          </Link>
        ))}
      </Fact>
      {isOpen && (mayPublish || mayWrite) && (
        <div className="fact-orders">
          <dt className="visually-hidden">What can be set</dt>
          <dd className="row">
            {mayPublish && <Button onClick={() => setOpen("limits")}>Limits…</Button>}
            {mayPublish && maxRuns !== null && maxRuns !== undefined && <Button onClick={() => setOpen("refill")}>Add runs…</Button>}
            {mayWrite && <Button onClick={() => setOpen("tags")}>Tags…</Button>}
          </dd>
        </div>
      )}
      {open === "limits" && <LimitsDialog workflow={workflow} onClose={close} />}
      {open === "refill" && <RefillDialog workflow={workflow} onClose={close} />}
      {open === "tags" && <TagsDialog workflow={workflow} onClose={close} />}
    </FactLine>
  );
}
