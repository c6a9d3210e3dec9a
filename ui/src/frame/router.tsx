import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from "@tanstack/react-router";
import { FaultNote } from "./Fallback";
import { Layout } from "./Layout";
import { NotFound } from "./NotFound";
import { RunsPage } from "../runs/RunsPage";
import { parseRunFilter } from "../runs/runFilter";
import { parseRunView } from "../runs/runView";
import { parseTaskFilter } from "../tasks/taskFilter";
import { parseWorkflowFilter, parseWorkflowView } from "../workflows/workflowView";

const rootRoute = createRootRoute({
  component: Layout,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <FaultNote fault={error} onRetry={reset} />,
});

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs", search: {} });
  },
});

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs",
  validateSearch: parseRunFilter,
  component: RunsPage,
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/$runId",
  validateSearch: parseRunView,
  component: lazyRouteComponent(() => import("../runs/RunPage"), "RunPage"),
});

const tasksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tasks",
  validateSearch: parseTaskFilter,
  component: lazyRouteComponent(() => import("../tasks/TasksPage"), "TasksPage"),
});

const taskRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tasks/$taskId",
  component: lazyRouteComponent(() => import("../tasks/TaskPage"), "TaskPage"),
});

const workflowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows",
  validateSearch: parseWorkflowFilter,
  component: lazyRouteComponent(() => import("../workflows/WorkflowsPage"), "WorkflowsPage"),
});

const workflowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows/$workflowId",
  validateSearch: parseWorkflowView,
  component: lazyRouteComponent(() => import("../workflows/WorkflowPage"), "WorkflowPage"),
});

const editorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows/$workflowId/edit",
  component: lazyRouteComponent(() => import("../editor/EditorPage"), "EditorPage"),
});

const activityRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/activity",
  component: lazyRouteComponent(() => import("../observe/ActivityPage"), "ActivityPage"),
});

const deadLettersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/dead-letters",
  component: lazyRouteComponent(() => import("../observe/DeadLettersPage"), "DeadLettersPage"),
});

const projectionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/projections",
  component: lazyRouteComponent(() => import("../observe/ProjectionsPage"), "ProjectionsPage"),
});

const membersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/members",
  component: lazyRouteComponent(() => import("../admin/MembersPage"), "MembersPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/keys",
  component: lazyRouteComponent(() => import("../admin/KeysPage"), "KeysPage"),
});

const connectorsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors",
  component: lazyRouteComponent(() => import("../admin/ConnectorsPage"), "ConnectorsPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  component: lazyRouteComponent(() => import("../admin/AuditPage"), "AuditPage"),
});

const interfacesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/interfaces",
  component: lazyRouteComponent(() => import("../interfaces/InterfacesPage"), "InterfacesPage"),
});

const interfaceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/interfaces/$interfaceId",
  component: lazyRouteComponent(() => import("../interfaces/InterfacePage"), "InterfacePage"),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  runsRoute,
  runRoute,
  tasksRoute,
  taskRoute,
  workflowsRoute,
  workflowRoute,
  editorRoute,
  activityRoute,
  deadLettersRoute,
  projectionsRoute,
  membersRoute,
  keysRoute,
  connectorsRoute,
  auditRoute,
  interfacesRoute,
  interfaceRoute,
]);

/** The router of one app. A test gives it a history of its own. */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    defaultPreload: "intent",
    defaultErrorComponent: ({ error, reset }) => <FaultNote fault={error} onRetry={reset} />,
    scrollRestoration: true,
    ...(history && { history }),
  });
}

export type AppRouter = ReturnType<typeof makeRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
