import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Rocket } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { ProblemNote } from "../common/ProblemNote";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { StageSign } from "./StageSign";
import { STAGES, type Stage } from "./stageSearch";
import { hindranceOf, standingOf, TITLES, type Stages } from "./stages";

/** Makes the draft live, after all that was looked at. */
export function PublishStage({ workflow, stages, onGo }: { workflow: Workflow; stages: Stages; onGo: (stage: Stage) => void }) {
  const may = useMay("workflows:publish");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const review = stages.review.data;
  const isReviewed = review !== undefined && review.status !== "none";
  const hindrance = hindranceOf(workflow, stages);
  const publish = useOrder(
    async () => {
      const path = { id: workflow.id };
      let expectedVersion = workflow.version;
      if (isReviewed && note.trim() !== "") {
        const said = await api.post("/v1/workflows/{id}/review/comments", { params: { path }, body: { text: note.trim() } });
        // The comment is a change of the record; it must be the only one.
        if (said.draftHash !== review.draftHash) throw new Error("The draft was changed meanwhile. Look at it again before it goes live.");
        expectedVersion = (await api.get("/v1/workflows/{id}", { params: { path } })).version;
      }
      return api.post("/v1/workflows/{id}/publish", { params: { path }, body: { expectedVersion } });
    },
    "The draft is live",
    (published) => {
      queries.setQueryData(["workflow", workflow.id], published as unknown as Workflow);
      void navigate({ to: "/workflows/$workflowId", params: { workflowId: workflow.id } });
    },
  );
  return (
    <div className="stack">
      <p>The draft becomes the live version, which never changes again. Triggers start runs of it from now on; runs that have begun go on with theirs.</p>
      <ul className="stack">
        {STAGES.filter((stage) => stage !== "publish").map((stage) => (
          <li key={stage} className="row">
            <StageSign standing={standingOf(stage, workflow, stages)} />
            <button type="button" className="button plain node-link" onClick={() => onGo(stage)}>
              {TITLES[stage]}
            </button>
          </li>
        ))}
      </ul>
      {isReviewed && (
        <Field label="A note to this publication" hint="It is kept as the last comment of the review, with your name.">
          {(control) => <textarea {...control} className="input" rows={2} maxLength={4_000} value={note} onChange={(event) => setNote(event.target.value)} />}
        </Field>
      )}
      {hindrance && (
        <p className="note bad" role="status">
          <span className="grow">{hindrance.why}</span>
          <Button onClick={() => onGo(hindrance.stage)}>To “{TITLES[hindrance.stage]}”</Button>
        </p>
      )}
      {!may && <p className="note">To publish you need the permission workflows:publish.</p>}
      {publish.isError && <ProblemNote error={publish.error} />}
      <div>
        <Button look="primary" icon={<Rocket size={16} aria-hidden />} busy={publish.isPending} disabled={!may || hindrance !== undefined} onClick={() => publish.mutate(undefined)}>
          Publish
        </Button>
      </div>
    </div>
  );
}
