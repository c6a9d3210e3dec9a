import type { Spot } from "../../graph/layout";

export type Direction = "up" | "down" | "left" | "right";

/** The node that is nearest in a direction, sideways ones counting less. */
export function nextTo(spots: ReadonlyMap<string, Spot>, id: string | undefined, direction: Direction): string | undefined {
  const here = id === undefined ? undefined : spots.get(id);
  if (!here) return spots.keys().next().value;
  const [along, across] = direction === "up" || direction === "down" ? (["y", "x"] as const) : (["x", "y"] as const);
  const sign = direction === "up" || direction === "left" ? -1 : 1;
  const near = [...spots]
    .map(([name, spot]) => ({ name, ahead: (spot[along] - here[along]) * sign, aside: Math.abs(spot[across] - here[across]) }))
    .filter(({ name, ahead, aside }) => name !== id && ahead > 0 && (along === "y" || aside === 0));
  return near.sort((one, other) => one.ahead * 4 + one.aside - (other.ahead * 4 + other.aside))[0]?.name;
}
