/** Files that are too large to be waited for in silence: they tell how far they are, and can be stopped. */
import { Problem } from "./problem";
import { origin, send } from "./send";
import { credential, organization } from "./session";

export type Progress = { bytes: number; lines: number };

/** Reads a file of the server as it comes. Bytes and line ends are told as they arrive. */
export async function fetchFile(path: string, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<Blob> {
  const response = await send(new Request(new URL(path, origin()), { signal }));
  if (!response.ok) throw Problem.of(response.status, await response.text());
  const reader = response.body?.getReader();
  if (!reader) return response.blob();
  const parts: BlobPart[] = [];
  const progress = { bytes: 0, lines: 0 };
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    progress.bytes += part.value.length;
    for (const byte of part.value) if (byte === 10) progress.lines += 1;
    onProgress({ ...progress });
  }
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "application/octet-stream" });
}

/** Sends a file; `onProgress` has the share that was sent, from 0 to 1. `fetch` does not tell it. */
export async function sendFile(path: string, file: Blob, type: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<string> {
  const shown = await credential();
  const chosen = organization();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL(path, origin()));
    request.setRequestHeader("Content-Type", type);
    if (shown !== undefined) request.setRequestHeader("Authorization", `Bearer ${shown}`);
    if (chosen !== undefined) request.setRequestHeader("X-Org-ID", chosen);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve(request.responseText) : reject(Problem.of(request.status, request.responseText)));
    request.onerror = () => reject(Problem.unreachable());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
