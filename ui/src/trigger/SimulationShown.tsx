import type { Data } from "../api/client";
import { asObject, asText, type Json } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";

/** What became of a run that was only played. */
export function SimulationShown({ result }: { result: Data<"/v1/workflows/{id}/simulate", "post"> }) {
  const states = asObject(result.executionState);
  const message = asText(asObject(result.failure)["message"]);
  return (
    <div className="stack">
      <div className="row" role="status">
        <Status of={result.status} />
        <span className="small quiet">after {lasting(result.durationMs)} of virtual time; nothing was written or sent</span>
      </div>
      {result.stopped && (
        <p className="note wait">
          <Theirs>{result.stopped}</Theirs>
        </p>
      )}
      {message && (
        <p className="note bad">
          <Theirs>{message}</Theirs>
        </p>
      )}
      <ul className="stack">
        {Object.entries(states).map(([place, record]) => (
          <li key={place} className="row">
            <Status of={asText(asObject(record)["status"]) ?? "pending"} />
            <code className="theirs">{place}</code>
            <Theirs clip>{asText(asObject(asObject(record)["error"])["message"]) ?? ""}</Theirs>
          </li>
        ))}
      </ul>
      {result.output && <JsonTree value={result.output as unknown as Json} label="the output" />}
    </div>
  );
}
