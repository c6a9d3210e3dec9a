import { X } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";

const MOST = 20;

/** Why a text can be no tag, or nothing. */
function tagFault(text: string, tags: string[]): string | undefined {
  if (!/^[a-z0-9\-_.:/]{1,50}$/.test(text)) return "A tag is 1 to 50 lower-case letters, digits, -, _, ., : or /";
  if (tags.includes(text)) return "It has this tag already";
  return tags.length >= MOST ? `There can be ${MOST} at most` : undefined;
}

/** What a workflow is found by. */
export function TagsDialog({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const [tags, setTags] = useState(workflow.tags);
  const [text, setText] = useState("");
  const word = text.trim();
  const fault = word === "" ? undefined : tagFault(word, tags);
  const set = useOrder((all: string[]) => api.put("/v1/workflows/{id}/tags", { params: { path: { id: workflow.id } }, body: { tags: all, expectedVersion: workflow.version } }), "The tags are set", onClose);
  const add = () => {
    if (word === "" || fault !== undefined) return;
    setTags([...tags, word]);
    setText("");
  };
  return (
    <OrderDialog title="Tags" verb="Set the tags" busy={set.isPending} error={set.error} disabled={fault !== undefined} onOrder={() => set.mutate(word === "" ? tags : [...tags, word])} onClose={onClose}>
      <ul className="row" aria-label="The tags">
        {tags.map((tag) => (
          <li key={tag} className="chip">
            <Theirs>{tag}</Theirs>
            <button type="button" className="chip-out" aria-label={`Take ${tag} off`} onClick={() => setTags(tags.filter((other) => other !== tag))}>
              <X size={12} aria-hidden />
            </button>
          </li>
        ))}
        {tags.length === 0 && <li className="quiet">None yet. Workflows are found by their tags in the list and in the search.</li>}
      </ul>
      <Field label="Another tag" faults={fault ? [fault] : []}>
        {(control) => (
          <input
            {...control}
            className="input"
            value={text}
            placeholder="finance"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || word === "") return;
              event.preventDefault();
              add();
            }}
          />
        )}
      </Field>
      <div>
        <Button disabled={word === "" || fault !== undefined} onClick={add}>
          Add it
        </Button>
      </div>
    </OrderDialog>
  );
}
