import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState, type KeyboardEvent } from "react";
import { api } from "../api/client";
import { Dialog } from "../common/Dialog";
import { Theirs } from "../common/Theirs";
import { PLACES } from "./navigation";
import { useWhoami } from "./whoami";

type Goal = { key: string; kind: string; label: string; note?: string; to: string };

/** Goes anywhere by a few letters: pages, workflows, nodes, failures and runs. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(words.trim());
  const navigate = useNavigate();
  const goals = useGoals(wanted);
  useEffect(() => setAt(0), [wanted]);
  const go = (goal: Goal | undefined) => {
    if (!goal) return;
    onClose();
    void navigate({ to: goal.to });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((at + step + goals.length) % Math.max(1, goals.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(goals[at]);
    }
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <div className="palette stack">
        <input
          className="input"
          type="search"
          role="combobox"
          aria-label="Where to"
          aria-expanded
          aria-controls="goals"
          aria-activedescendant={goals[at] ? `goal-${at}` : undefined}
          placeholder="A page, a workflow, a run’s id, a failure…"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={onKey}
        />
        <div role="listbox" id="goals" aria-label="Places">
          {goals.map((goal, index) => (
            <div key={goal.key} id={`goal-${index}`} role="option" tabIndex={-1} aria-selected={index === at} onClick={() => go(goal)} onKeyDown={onKey} onPointerMove={() => setAt(index)}>
              <span className="small quiet">{goal.kind}</span>
              <Theirs clip>{goal.label}</Theirs>
              {goal.note && (
                <span className="small quiet grow">
                  <Theirs clip>{goal.note}</Theirs>
                </span>
              )}
            </div>
          ))}
          {goals.length === 0 && <p className="quiet">Nothing fits. Whole words and ids are found.</p>}
        </div>
      </div>
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
  return [...direct, ...places, ...found];
}
