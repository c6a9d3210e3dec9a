import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { isObject, parseJson, writeJson } from "../api/exactJson";
import { asProblem, type Problem } from "../api/problem";
import type { Definition, Workflow } from "../api/types";
import * as steps from "../common/history";
import { jsonFault } from "../common/JsonField";

/** A draft is saved when nothing was changed for so long. */
const PAUSE = 1_200;

type Saving = { state: "saved" | "changed" | "saving" | "conflict" } | { state: "refused"; problem: Problem };
type Order = { state: "idle" | "saving" | "conflict" } | { state: "refused"; problem: Problem };

export type Draft = {
  /** The definition as it is edited: the last text that could be read. */
  definition: Definition;
  /** It as text: what is being typed, or the definition as it is written. */
  text: string;
  /** Why the text is no definition. */
  fault: string | undefined;
  /** Counts the changes that came from elsewhere than from a form: forms begin anew with each. */
  generation: number;
  version: number;
  saving: Saving;
  canUndo: boolean;
  canRedo: boolean;
  change: (next: Definition, tag?: string) => void;
  type: (text: string) => void;
  undo: () => void;
  redo: () => void;
  /** Saves what is not saved yet; the version that is saved then, or none where it was refused. */
  flush: () => Promise<number | undefined>;
  /** Takes up what an order of this page made of the workflow. */
  took: (workflow: Workflow) => void;
  /** An order of this page that leaves the definition as it is: what is changed meanwhile is saved after it. */
  beside: (give: (version: number) => Promise<Workflow>) => Promise<unknown>;
  retry: () => void;
  takeTheirs: () => Promise<void>;
  overwrite: () => Promise<void>;
};

