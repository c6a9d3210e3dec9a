/** What the form in a frame tells the page around it: how high it is, so that the frame can be as high. */

/** The origin that frames this page, where it is one that the workflow names. */
export function framedBy(allowed: string[], ancestors: string[], referrer: string): string | undefined {
  const nearest = ancestors[0];
  if (nearest !== undefined) return allowed.includes(nearest) ? nearest : undefined;
  try {
    const { origin } = new URL(referrer);
    return allowed.includes(origin) ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Tells the height at each change, to that origin and to nobody else. The answer ends it. */
export function tellHeight(allowed: string[]): () => void {
  if (window.parent === window) return () => {};
  const ancestors = Array.from((window.location as Location & { ancestorOrigins?: DOMStringList }).ancestorOrigins ?? []);
  const origin = framedBy(allowed, ancestors, document.referrer);
  if (origin === undefined) return () => {};
  const tell = () => window.parent.postMessage({ type: "chainkeel:resize", height: Math.ceil(document.body.scrollHeight) }, origin);
  const observer = new ResizeObserver(tell);
  observer.observe(document.body);
  tell();
  return () => observer.disconnect();
}
