import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../frame/rootRoute";
import { parseComparison, parseSearchView } from "./runView";

const getParentRoute = () => rootRoute;

export const runRoutes = [
  createRoute({ getParentRoute, path: "/compare", validateSearch: parseComparison, component: lazyRouteComponent(() => import("./ComparePage"), "ComparePage") }),
  createRoute({ getParentRoute, path: "/search", validateSearch: parseSearchView, component: lazyRouteComponent(() => import("./SearchPage"), "SearchPage") }),
] as const;
