import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import type { Draft } from "./useDraft";

const WORDS = { saved: "Saved as a draft", changed: "Not saved yet", saving: "Saving…", conflict: "Not saved", refused: "Not saved" };

/** Whether the draft is saved. */
export function SavedSign({ draft }: { draft: Draft }) {
  return (
    <span className="small quiet" role="status">
      {WORDS[draft.saving.state]}
    </span>
  );
}

/** Why it is not saved, and what can be done: who is overtaken by somebody else chooses. */
export function DraftNotes({ draft }: { draft: Draft }) {
  const { saving } = draft;
  if (saving.state === "refused") return <ProblemNote error={saving.problem} onRetry={draft.retry} />;
  if (saving.state !== "conflict") return null;
  return (
    <div className="note wait" role="alert">
      <div className="stack">
        <h3>Somebody else changed this workflow meanwhile</h3>
        <p>Nothing of yours was saved, and nothing of theirs is lost. Look at theirs, or put yours in its place.</p>
        <div className="row">
          <Button onClick={() => void draft.takeTheirs()}>Take theirs</Button>
          <Button look="danger" onClick={() => void draft.overwrite()}>
            Save mine over it
          </Button>
        </div>
      </div>
    </div>
  );
}
