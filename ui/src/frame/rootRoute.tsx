import { createRootRoute } from "@tanstack/react-router";
import { FaultNote } from "./Fallback";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";

/** What all pages stand in. */
export const rootRoute = createRootRoute({
  component: Layout,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <FaultNote fault={error} onRetry={reset} />,
});
