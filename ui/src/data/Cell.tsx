import { ExactNumber, type Json } from "../api/exactJson";
import { plain } from "../common/csv";
import { Instant } from "../common/Instant";
import { exact } from "../common/units";
import type { Holds } from "./columns";

/** One value in one line; all of it on hover. */
export function Cell({ value, holds }: { value: Json | undefined; holds?: Holds | undefined }) {
  if (value === null || value === undefined) return <span className="quiet">–</span>;
  if (holds === "instant" && typeof value === "string") return <Instant at={value} />;
  const text = plain(value);
  if (holds === "number" || typeof value === "number" || value instanceof ExactNumber) return <span title={text}>{exact(value)}</span>;
  return (
    <bdi className="cell" title={text.length > 30 ? text.slice(0, 2000) : undefined}>
      {text.slice(0, 300)}
    </bdi>
  );
}
