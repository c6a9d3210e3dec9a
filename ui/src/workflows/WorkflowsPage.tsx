import "../runs/runs.css";
import "./workflows.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { FilePlus, Upload } from "lucide-react";
import { useState } from "react";
import { api, sinceWritten } from "../api/client";
import type { WorkflowSummary } from "../api/types";
import { Button } from "../common/Button";
import { Choices } from "../common/Choices";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { lookOf, Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { Wide } from "../common/Wide";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { ImportDialog } from "../imports/ImportDialog";
import { useDrop } from "../imports/useDrop";
import { NewDialog } from "./NewDialog";
import { WORKFLOW_STATUSES, type WorkflowFilter } from "./workflowView";

/** All workflows. */
export function WorkflowsPage() {
  const filter = useSearch({ from: "/workflows" });
  const navigate = useNavigate();
  const may = useMay("workflows:write");
  const [isNew, setNew] = useState(false);
  const [files, setFiles] = useState<File[]>();
  const isOver = useDrop(setFiles, may);
  const set = (name: keyof WorkflowFilter, value: string | undefined) => {
    const kept = Object.entries(filter).filter(([other]) => other !== name);
    void navigate({ to: "/workflows", search: Object.fromEntries(value ? [...kept, [name, value]] : kept), replace: true });
  };
  const workflows = usePages(["workflows", filter], (cursor) => {
    const minPosition = sinceWritten();
    return api.get("/v1/workflows", { params: { query: { ...filter, limit: 50, ...(cursor && { cursor }), ...(!cursor && minPosition && { minPosition }) } } });
  });
  return (
    <Page
      title="Workflows"
      actions={
        may && (
          <>
            <Button icon={<Upload size={16} aria-hidden />} onClick={() => setFiles([])}>
              Import
            </Button>
            <Button look="primary" icon={<FilePlus size={16} aria-hidden />} onClick={() => setNew(true)}>
              New workflow
            </Button>
          </>
        )
      }
    >
      <div className="row">
        <Choices label="Status" of={WORKFLOW_STATUSES.map((status) => [status, lookOf(status).label] as const)} chosen={filter.status} onChoose={(status) => set("status", filter.status === status ? undefined : status)} />
        <SearchBox value={filter.search ?? ""} onChange={(words) => set("search", words)} label="Search by name" />
        <SearchBox value={filter.tag ?? ""} onChange={(tag) => set("tag", tag)} label="Tag" />
      </div>
      {isOver && (
        <p className="note" role="status">
          Let go to import the files. What is wrong with them is shown before anything is made.
        </p>
      )}
      <section className={isOver ? "panel drop-here" : "panel"} aria-label="Workflows">
        <Listing query={workflows} empty={<NoWorkflows isNarrowed={Object.keys(filter).length > 0} />}>
          <WorkflowTable workflows={workflows.items} />
        </Listing>
      </section>
      {isNew && <NewDialog onClose={() => setNew(false)} />}
      {files && <ImportDialog files={files} onClose={() => setFiles(undefined)} />}
    </Page>
  );
}

function WorkflowTable({ workflows }: { workflows: WorkflowSummary[] }) {
  return (
    <Wide>
      <table className="table cards">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Name</th>
            <th scope="col">Live version</th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {workflows.map((workflow) => (
            <tr key={workflow.id}>
              <td>
                <Status of={workflow.status} />
              </td>
              <td>
                <Link to="/workflows/$workflowId" params={{ workflowId: workflow.id }}>
                  <Theirs clip>{workflow.name}</Theirs>
                </Link>
                <div className="small quiet">{workflow.description ? <Theirs clip>{workflow.description}</Theirs> : <Id>{workflow.id}</Id>}</div>
              </td>
              <td>
                {workflow.liveVersion ?? <span className="quiet">none</span>}
                {workflow.hasDraft && <span className="chip">draft</span>}
              </td>
              <td>
                <Instant at={workflow.updatedAt} form="relative" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function NoWorkflows({ isNarrowed }: { isNarrowed: boolean }) {
  if (isNarrowed) {
    return (
      <Empty title="No workflow fits">
        <p>Names are searched by their parts; tags are exact.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No workflow yet">
      <p>
        A workflow is a trigger and a graph of nodes behind it. Begin with an example or <Link to="/templates" search={{}}>a template</Link>, or drop a file here: what you import is a draft until you publish it.
      </p>
      <Command>chainkeel workflow apply examples/morning-check.json</Command>
    </Empty>
  );
}
