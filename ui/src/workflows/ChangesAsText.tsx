import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api } from "../api/client";
import { isObject, parseJson, writeJson, type Json } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";

const TextDiff = lazy(() => import("../code/TextDiff"));

/** The draft against what is live, line by line. */
export function ChangesAsText({ workflow, text }: { workflow: Pick<Workflow, "id" | "hasDraft" | "liveVersion">; text: string }) {
  const [isOpen, setOpen] = useState(false);
  const { id, hasDraft, liveVersion } = workflow;
  const live = useQuery({
    queryKey: ["version", id, liveVersion],
    queryFn: () => api.get("/v1/workflows/{id}/versions/{versionNumber}", { params: { path: { id, versionNumber: liveVersion ?? 0 } } }),
    enabled: isOpen && typeof liveVersion === "number",
    staleTime: Infinity,
  });
  if (!hasDraft || typeof liveVersion !== "number") return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As text, line by line</summary>
      {isOpen && live.isError && <ProblemNote error={live.error} />}
      {isOpen && live.isPending && <Loading lines={3} />}
      {isOpen && live.data && (
        <Suspense fallback={<Loading lines={3} />}>
          <TextDiff label="The draft against what is live" before={inOrder(live.data.definition)} after={inOrder(text)} />
        </Suspense>
      )}
    </details>
  );
}

/** A definition as text with its fields in the order of their names: a server keeps no other. */
export function inOrder(definition: unknown): string {
  let value = definition as Json;
  if (typeof definition === "string") {
    try {
      value = parseJson(definition);
    } catch {
      return definition;
    }
  }
  return writeJson(sorted(value), 2);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, part]) => [name, sorted(part)]));
}
