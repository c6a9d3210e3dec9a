import { useMutation } from "@tanstack/react-query";
import { api } from "../api/client";
import type { JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import type { Editor } from "../editor/useEditor";
import type { Simulated } from "../editor/useSamples";
import { cut, type Mock } from "./upTo";

type Play = { payload: JsonObject; headers?: Record<string, string>; mocks?: Mock[]; unmocked: "fail" | "echo"; chains: "mocked" | "foreseen"; upTo?: string | undefined };

/** Plays the saved draft in virtual time; what came of it is shown in the graph and beside the settings. */
export function usePlay(editor: Editor) {
  const { draft, workflow, samples, definition } = editor;
  return useMutation({
    mutationFn: async ({ payload, headers, mocks = [], unmocked, chains, upTo }: Play) => {
      if ((await draft.flush()) === undefined) throw new Error("The draft could not be saved, so it was not played");
      const played = await withMocks(mocks, async (fitting) => {
        const body = { payload: payload as Record<string, never>, unmocked, chains, ...(headers && Object.keys(headers).length > 0 && { headers }), ...(fitting.length > 0 && { mocks: fitting as never }) };
        return (await api.post("/v1/workflows/{id}/simulate", { params: { path: { id: workflow.id } }, body })) as unknown as Simulated;
      });
      return upTo === undefined ? played : cut(played, definition, upTo);
    },
    onSuccess: (result) => samples.simulate(result, definition),
  });
}

/** A mock of a node that is executed as it will be live is refused: then it goes without it. */
async function withMocks(mocks: Mock[], play: (mocks: Mock[]) => Promise<Simulated>): Promise<Simulated> {
  let left = mocks;
  for (;;) {
    try {
      return await play(left);
    } catch (error) {
      const refused = new Set(asProblem(error).details.map(({ path }) => /^\/mocks\/(\d+)\//.exec(path)?.[1]).filter((at) => at !== undefined));
      if (refused.size === 0) throw error;
      left = left.filter((_, at) => !refused.has(String(at)));
    }
  }
}
