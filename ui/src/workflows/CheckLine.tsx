import type { components } from "../api/schema";
import { Theirs } from "../common/Theirs";

/** A line of what is to be looked at before a workflow goes on. */
export function CheckLine({ check }: { check: components["schemas"]["Check"] }) {
  return (
    <>
      <Theirs>{check.question}</Theirs> {check.lookAt && <code className="small quiet theirs">{check.lookAt}</code>}
    </>
  );
}
