import { CircleCheck, CircleDashed, CircleX, LoaderCircle, TriangleAlert } from "lucide-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Data } from "../api/client";
import { asObject } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { useChanges } from "../workflows/Changes";
import { useDraftProblems } from "../workflows/Problems";
import type { Stage } from "./stageSearch";

export const TITLES: Record<Stage, string> = { problems: "Problems", changes: "Draft against live", readiness: "Readiness", "what-if": "What if", review: "Review", publish: "Publish" };

/** Where a stage stands: nothing is in the way, it should be looked at, or it keeps the draft from going live. */
export type Standing = { word: string; mark: "good" | "look" | "stop" | "open" | "busy" };
export const MARKS = { good: { icon: CircleCheck, tone: "good" }, look: { icon: TriangleAlert, tone: "wait" }, stop: { icon: CircleX, tone: "bad" }, open: { icon: CircleDashed, tone: "still" }, busy: { icon: LoaderCircle, tone: "busy" } } as const;

export type WhatIf = Data<"/v1/workflows/{id}/what-if", "post">;
export type Readiness = Data<"/v1/workflows/{id}/readiness">;
export type DraftReview = Data<"/v1/workflows/{id}/review">;

/** So many of the last runs are played again. */
export const RUNS = 20;

/** All that is known of a draft before it goes live, read at once. */
export function useStages(workflow: Workflow, runs: number) {
  const { id, version } = workflow;
  const path = { path: { id } };
  const queries = useQueryClient();
  /** As it is now: an order may have published it since this was drawn, and then there is no draft to ask for. */
  const isDraft = () => (queries.getQueryData<Workflow>(["workflow", id]) ?? workflow).hasDraft;
  const problems = useDraftProblems(workflow);
  const changes = useChanges(workflow, "live", "draft", workflow.hasLiveVersion && workflow.hasDraft);
  const readiness = useQuery({ queryKey: ["readiness", id, version], queryFn: () => api.get("/v1/workflows/{id}/readiness", { params: { ...path, query: { edition: "draft" } } }), enabled: isDraft });
  const whatIf = useQuery({
    queryKey: ["what-if", id, version, runs],
    queryFn: () => api.post("/v1/workflows/{id}/what-if", { params: path, body: { runs } }),
    // A draft with problems cannot be played.
    enabled: () => workflow.hasLiveVersion && problems.data?.valid === true && isDraft(),
    staleTime: 60_000,
  });
  const review = useQuery({ queryKey: ["review", id, version], queryFn: () => api.get("/v1/workflows/{id}/review", { params: path }) });
  return { problems, changes, readiness, whatIf, review };
}
export type Stages = ReturnType<typeof useStages>;

export function standingOf(stage: Stage, workflow: Workflow, stages: Stages): Standing {
  const { problems, changes, readiness, whatIf, review } = stages;
  const busy: Standing = { word: "Looking…", mark: "busy" };
  const unknown: Standing = { word: "Could not be read", mark: "look" };
  switch (stage) {
    case "problems": {
      if (!problems.data) return problems.isError ? unknown : busy;
      const { length } = problems.data.problems;
      return problems.data.valid ? { word: "None", mark: "good" } : { word: length === 1 ? "One" : String(length), mark: "stop" };
    }
    case "changes":
      if (!workflow.hasLiveVersion) return { word: "All of it is new", mark: "good" };
      if (!changes.data) return changes.isError ? unknown : busy;
      return { word: changes.data.same ? "Nothing changed" : counted(asObject(changes.data.diff)["nodes"]), mark: changes.data.same ? "look" : "good" };
    case "readiness": {
      if (!readiness.data) return readiness.isError ? unknown : busy;
      const { fail, pass } = readiness.data.summary;
      return fail > 0 ? { word: fail === 1 ? "One does not hold" : `${fail} do not hold`, mark: "look" } : { word: `${pass} hold`, mark: "good" };
    }
    case "what-if": {
      if (!workflow.hasLiveVersion) return { word: "Nothing ran yet", mark: "open" };
      if (problems.data?.valid === false) return { word: "After the problems", mark: "open" };
      if (!whatIf.data) return whatIf.isError ? unknown : busy;
      const other = whatIf.data.runs.filter(({ verdict }) => verdict !== "same").length;
      if (whatIf.data.runs.length === 0) return { word: "Nothing ran yet", mark: "open" };
      return other > 0 ? { word: other === 1 ? "One run differs" : `${other} runs differ`, mark: "look" } : { word: "All the same", mark: "good" };
    }
    case "review":
      if (!review.data) return review.isError ? unknown : busy;
      return reviewStanding(review.data);
    case "publish": {
      const reason = hindranceOf(workflow, stages);
      return reason === undefined ? { word: "It can go live", mark: "good" } : { word: "Not yet", mark: "stop" };
    }
  }
}

function reviewStanding({ required, status }: DraftReview): Standing {
  if (status === "approved") return { word: "Approved", mark: "good" };
  if (status === "rejected") return { word: "Rejected", mark: required ? "stop" : "look" };
  if (status === "requested") return { word: "Asked for", mark: required ? "stop" : "look" };
  return required ? { word: "Wanted", mark: "stop" } : { word: "Not needed", mark: "open" };
}

function counted(nodes: unknown): string {
  const length = Array.isArray(nodes) ? nodes.length : 0;
  if (length === 0) return "Links or settings";
  return length === 1 ? "One node" : `${length} nodes`;
}

/** Why the draft cannot go live, as far as it is known, with the stage that has the cure. */
export function hindranceOf(workflow: Workflow, { problems, review }: Stages): { why: string; stage: Stage } | undefined {
  if (!workflow.hasDraft) return { why: "There is no draft: what is live is all there is.", stage: "changes" };
  if (problems.data?.valid === false) return { why: "The draft has problems.", stage: "problems" };
  if (review.data?.required && review.data.status !== "approved") return { why: "The organization wants drafts approved by somebody who neither edited the draft last nor asked for the review.", stage: "review" };
  return undefined;
}
