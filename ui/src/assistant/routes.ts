import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../frame/rootRoute";

export const assistantRoutes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/assistant", component: lazyRouteComponent(() => import("./AssistantPage"), "AssistantPage") }),
] as const;
