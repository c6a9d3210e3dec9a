import { fromNow, inUtc, inZone, useNow } from "./time";

type Props = { at: string | null | undefined; form?: "full" | "short" | "relative" };

/** A moment in the reader's zone, in UTC on hover. */
export function Instant({ at, form = "short" }: Props) {
  const now = useNow(form === "relative" ? 10_000 : undefined);
  if (!at) return <span className="quiet">–</span>;
  const full = `${inZone(at)} · ${inUtc(at)}`;
  return (
    <time dateTime={at} title={form === "full" ? inUtc(at) : full}>
      {form === "relative" ? fromNow(at, now) : inZone(at, form === "short")}
    </time>
  );
}
