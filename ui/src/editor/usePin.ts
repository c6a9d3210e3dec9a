import { api } from "../api/client";
import type { Json } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { useOrder } from "../common/useOrder";
import type { Editor } from "./useEditor";

/** Pins a result to a node, or nothing: simulations and tests are answered with it, runs never are. */
export function usePin(editor: Editor, id: string, then?: () => void) {
  const { draft, pins, workflow } = editor;
  return useOrder(
    async (result: Json | undefined) => {
      const version = await draft.flush();
      if (version === undefined) throw new Error("The draft could not be saved, so nothing was pinned");
      const others = Object.entries(pins.pinned).filter(([name]) => name !== id);
      const pinnedOutputs = Object.fromEntries(result === undefined ? others : [...others, [id, result]]);
      return (await api.put("/v1/workflows/{id}/pinned-outputs", {
        params: { path: { id: workflow.id } },
        body: { pinnedOutputs: pinnedOutputs as unknown as Record<string, never>, expectedCurrentVersion: version },
      })) as unknown as Workflow;
    },
    "Pinned outputs are saved",
    (saved) => {
      draft.took(saved);
      then?.();
    },
  );
}