/** The one draft of a page, whatever edits it. It saves itself, and overwrites nobody. */
export function useDraft(workflow: Workflow): Draft {
  const queries = useQueryClient();
  const [history, setHistory] = useState(() => steps.begin(workflow.definition));
  const [typed, setTyped] = useState<string>();
  const [version, setVersion] = useState(workflow.version);
  const [revision, setRevision] = useState({ now: 0, saved: 0 });
  const [generation, setGeneration] = useState(0);
  const [order, setOrder] = useState<Order>({ state: "idle" });
  const underWay = useRef<Promise<number | undefined>>(undefined);
  /** The revision that was last sent, or none where it was not taken. */
  const sent = useRef<number | undefined>(0);
  const fault = typed === undefined ? undefined : faultOf(typed);
  const isDirty = revision.now !== revision.saved;

  const changed = () => {
    setRevision(({ now, saved }) => ({ now: now + 1, saved }));
    // Who was refused tries again with what they changed; who was overtaken chooses first.
    setOrder((old) => (old.state === "refused" ? { state: "idle" } : old));
  };
  const show = (saved: Workflow) => {
    // An answer that is on its way may be older.
    void queries.cancelQueries({ queryKey: ["workflow", workflow.id] });
    queries.setQueryData(["workflow", workflow.id], saved);
  };
  const save = (expected: number): Promise<number | undefined> => {
    const at = revision.now;
    sent.current = at;
    setOrder({ state: "saving" });
    const put = api.put("/v1/workflows/{id}", {
      params: { path: { id: workflow.id } },
      body: { definition: history.present as unknown as Record<string, never>, expectedCurrentVersion: expected },
    });
    const ended = put.then(
      (answer) => {
        const saved = answer as unknown as Workflow;
        setVersion(saved.version);
        setRevision(({ now }) => ({ now, saved: at }));
        setOrder({ state: "idle" });
        show({ ...workflow, ...saved });
        void queries.invalidateQueries({ queryKey: ["problems", workflow.id] });
        return saved.version;
      },
      (error: unknown) => {
        const problem = asProblem(error);
        sent.current = undefined;
        setOrder(problem.status === 409 || problem.status === 412 ? { state: "conflict" } : { state: "refused", problem });
        return undefined;
      },
    );
    underWay.current = ended;
    void ended.then(() => {
      if (underWay.current === ended) underWay.current = undefined;
    });
    return ended;
  };
  /** Saves what is newer than what is under way, after it. */
  const settle = async (): Promise<number | undefined> => {
    if (fault !== undefined || order.state === "conflict" || order.state === "refused") return undefined;
    const base = underWay.current ? await underWay.current : version;
    return base === undefined || sent.current === revision.now ? base : save(base);
  };
  const beside = (give: (version: number) => Promise<Workflow>): Promise<unknown> => {
    setOrder({ state: "saving" });
    const given = give(version);
    const ended = given.then(
      (answer) => {
        setVersion(answer.version);
        show({ ...workflow, ...answer });
        return answer.version;
      },
      () => version,
    );
    underWay.current = ended;
    void ended.then(() => {
      setOrder((old) => (old.state === "saving" ? { state: "idle" } : old));
      if (underWay.current === ended) underWay.current = undefined;
    });
    return given;
  };
  const took = (theirs: Workflow) => {
    sent.current = revision.now;
    setVersion(theirs.version);
    setTyped(undefined);
    setRevision(({ now }) => ({ now, saved: now }));
    setOrder({ state: "idle" });
    if (writeJson(theirs.definition) === writeJson(history.present)) return;
    setHistory((old) => steps.step(old, theirs.definition));
    setGeneration((old) => old + 1);
  };

  const saveNow = useEffectEvent(() => void save(version));
  const mayBeSaved = isDirty && fault === undefined && order.state === "idle";
  useEffect(() => {
    if (!mayBeSaved) return undefined;
    const timer = setTimeout(() => saveNow(), PAUSE);
    return () => clearTimeout(timer);
  }, [revision.now, mayBeSaved]);
  const leave = useEffectEvent(() => {
    if (isDirty) void settle();
  });
  useEffect(() => () => leave(), []);

  // What changed elsewhere is shown where nothing of this page would be lost; where it would, saving tells.
  const takeUp = useEffectEvent((theirs: Workflow) => {
    if (theirs.version > version && !isDirty && order.state === "idle") took(theirs);
  });
  useEffect(() => takeUp(workflow), [workflow]);

  const isSaved = !isDirty && fault === undefined && order.state === "idle";
  useEffect(() => {
    if (isSaved) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isSaved]);

  const latest = async () => (await api.get("/v1/workflows/{id}", { params: { path: { id: workflow.id } } })) as unknown as Workflow;
  const goTo = (next: steps.History<Definition>) => {
    if (next === history) return;
    setHistory(next);
    setTyped(undefined);
    setGeneration(generation + 1);
    changed();
  };
  return {
    definition: history.present,
    text: typed ?? writeJson(history.present, 2),
    fault,
    generation,
    version,
    saving: savingOf(order, isSaved),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: (next, tag) => {
      if (next === history.present) return;
      setHistory((old) => steps.step(old, next, tag));
      setTyped(undefined);
      changed();
    },
    type: (text) => {
      setTyped(text);
      setGeneration((old) => old + 1);
      changed();
      if (faultOf(text) === undefined) setHistory((old) => steps.step(old, parseJson(text) as Definition, "text"));
    },
    undo: () => goTo(steps.undo(history)),
    redo: () => goTo(steps.redo(history)),
    flush: settle,
    took,
    beside,
    retry: () => void save(version),
    takeTheirs: async () => {
      const theirs = await latest();
      show(theirs);
      took(theirs);
    },
    overwrite: async () => {
      await save((await latest()).version);
    },
  };
}

function savingOf(order: Order, isSaved: boolean): Saving {
  if (order.state === "refused") return order;
  if (order.state === "idle") return { state: isSaved ? "saved" : "changed" };
  return { state: order.state };
}

function faultOf(text: string): string | undefined {
  if (text === "") return "A definition is a JSON object";
  const fault = jsonFault(text);
  if (fault !== undefined) return fault;
  return isObject(parseJson(text)) ? undefined : "A definition is a JSON object";
}
