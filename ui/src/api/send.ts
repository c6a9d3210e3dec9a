import { Problem } from "./problem";
import { credential, organization, signedOut } from "./session";

/** Sends a request in the name of whoever is signed in; once more where the token had just ended. */
export async function send(request: Request): Promise<Response> {
  // Who tries a key shows it by themselves.
  if (request.headers.has("Authorization")) return reach(request);
  const spare = request.clone();
  const shown = await credential();
  const response = await reach(dressed(request, shown));
  if (response.status !== 401 || shown === undefined) return response;
  const renewed = await credential(shown);
  if (renewed === undefined) return response;
  if (renewed === shown) {
    // An API key that is refused is not renewed by anything.
    signedOut(Problem.of(response.status, await response.clone().text()));
    return response;
  }
  return reach(dressed(spare, renewed));
}

function dressed(request: Request, shown: string | undefined): Request {
  if (shown !== undefined) request.headers.set("Authorization", `Bearer ${shown}`);
  const chosen = organization();
  if (chosen !== undefined && !request.headers.has("X-Org-ID")) request.headers.set("X-Org-ID", chosen);
  return request;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw Problem.unreachable();
  }
}

/** Where the API is: where the app is. */
export const origin = (): string => globalThis.location.origin;
