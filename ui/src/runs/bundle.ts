import { download } from "../api/client";
import { saveAs } from "../common/saveAs";

/** Saves what an auditor verifies without this server. */
export async function saveBundle(runId: string): Promise<void> {
  saveAs(`${runId}.bundle.json`, await download(`/v1/runs/${encodeURIComponent(runId)}/bundle`));
}
