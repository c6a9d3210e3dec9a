import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../frame/rootRoute";

const getParentRoute = () => rootRoute;

/** The question in an address, if there is one. */
export function parseQuestion(search: Record<string, unknown>): { q?: string } {
  const { q } = search;
  return typeof q === "string" && q.trim() !== "" ? { q: q.slice(0, 300) } : {};
}

export const helpRoutes = [
  createRoute({ getParentRoute, path: "/help", validateSearch: parseQuestion, component: lazyRouteComponent(() => import("./HelpPage"), "HelpPage") }),
  createRoute({ getParentRoute, path: "/manual/$page", component: lazyRouteComponent(() => import("./ManualPage"), "ManualPage") }),
] as const;
