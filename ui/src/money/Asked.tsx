import { Link } from "@tanstack/react-router";
import { Id, Theirs } from "../common/Theirs";
import { useWorkflowNames } from "../workflows/useWorkflowNames";

/** Which node of which run wants it, with the ways there. */
export function Asked({ one }: { one: { runId: string; nodeId: string; workflowId: string } }) {
  const { nameOf } = useWorkflowNames();
  return (
    <p>
      The node{" "}
      <Link to="/runs/$runId" params={{ runId: one.runId }} search={{ node: one.nodeId }}>
        <code className="theirs">{one.nodeId}</code>
      </Link>{" "}
      of{" "}
      <Link to="/workflows/$workflowId" params={{ workflowId: one.workflowId }} search={{}}>
        {nameOf(one.workflowId) ? <Theirs>{nameOf(one.workflowId) ?? ""}</Theirs> : <Id>{one.workflowId}</Id>}
      </Link>
      , in{" "}
      <Link to="/runs/$runId" params={{ runId: one.runId }} search={{}}>
        <Id>{one.runId}</Id>
      </Link>
    </p>
  );
}
