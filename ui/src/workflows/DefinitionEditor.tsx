import { Link } from "@tanstack/react-router";
import type { Workflow } from "../api/types";
import type { Detail } from "../api/problem";
import { CodeField, type CodeFieldProps } from "../common/CodeField";
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
export function DefinitionText({ draft, problems, words }: { draft: Draft; problems?: Detail[]; words?: CodeFieldProps["words"] }) {
  const may = useMay("workflows:write");
  return (
    <Field label="Definition" faults={draft.fault ? [draft.fault] : []}>
      {(control) => <CodeField control={control} label="Definition" language="json" isDocument isReadOnly={!may} value={draft.text} onChange={draft.type} {...(problems && { problems })} words={words} />}
    </Field>
  );
}
