import { Link } from "@tanstack/react-router";
import type { Workflow } from "../api/types";
import { Field } from "../common/Field";
import { useMay } from "../frame/whoami";
import { DraftNotes, SavedSign } from "./DraftState";
import { useDraft, type Draft } from "./useDraft";

/** The draft as text, on the page of the workflow. */
export function DefinitionEditor({ workflow }: { workflow: Workflow }) {
  const draft = useDraft(workflow);
  return (
    <div className="body stack">
      <div className="row spread">
        <SavedSign draft={draft} />
        <Link to="/workflows/$workflowId/edit" params={{ workflowId: workflow.id }} className="button">
          Edit as a graph
        </Link>
      </div>
      <DraftNotes draft={draft} />
      <DefinitionText draft={draft} />
    </div>
  );
}

/** The draft as text. */
export function DefinitionText({ draft }: { draft: Draft }) {
  const may = useMay("workflows:write");
  return (
    <Field label="Definition" faults={draft.fault ? [draft.fault] : []}>
      {(control) => <textarea {...control} className="input code definition" spellCheck={false} readOnly={!may} value={draft.text} onChange={(event) => draft.type(event.target.value)} />}
    </Field>
  );
}
