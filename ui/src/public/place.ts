/** Which workflow an address shows, and whether it is the form alone, for frames. */
export type Place = { workflowId: string; isEmbedded: boolean };

export function placeOf(path: string): Place {
  const [, below = "", workflowId = ""] = path.split("/");
  return { workflowId: decodeURIComponent(workflowId), isEmbedded: below === "embed" };
}
