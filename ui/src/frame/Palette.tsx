import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { api } from "../api/client";
import { Dialog } from "../common/Dialog";
import { Finder, type Found } from "../common/Finder";
import { PLACES } from "./navigation";
import { useWhoami } from "./whoami";

type Goal = Found & { to: string; search?: Record<string, string> };

/** Goes anywhere by a few letters: pages, workflows, nodes, failures and runs. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim());
  const navigate = useNavigate();
  const goals = useGoals(wanted);
  const go = (goal: Goal) => {
    onClose();
    void navigate({ to: goal.to, ...(goal.search && { search: goal.search }) });
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <Finder
        label="Where to"
        placeholder="A page, a workflow, a run’s id, a failure…"
        words={words}
        onWords={setWords}
        items={goals}
        onChoose={go}
        empty="Nothing fits. Whole words and ids are found."
      />
    </Dialog>
  );
}

function useGoals(words: string): Goal[] {
  const { data: who } = useWhoami();
  const { data } = useQuery({
    queryKey: ["search", words],
    queryFn: () => api.get("/v1/search", { params: { query: { q: words, limit: 10 } } }),
    enabled: words.length > 1,
  });
  const places = PLACES.flatMap(([, list]) => list)
    .filter((place) => !place.permission || !who || who.permissions.includes(place.permission))
    .filter((place) => place.label.toLowerCase().includes(words.toLowerCase()))
    .map((place) => ({ key: place.to, kind: "page", label: place.label, to: place.to }));
  const id = /^(run|wf|task)_[0-9a-z]+$/.exec(words);
  const rooms: Record<string, string> = { run: "runs", wf: "workflows", task: "tasks" };
  const direct = id?.[1] ? [{ key: words, kind: id[1], label: words, to: `/${rooms[id[1]]}/${words}` }] : [];
  const found = (data?.items ?? []).map((item, index) => ({
    key: `${index}:${item.id}`,
    kind: item.kind,
    label: item.title,
    ...(item.text && { note: item.text }),
    to: item.id.startsWith("run_") ? `/runs/${item.id}` : `/workflows/${item.workflowId}`,
  }));
  const all = words.length > 1 ? [{ key: "all", kind: "search", label: `Everything that has “${words}”`, to: "/search", search: { q: words } }] : [];
  return [...direct, ...places, ...found, ...all];
}
