import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { parseJson } from "../api/exactJson";
import type { LedgerEvent, Run } from "../api/types";
import { useStream } from "../api/useStream";
import type { Message } from "../api/sseParser";
import { useThrottled } from "../common/useThrottled";

/** A run as it is, and its ledger as it grows: the stream brings the events, and each makes the run be read again. */
export function useRunLive(runId: string) {
  const queries = useQueryClient();
  const [events, setEvents] = useState<LedgerEvent[]>([]);
  const run = useQuery({
    queryKey: ["run", runId],
    queryFn: async () => (await api.get("/v1/runs/{id}", { params: { path: { id: runId } } })) as unknown as Run,
  });
  const readAgain = useThrottled(() => void queries.invalidateQueries({ queryKey: ["run", runId] }), 300);
  const take = (messages: Message[]) => {
    const news = messages.map(({ data }) => parseJson(data) as unknown as LedgerEvent);
    setEvents((known) => {
      const last = known.at(-1)?.sequence ?? 0;
      const fresh = news.filter(({ sequence }) => sequence > last);
      return fresh.length > 0 ? [...known, ...fresh] : known;
    });
    const last = news.at(-1)?.sequence ?? 0;
    if (last > (run.data?.lastSequence ?? 0)) readAgain();
  };
  // A run that there is not has no stream either.
  const state = useStream(run.data ? `/v1/runs/${encodeURIComponent(runId)}/stream` : undefined, take);
  return { run, events, state };
}

export function isOver(run: Pick<Run, "status">): boolean {
  return run.status === "success" || run.status === "failure" || run.status === "cancelled";
}
