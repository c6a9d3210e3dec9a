import { createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from "@tanstack/react-router";
import { FaultNote } from "./Fallback";
import { rootRoute } from "./rootRoute";
import { assistantRoutes } from "../assistant/routes";
import { dataRoutes } from "../data/routes";
import { helpRoutes } from "../help/routes";
import { observeRoutes } from "../observe/routes";
import { runRoutes } from "../runs/routes";
import { RunsPage } from "../runs/RunsPage";
import { parseEditions } from "../publish/editionSearch";
import { parseStage } from "../publish/stageSearch";
import { parseRunFilter } from "../runs/runFilter";
import { parseRunView } from "../runs/runView";
import { parseAuditFilter, parseConnect, parseKeyTab, parseMemberTab, parseSettingTab } from "../admin/adminViews";
import { parseMoneyFilter } from "../money/moneyFilter";
import { parseGallery } from "../templates/galleryView";
import { parseTaskFilter } from "../tasks/taskFilter";
import { parseWorkflowFilter, parseWorkflowView } from "../workflows/workflowView";

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

const publishRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows/$workflowId/publish",
  validateSearch: parseStage,
  component: lazyRouteComponent(() => import("../publish/PublishPage"), "PublishPage"),
});

const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows/$workflowId/compare",
  validateSearch: parseEditions,
  component: lazyRouteComponent(() => import("../publish/ComparePage"), "ComparePage"),
});

const versionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workflows/$workflowId/versions/$version",
  component: lazyRouteComponent(() => import("../publish/VersionPage"), "VersionPage"),
});

const templatesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/templates",
  validateSearch: parseGallery,
  component: lazyRouteComponent(() => import("../templates/GalleryPage"), "TemplatesPage"),
});

const templateRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/templates/$blueprintId",
  component: lazyRouteComponent(() => import("../templates/BlueprintPage"), "TemplatePage"),
});

const blocksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/blocks",
  validateSearch: parseGallery,
  component: lazyRouteComponent(() => import("../templates/GalleryPage"), "BlocksPage"),
});

const blockRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/blocks/$blueprintId",
  component: lazyRouteComponent(() => import("../templates/BlueprintPage"), "BlockPage"),
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
  validateSearch: parseMemberTab,
  component: lazyRouteComponent(() => import("../admin/MembersPage"), "MembersPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/keys",
  validateSearch: parseKeyTab,
  component: lazyRouteComponent(() => import("../admin/KeysPage"), "KeysPage"),
});

const connectorsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors",
  validateSearch: parseConnect,
  component: lazyRouteComponent(() => import("../admin/ConnectorsPage"), "ConnectorsPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  validateSearch: parseAuditFilter,
  component: lazyRouteComponent(() => import("../admin/AuditPage"), "AuditPage"),
});

const walletsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/wallets",
  component: lazyRouteComponent(() => import("../money/WalletsPage"), "WalletsPage"),
});

const walletRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/wallets/$id",
  component: lazyRouteComponent(() => import("../money/WalletPage"), "WalletPage"),
});

const transactionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/transactions",
  validateSearch: parseMoneyFilter,
  component: lazyRouteComponent(() => import("../money/TransactionsPage"), "TransactionsPage"),
});

const transactionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/transactions/$id",
  component: lazyRouteComponent(() => import("../money/TransactionPage"), "TransactionPage"),
});

const signatureRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/signatures/$id",
  component: lazyRouteComponent(() => import("../money/SignaturePage"), "SignaturePage"),
});

const paymentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/payments/$id",
  component: lazyRouteComponent(() => import("../money/SettlementPages"), "PaymentPage"),
});

const saleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sales/$id",
  component: lazyRouteComponent(() => import("../money/SettlementPages"), "SalePage"),
});

const policiesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/policies",
  component: lazyRouteComponent(() => import("../money/PoliciesPage"), "PoliciesPage"),
});

const policyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/policies/$name",
  component: lazyRouteComponent(() => import("../money/PolicyPage"), "PolicyPage"),
});

const connectorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors/$id",
  component: lazyRouteComponent(() => import("../admin/ConnectorPage"), "ConnectorPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  validateSearch: parseSettingTab,
  component: lazyRouteComponent(() => import("../admin/SettingsPage"), "SettingsPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("../admin/AccountPage"), "AccountPage"),
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
  publishRoute,
  compareRoute,
  versionRoute,
  templatesRoute,
  templateRoute,
  blocksRoute,
  blockRoute,
  activityRoute,
  deadLettersRoute,
  projectionsRoute,
  membersRoute,
  keysRoute,
  connectorsRoute,
  auditRoute,
  connectorRoute,
  settingsRoute,
  accountRoute,
  walletsRoute,
  walletRoute,
  transactionsRoute,
  transactionRoute,
  signatureRoute,
  paymentRoute,
  saleRoute,
  policiesRoute,
  policyRoute,
  ...assistantRoutes,
  ...dataRoutes,
  ...helpRoutes,
  ...observeRoutes,
  ...runRoutes,
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
