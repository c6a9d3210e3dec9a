/**
 * Where the nodes of a graph stand, by ELK in a worker. `layOut` is quick and is what is seen at once; ELK's answer crosses fewer
 * lines and keeps groups together, and comes a moment later. Where it does not come in time, what is there stays.
 */
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { HEIGHT, WIDTH, type Link, type Spot } from "./layout";
import type { Placed, Plan } from "./plan";

/** A definition has at most so many nodes. Of a thousand, ELK thinks for half a minute. */
const MOST = 500;
/** After so many milliseconds nobody waits any more, and a graph that moves would be a nuisance. */
const PATIENCE = 4_000;

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.spacing.nodeNode": "32",
  "elk.spacing.componentComponent": "48",
  "elk.layered.spacing.nodeNodeBetweenLayers": "56",
  "elk.layered.spacing.edgeNodeBetweenLayers": "20",
  // What follows a node stands in the order in which it is listed, where that crosses no more lines.
  "elk.layered.considerModelOrder.strategy": "PREFER_EDGES",
  "elk.layered.thoroughness": "3",
  // What branches stands above the middle of its branches.
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
};
const INSIDE = {
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.spacing.nodeNode": "32",
  "elk.layered.spacing.nodeNodeBetweenLayers": "56",
  "elk.layered.spacing.edgeNodeBetweenLayers": "20",
  "elk.padding": "[top=44,left=16,bottom=16,right=16]",
};

let worker: Promise<ELK> | undefined;

function start(): Promise<ELK> {
  worker ??= import("elkjs/lib/elk-api").then(({ default: Elk }) => new Elk({ workerFactory: () => new Worker(workerUrl) }));
  return worker;
}

/** Begins anew with the next graph. */
function stop(): void {
  void worker?.then((elk) => elk.terminateWorker()).catch(() => undefined);
  worker = undefined;
}

/** Nothing where it cannot be worked out, or not in time. */
export async function arrange(plan: Plan): Promise<Placed | undefined> {
  if (typeof Worker === "undefined" || plan.names.length === 0 || plan.names.length > MOST) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE);
  });
  try {
    const done = await Promise.race([start().then((elk) => elk.layout(graphOf(plan))), late]);
    if (!done) stop();
    return done && placedBy(done);
  } catch {
    stop();
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function graphOf({ names, links, frames }: Plan): ElkNode {
  const known = new Set(names);
  const framed = new Map(frames.flatMap(({ id, nodes }) => nodes.map((name) => [name, id] as const)));
  const box = (id: string): ElkNode => ({ id, width: WIDTH, height: HEIGHT });
  const inside = frames.map(({ id, nodes }): ElkNode => ({ id, layoutOptions: INSIDE, children: nodes.filter((name) => known.has(name)).map(box) }));
  return {
    id: "all",
    layoutOptions: OPTIONS,
    children: [...names.filter((name) => !framed.has(name)).map(box), ...inside],
    edges: links.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to).map(edgeOf),
  };
}

function edgeOf({ from, to }: Link, index: number): ElkExtendedEdge {
  return { id: `link ${index}`, sources: [from], targets: [to] };
}

function placedBy(whole: ElkNode): Placed {
  const placed: Placed = { spots: new Map<string, Spot>(), frames: new Map() };
  for (const node of whole.children ?? []) {
    const [x, y] = [Math.round(node.x ?? 0), Math.round(node.y ?? 0)];
    if (!node.children) {
      placed.spots.set(node.id, { x, y });
      continue;
    }
    placed.frames.set(node.id, { x, y, width: Math.round(node.width ?? 0), height: Math.round(node.height ?? 0) });
    for (const child of node.children) placed.spots.set(child.id, { x: x + Math.round(child.x ?? 0), y: y + Math.round(child.y ?? 0) });
  }
  return placed;
}
