/**
 * Where the nodes of a graph stand: in layers from the top, each below all that lead to it, in an order with few
 * crossings, and as near above one another as their neighbours let them. Linear but for the sorting of layers.
 */
export const WIDTH = 216;
export const HEIGHT = 60;
const GAP = 32;
const LAYER = 116;
const SWEEPS = 4;

export type Link = { from: string; to: string };
export type Spot = { x: number; y: number };

export function layOut(names: string[], links: Link[]): Map<string, Spot> {
  const known = new Set(names);
  const real = links.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  const [down, up] = [neighbours(names, real, "from", "to"), neighbours(names, real, "to", "from")];
  const layers = order(layersOf(names, down, up), down, up);
  return place(layers, down, up);
}

type Neighbours = Map<string, string[]>;

function neighbours(names: string[], links: Link[], near: keyof Link, far: keyof Link): Neighbours {
  const found: Neighbours = new Map(names.map((name) => [name, []]));
  for (const link of links) found.get(link[near])?.push(link[far]);
  return found;
}

/** Each node below the lowest of those that lead to it. What is in a circle stands where it was met. */
function layersOf(names: string[], down: Neighbours, up: Neighbours): string[][] {
  const open = new Map(names.map((name) => [name, up.get(name)?.length ?? 0]));
  const depth = new Map<string, number>();
  const ready = names.filter((name) => open.get(name) === 0);
  if (ready.length === 0 && names[0] !== undefined) ready.push(names[0]);
  for (let at = 0; at < ready.length || ready.length < names.length; at += 1) {
    const name = ready[at] ?? names.find((other) => !ready.includes(other));
    if (name === undefined) break;
    if (at >= ready.length) ready.push(name);
    const own = depth.get(name) ?? 0;
    depth.set(name, own);
    for (const next of down.get(name) ?? []) {
      if (ready.includes(next) && depth.has(next) && ready.indexOf(next) <= at) continue;
      depth.set(next, Math.max(depth.get(next) ?? 0, own + 1));
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const layers: string[][] = [];
  for (const name of names) (layers[depth.get(name) ?? 0] ??= []).push(name);
  return Array.from(layers, (layer) => layer ?? []);
}

/** Sorts each layer by where its neighbours stand, down and up in turns. */
function order(layers: string[][], down: Neighbours, up: Neighbours): string[][] {
  const rank = new Map<string, number>();
  const note = (layer: string[]) => layer.forEach((name, index) => rank.set(name, index - (layer.length - 1) / 2));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const [list, near] = sweep % 2 === 0 ? [layers, up] : [layers.toReversed(), down];
    for (const layer of list) {
      const weight = new Map(layer.map((name) => [name, mean(near.get(name) ?? [], rank) ?? rank.get(name) ?? 0]));
      layer.sort((one, other) => (weight.get(one) ?? 0) - (weight.get(other) ?? 0));
      note(layer);
    }
  }
  return layers;
}

function mean(names: string[], of: Map<string, number>): number | undefined {
  const values = names.map((name) => of.get(name)).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function place(layers: string[][], down: Neighbours, up: Neighbours): Map<string, Spot> {
  const x = new Map<string, number>();
  for (const layer of layers) layer.forEach((name, index) => x.set(name, (index - (layer.length - 1) / 2) * (WIDTH + GAP)));
  for (let sweep = 0; sweep < SWEEPS + 1; sweep += 1) {
    const [list, near] = sweep % 2 === 0 ? [layers, up] : [layers.toReversed(), down];
    for (const layer of list) {
      const wished = layer.map((name) => mean(near.get(name) ?? [], x) ?? x.get(name) ?? 0);
      apart(wished, WIDTH + GAP).forEach((value, index) => x.set(layer[index] ?? "", value));
    }
  }
  const left = Math.min(0, ...x.values());
  return new Map(layers.flatMap((layer, depth) => layer.map((name) => [name, { x: Math.round((x.get(name) ?? 0) - left), y: depth * LAYER }])));
}

/** The positions nearest to the wished ones that keep their order and their distance (pooled violators). */
function apart(wished: number[], distance: number): number[] {
  const pools: { sum: number; count: number }[] = [];
  wished.forEach((wish, index) => {
    pools.push({ sum: wish - index * distance, count: 1 });
    for (;;) {
      const [one, last] = [pools.at(-2), pools.at(-1)];
      if (!one || !last || one.sum / one.count <= last.sum / last.count) break;
      one.sum += last.sum;
      one.count += last.count;
      pools.pop();
    }
  });
  const placed = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return placed.map((value, index) => value + index * distance);
}
