import { useEffect, useEffectEvent, useRef, useState } from "react";
import { api } from "../api/client";
import type { JsonObject } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { failed } from "../common/toasts";
import type { Draft } from "../workflows/useDraft";
import { followed, type Renaming } from "./model/pins";

/** What is pinned to the nodes, by the names that they have now. */
type Pins = { pinned: JsonObject; renamed: (from: string, to: string) => void };

/**
 * Pins follow their nodes to other names, and back by undo: whichever name the draft has when it is saved. A node that is taken out keeps its pin,
 * so that undo brings both back.
 */
export function usePins(workflow: Workflow, draft: Draft, may: boolean): Pins {
  const [renamings, setRenamings] = useState<Renaming[]>([]);
  const kept = (workflow.pinnedOutputs ?? {}) as JsonObject;
  const pinned = followed(kept, draft.definition.nodes ?? {}, renamings);
  const isSaved = draft.saving.state === "saved";
  /** The version at which it was tried: what was refused is not tried again by itself. */
  const tried = useRef<number>(undefined);
  const keep = useEffectEvent(async () => {
    const { version } = draft;
    if (pinned === kept || tried.current === version) return;
    tried.current = version;
    try {
      await draft.beside(async (expectedCurrentVersion) => {
        const body = { pinnedOutputs: pinned as unknown as Record<string, never>, expectedCurrentVersion };
        return (await api.put("/v1/workflows/{id}/pinned-outputs", { params: { path: { id: workflow.id } }, body })) as unknown as Workflow;
      });
    } catch (error) {
      failed(error);
    }
  });
  useEffect(() => {
    if (isSaved && may) void keep();
  }, [isSaved, may, draft.version]);
  return { pinned, renamed: (from, to) => setRenamings((old) => [...old, { from, to }]) };
}
