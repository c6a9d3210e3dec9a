import { download } from "../api/client";

/** Lets the browser save a file that the server made. */
export function saveAs(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Saves what an auditor verifies without this server. */
export async function saveBundle(runId: string): Promise<void> {
  saveAs(`${runId}.bundle.json`, await download(`/v1/runs/${encodeURIComponent(runId)}/bundle`));
}
