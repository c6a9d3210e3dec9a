import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../frame/rootRoute";
import { parseEventsView, parseFailureView, parseHookView, parseSequenceView } from "./views";

const getParentRoute = () => rootRoute;

export const observeRoutes = [
  createRoute({ getParentRoute, path: "/failures", validateSearch: parseFailureView, component: lazyRouteComponent(() => import("./FailuresPage"), "FailuresPage") }),
  createRoute({ getParentRoute, path: "/usage", component: lazyRouteComponent(() => import("./UsagePage"), "UsagePage") }),
  createRoute({ getParentRoute, path: "/health", component: lazyRouteComponent(() => import("./HealthPage"), "HealthPage") }),
  createRoute({ getParentRoute, path: "/hooks", component: lazyRouteComponent(() => import("./HooksPage"), "HooksPage") }),
  createRoute({ getParentRoute, path: "/hooks/$hookId", validateSearch: parseHookView, component: lazyRouteComponent(() => import("./HookPage"), "HookPage") }),
  createRoute({ getParentRoute, path: "/events", validateSearch: parseEventsView, component: lazyRouteComponent(() => import("./EventsPage"), "EventsPage") }),
  createRoute({ getParentRoute, path: "/sequence", validateSearch: parseSequenceView, component: lazyRouteComponent(() => import("./SequencePage"), "SequencePage") }),
  createRoute({ getParentRoute, path: "/exports", component: lazyRouteComponent(() => import("./ExportsPage"), "ExportsPage") }),
] as const;
