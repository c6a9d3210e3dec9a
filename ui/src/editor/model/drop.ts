/** What lies under a place of the drawing. */
import { HEIGHT, WIDTH, type Spot } from "../../graph/layout";
import type { Rect } from "../../graph/plan";
import { frameKey } from "../../graph/canvasOf";
import type { DrawnLink } from "../useDrawing";

/** As near as this counts as upon. */
const NEAR = 48;

/** The line upon whose middle something is held, of those into which a node can be put. */
export function linkNear(links: DrawnLink[], spots: ReadonlyMap<string, Spot>, point: Spot, without?: string): DrawnLink | undefined {
  let best: { link: DrawnLink; far: number } | undefined;
  for (const link of links) {
    const isPlain = link.own.from === link.from && link.own.to === link.to && (link.bond === "child" || link.bond === "loop");
    const [from, to] = [spots.get(link.from), spots.get(link.to)];
    if (!isPlain || !from || !to || link.from === without || link.to === without) continue;
    const middle = { x: (from.x + to.x) / 2 + WIDTH / 2, y: (from.y + HEIGHT + to.y) / 2 };
    const far = Math.hypot(middle.x - point.x, middle.y - point.y);
    if (far < NEAR && (!best || far < best.far)) best = { link, far };
  }
  return best?.link;
}

/** The group in whose frame a place is: the id of the group, without what its drawing is called. */
export function frameAt(frames: ReadonlyMap<string, Rect>, point: Spot): string | undefined {
  for (const [key, { x, y, width, height }] of frames) {
    if (point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height) return key.slice(frameKey("").length);
  }
  return undefined;
}

/** The node upon which something is held. */
export function nodeAt(spots: ReadonlyMap<string, Spot>, point: Spot): string | undefined {
  for (const [id, { x, y }] of spots) {
    if (point.x >= x && point.x <= x + WIDTH && point.y >= y && point.y <= y + HEIGHT) return id;
  }
  return undefined;
}
