import type { Json } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import type { Change } from "./changes";

/** One difference by its path: what stood there, and what stands there. */
export function ChangeRow({ change, before = "before", after = "after" }: { change: Change; before?: string; after?: string }) {
  return (
    <li>
      <code className="theirs">{change.path}</code>
      <div className="change">
        <Side value={change.before} label={before} />
        <span aria-hidden>→</span>
        <Side value={change.after} label={after} />
      </div>
    </li>
  );
}

function Side({ value, label }: { value: Json | undefined; label: string }) {
  if (value === undefined || value === null) return <span className="quiet">none</span>;
  return <JsonTree value={value} label={label} />;
}
