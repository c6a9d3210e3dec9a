/** What is to be laid out, and how it was: at once by `layOut`, and kept still while ELK thinks. */
import { HEIGHT, layOut, WIDTH, type Link, type Spot } from "./layout";

export type Plan = { names: string[]; links: Link[]; frames: { id: string; nodes: string[] }[] };
export type Rect = Spot & { width: number; height: number };
export type Placed = { spots: Map<string, Spot>; frames: Map<string, Rect> };

const PADDING = 16;
const TITLE = 44;

export function quickly({ names, links, frames }: Plan): Placed {
  const spots = layOut(names, links);
  return { spots, frames: framesAround(frames, spots) };
}

/** The frames as they stand around their nodes. */
function framesAround(frames: Plan["frames"], spots: Map<string, Spot>): Map<string, Rect> {
  const found = new Map<string, Rect>();
  for (const { id, nodes } of frames) {
    const inside = nodes.map((name) => spots.get(name)).filter((spot) => spot !== undefined);
    if (inside.length === 0) continue;
    const [left, top] = [Math.min(...inside.map(({ x }) => x)) - PADDING, Math.min(...inside.map(({ y }) => y)) - TITLE];
    const right = Math.max(...inside.map(({ x }) => x)) + WIDTH + PADDING;
    const bottom = Math.max(...inside.map(({ y }) => y)) + HEIGHT + PADDING;
    found.set(id, { x: left, y: top, width: right - left, height: bottom - top });
  }
  return found;
}

/** The same graph a step later: what stood somewhere stands there still, what is new stands near what leads to it. */
export function carry(before: Placed, plan: Plan, quick: Placed): Placed {
  const spots = new Map<string, Spot>();
  for (const name of plan.names) {
    const old = before.spots.get(name);
    if (old) {
      spots.set(name, old);
      continue;
    }
    const parent = plan.links.find(({ to, from }) => to === name && spots.has(from))?.from;
    const [own, theirs, stood] = [quick.spots.get(name), parent && quick.spots.get(parent), parent && spots.get(parent)];
    spots.set(name, own && theirs && stood ? { x: stood.x + own.x - theirs.x, y: stood.y + own.y - theirs.y } : (own ?? { x: 0, y: 0 }));
  }
  return { spots, frames: framesAround(plan.frames, spots) };
}
