import "../workflows/workflows.css";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Workflow } from "../api/types";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useIsMainnet, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { isDrawable } from "../graph/linksOf";
import { useWorkflow } from "../workflows/useWorkflow";

type Props = { workflowId: string; heading: string; lead?: ReactNode; actions?: (workflow: Workflow) => ReactNode; children: (workflow: Workflow) => ReactNode };

/** A page about one workflow: the way back to it, and what is shown once it was read. */
export function WorkflowFrame({ workflowId, heading, lead, actions, children }: Props) {
  const { data, isError, error, refetch } = useWorkflow(workflowId);
  useMainnetFrame(useIsMainnet(data && isDrawable(data.definition) ? data.definition : undefined));
  return (
    <Page
      title={data ? `${heading} · ${data.name}` : heading}
      heading={heading}
      lead={lead}
      crumbs={
        <>
          <Link to="/workflows">Workflows</Link> /{" "}
          <Link to="/workflows/$workflowId" params={{ workflowId }}>
            <Theirs clip>{data?.name ?? workflowId}</Theirs>
          </Link>
        </>
      }
      actions={data && actions?.(data)}
    >
      {data ? children(data) : isError ? <ProblemNote error={error} onRetry={() => void refetch()} /> : <Loading />}
    </Page>
  );
}
